export type TextFault = { readonly path: PropertyKey[]; readonly message: string };

/** Far more than any schema takes, and far less than the stack holds. */
const maxDepth = 500;

/**
 * Where a JSON value holds text that no table, mail or log can carry: half a surrogate pair, in a
 * value or a name. Undefined when all of it is well-formed. `json` is the text of the value.
 */
export function findTextFault(value: unknown, json: string): TextFault | undefined {
  // JSON can write half a pair only as an escape.
  return /\\ud[89a-f]/i.test(json) ? faultIn(value, []) : undefined;
}

function faultIn(value: unknown, path: PropertyKey[]): TextFault | undefined {
  if (typeof value === 'string' && !value.isWellFormed()) return { path, message };
  if (typeof value !== 'object' || value === null) return undefined;
  if (path.length >= maxDepth) return { path: path.slice(0, 8), message: 'is nested too deeply' };
  for (const [name, inner] of Object.entries(value)) {
    const at = [...path, Array.isArray(value) ? Number(name) : name];
    const fault = name.isWellFormed() ? faultIn(inner, at) : { path: at, message };
    if (fault !== undefined) return fault;
  }
  return undefined;
}

const message = 'holds half a surrogate pair: send well-formed Unicode';
