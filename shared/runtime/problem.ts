/** One thing that is wrong with a request: where, and what to do about it. */
export type ProblemError = {
  readonly path: string;
  readonly message: string;
  /** Of an upload: the line, or the position from 1. */
  readonly row?: number;
};

/** An error answer: thrown anywhere in a use case, sent as an RFC 9457 problem document. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly errors: readonly ProblemError[];

  constructor(status: number, detail: string, errors: readonly ProblemError[] = []) {
    super(detail);
    this.status = status;
    this.title = titles[status] ?? 'Error';
    this.detail = detail;
    this.errors = errors;
  }
}

/** A problem that says more in members of its own, as RFC 9457 allows. */
export class DetailedProblem extends Problem {
  readonly members: Readonly<Record<string, unknown>>;

  constructor(status: number, detail: string, members: Readonly<Record<string, unknown>>) {
    super(status, detail);
    this.members = members;
  }
}

const titles: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  413: 'Too large',
  415: 'Unsupported media type',
  422: 'Unprocessable content',
  429: 'Too many requests',
  500: 'Internal error',
  503: 'Try again',
};

/** `['audience', 'include', 0]` as people read it: `audience.include[0]`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? String(part) : `${text}.${String(part)}`;
  }, '');
}

type Issue = {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly code?: string | undefined;
  readonly keys?: readonly string[];
};

/** What a schema found, as problem errors, each once: an unknown field is named by its own path. */
export function problemErrors(issues: readonly Issue[]): ProblemError[] {
  const errors = issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? (issue.keys ?? []).map((key) => ({
          path: pathText([...issue.path, key]),
          message: 'is not known here: remove it or correct its name',
        }))
      : [{ path: pathText(issue.path), message: issue.message }],
  );
  return [...new Map(errors.map((error) => [`${error.path}\n${error.message}`, error])).values()];
}

/** A request can hold more that is wrong than an answer, of 6 MB, could name. */
const maxErrors = 100;

/** 422 with what a schema found: all of it, or the first hundred and how many there are. */
export const unprocessable = (issues: readonly Issue[]): Problem => {
  const errors = problemErrors(issues);
  const [first] = errors;
  if (first === undefined) return new Problem(422, 'The content is not valid.', errors);
  const detail = `${first.path || 'The body'}: ${first.message}`;
  if (errors.length <= maxErrors) return new Problem(422, detail, errors);
  const more = ` (the first ${maxErrors} of ${errors.length} errors are named)`;
  return new Problem(422, detail + more, errors.slice(0, maxErrors));
};

/** 422 for one field. */
export const unprocessableField = (path: string, message: string): Problem =>
  new Problem(422, `${path}: ${message}`, [{ path, message }]);
