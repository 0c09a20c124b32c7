import type { Action } from './permissions.ts';

/** What somebody answered, or why nobody did. `permission`: the IAM action without which they refused. */
export type Asked<Value> =
  | { readonly kind: 'known'; readonly value: Value }
  | {
      readonly kind: 'unknown';
      readonly why: string;
      readonly permission: Action | undefined;
      /** What to do so that it can be asked, where that is known. */
      readonly fix?: string;
    };

export const known = <Value>(value: Value): Asked<Value> => ({ kind: 'known', value });

export const unasked = <Value>(why: string): Asked<Value> => ({
  kind: 'unknown',
  why,
  permission: undefined,
});

/** What cannot be asked of a stack that has it not. */
export const notMade = <Value>(what: string): Asked<Value> => ({
  kind: 'unknown',
  why: `The stack has no ${what}, so it was not asked for.`,
  permission: undefined,
  fix: 'See "stack" and "version": deploy, then run the doctor again.',
});

/** What AWS's services call a refusal; each has words of its own. */
const refusals = [
  'AccessDenied',
  'AccessDeniedException',
  'AuthorizationError',
  'AuthorizationErrorException',
  'NotAuthorizedException',
  'UnauthorizedException',
  'UnauthorizedOperation',
];

/** Whoever is asked may refuse or be away: that is an answer too, and never ends the doctor. */
export async function ask<Value>(
  permission: Action,
  call: () => Promise<Value>,
): Promise<Asked<Value>> {
  try {
    return known(await call());
  } catch (error) {
    if (isRefusal(error)) {
      return { kind: 'unknown', why: `Not allowed: ${permission} was refused.`, permission };
    }
    return unasked(`${permission}: ${wordsOf(error)}`);
  }
}

/** The same where nobody grants rights: names on the network, requests to the product itself. */
export async function attempt<Value>(
  what: string,
  call: () => Promise<Value>,
): Promise<Asked<Value>> {
  try {
    return known(await call());
  } catch (error) {
    return unasked(`${what}: ${wordsOf(error)}`);
  }
}

/** The answer, changed. */
export const mapped = <Value, Result>(
  asked: Asked<Value>,
  change: (value: Value) => Result,
): Asked<Result> => (asked.kind === 'known' ? known(change(asked.value)) : asked);

/** Both answers, or why one is missing. */
export function both<First, Second>(
  first: Asked<First>,
  second: Asked<Second>,
): Asked<readonly [First, Second]> {
  if (first.kind === 'unknown') return first;
  return mapped(second, (value) => [first.value, value] as const);
}

function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // Some services say 403 for a wrong signature as well, which no permission repairs.
  return refusals.includes(error.name) || refusals.includes(codeOf(error));
}

const codeOf = (error: Error): string =>
  'Code' in error && typeof error.Code === 'string' ? error.Code : '';

/** One line, with the error's name: what the services say may run on. */
export function wordsOf(error: unknown): string {
  const inner = reasonOf(error);
  if (!(inner instanceof Error)) return String(inner);
  const text = `${inner.name === 'Error' ? '' : `${inner.name}: `}${inner.message}`;
  // The SDK's advice for programmers is nothing to whoever reads this.
  const line = text
    .replace(/\s*Deserialization error:.*/s, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return line.length <= 200 ? line : `${line.slice(0, 199)}…`;
}

/** A call over the network that failed holds its reason inside, and one to two addresses holds two. */
function reasonOf(error: unknown): unknown {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (!(error instanceof Error) || error.cause === undefined) return error;
  return error.message === '' || error.message === 'fetch failed' ? reasonOf(error.cause) : error;
}
