import { type Finding, type State, states } from './finding.ts';

/** Characters of a line; commands to copy are never broken. */
const width = 96;

const marks: Readonly<Record<State, string>> = {
  wrong: 'WRONG',
  warning: 'WARNING',
  unknown: 'UNKNOWN',
  ok: 'ok',
};

/** What is wrong first, what is well last and in one line each. */
export function reportText(heading: string, findings: readonly Finding[]): string {
  const checkWidth = Math.max(
    ...findings.filter(({ state }) => state === 'ok').map(({ check }) => check.length),
    0,
  );
  const sections = states.flatMap((state) => {
    const found = findings.filter((finding) => finding.state === state);
    if (found.length === 0) return [];
    return state === 'ok'
      ? [found.map((finding) => okText(finding, checkWidth)).join('\n')]
      : [together(found).map(problemText).join('\n\n')];
  });
  return withoutControls([heading, ...sections, summaryText(findings)].join('\n\n'));
}

/** What DNS and AWS answer may be anybody's words: none of them commands the terminal. */
const withoutControls = (text: string): string => text.replaceAll(/(?!\n)\p{Cc}/gu, '\uFFFD');

/** Where the same is to be done for several, it is said once. */
function together(findings: readonly Finding[]): readonly Finding[] {
  const groups = Map.groupBy(findings, ({ what, fix }) => JSON.stringify([what, fix]));
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    const checks = [...new Set(group.map(({ check }) => check))];
    return first === undefined ? [] : [{ ...first, check: checks.join(', ') }];
  });
}

const okText = ({ check, what }: Finding, checkWidth: number): string => {
  const start = `${marks.ok}  ${check.padEnd(checkWidth)}  `;
  return wrapped(what, { first: start, rest: ' '.repeat(start.length) });
};

const indent = '    ';

function problemText({ state, check, what, fix }: Finding): string {
  const lines = [
    wrapped(check, { first: `${marks[state]}  `, rest: indent }),
    wrapped(what, { first: indent, rest: indent }),
  ];
  for (const line of fix?.split('\n') ?? []) {
    // What is indented is to be copied as it stands.
    lines.push(
      line.startsWith(' ')
        ? `${indent}   ${line.trimStart()}`
        : wrapped(line, { first: `${indent}-> `, rest: `${indent}   ` }),
    );
  }
  return lines.join('\n');
}

function wrapped(
  text: string,
  { first, rest }: { readonly first: string; readonly rest: string },
): string {
  const lines: string[] = [];
  let line = first;
  let isStart = true;
  for (const word of text.split(/\s+/)) {
    if (!isStart && line.length + 1 + word.length > width) {
      lines.push(line);
      line = rest;
      isStart = true;
    }
    line += isStart ? word : ` ${word}`;
    isStart = false;
  }
  return [...lines, line].join('\n');
}

const words: Readonly<Record<State, string>> = {
  wrong: 'wrong',
  warning: 'to look at',
  unknown: 'not known',
  ok: 'well',
};

function summaryText(findings: readonly Finding[]): string {
  const counts = states.map(
    (state) => `${findings.filter((finding) => finding.state === state).length} ${words[state]}`,
  );
  return `${counts.join(', ')}.`;
}

/** For scripts: 1 when something is wrong, 2 when nothing is, but something could not be looked at. */
export function exitCodeOf(findings: readonly Finding[]): 0 | 1 | 2 {
  const found = new Set(findings.map(({ state }) => state));
  if (found.has('wrong')) return 1;
  return found.has('unknown') ? 2 : 0;
}
