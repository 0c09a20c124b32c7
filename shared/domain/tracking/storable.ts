export type StorageFault = { readonly path: readonly PropertyKey[]; readonly message: string };

/** Far more than any schema takes, and far less than the stack holds. */
const maxDepth = 500;
const maxNumber = 1e125;
const minNumber = 1e-125;

/** The first thing in a JSON value that the tables, mails and logs cannot carry, with its path. */
export const findUnstorable = (value: unknown): StorageFault | undefined => faultIn(value, []);

/** Half a surrogate pair in a JSON value, whose text is `json`; nothing else is looked for. */
export function findHalfPair(value: unknown, json: string): StorageFault | undefined {
  // JSON can write half a pair only as an escape.
  return /\\ud[89a-f]/i.test(json) ? faultIn(value, []) : undefined;
}

/** DynamoDB's numbers. */
export function numberFault(value: number): string | undefined {
  const size = Math.abs(value);
  const isStorable = size === 0 || (size >= minNumber && size <= maxNumber);
  return isStorable ? undefined : 'must be 0 or a number between 1e-125 and 1e125';
}

function faultIn(value: unknown, path: readonly PropertyKey[]): StorageFault | undefined {
  if (typeof value === 'string')
    return value.isWellFormed() ? undefined : { path, message: broken };
  if (typeof value === 'number') {
    const message = numberFault(value);
    return message === undefined ? undefined : { path, message };
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if (path.length >= maxDepth) return { path: path.slice(0, 8), message: 'is nested too deeply' };
  for (const [name, inner] of Object.entries(value)) {
    const at = [...path, Array.isArray(value) ? Number(name) : name];
    const message = nameFault(name);
    const fault = message === undefined ? faultIn(inner, at) : { path: at, message };
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** `__proto__` is no name that objects keep: what stands behind it would be lost without a word. */
function nameFault(name: string): string | undefined {
  if (name === '__proto__') return 'is no name that can be kept: take another';
  return name.isWellFormed() ? undefined : broken;
}

const broken = 'holds half a surrogate pair: send well-formed Unicode';
