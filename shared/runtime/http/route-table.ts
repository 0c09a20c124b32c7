import { Problem } from '../problem.ts';
import type { Route } from './route.ts';

type Found = { readonly route: Route; readonly params: Readonly<Record<string, string>> };

/** Finds the route of a method and path; 404 when no path fits, 405 when only the method does not. */
export function routeTable(routes: readonly Route[]): (method: string, path: string) => Found {
  const rows = routes.map((route) => ({ route, parts: route.path.split('/') }));
  return (method, path) => {
    const parts = path.split('/');
    while (parts.at(-1) === '') parts.pop();
    const fitting = rows.flatMap((row) => {
      const params = fit(row.parts, parts);
      return params === undefined
        ? []
        : [{ route: row.route, params, literals: literalsOf(row.parts) }];
    });
    if (fitting.length === 0) throw new Problem(404, `There is nothing at ${path}.`);
    // A literal path ("preview") wins over a parameter ("{id}").
    const found = fitting
      .filter((row) => row.route.method === method)
      .sort((left, right) => right.literals - left.literals)[0];
    if (found !== undefined) return found;
    const methods = fitting.map((row) => row.route.method).join(', ');
    throw new Problem(405, `${method} is not possible at ${path}: use ${methods}.`);
  };
}

/** No id is longer: the tables could not hold it as a key. */
const maxParameterBytes = 1024;

const isParameter = (part: string): boolean => part.startsWith('{');
const literalsOf = (parts: readonly string[]): number =>
  parts.filter((part) => !isParameter(part)).length;

function fit(
  pattern: readonly string[],
  parts: readonly string[],
): Record<string, string> | undefined {
  if (pattern.length !== parts.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const part = parts[index] ?? '';
    if (isParameter(expected)) {
      const value = decode(part);
      if (value === undefined || value === '') return undefined;
      if (Buffer.byteLength(value) > maxParameterBytes) return undefined;
      params[expected.slice(1, -1)] = value;
    } else if (expected !== part) return undefined;
  }
  return params;
}

const decode = (part: string): string | undefined => {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
};
