import * as z from 'zod';
import { numberFault } from './storable.ts';

const maxDepth = 16;
const maxBytes = 128 * 1024;

/**
 * A JSON object as a site may send it for attributes, properties and context: up to 128 KB, 16 levels
 * deep, names of 1 to 255 characters, numbers that the tables can hold.
 */
export const jsonObjectSchema = z
  .unknown()
  .meta({ type: 'object' })
  .superRefine((value, context) => {
    // A record leaves it out without a word, so it is looked for before.
    if (typeof value === 'object' && value !== null && Object.hasOwn(value, '__proto__'))
      context.addIssue({ code: 'custom', path: ['__proto__'], message: wrongName });
  })
  .pipe(
    z.record(z.string(), z.unknown()).superRefine((value, context) => {
      const fault = findFault(value, []) ?? (isTooLarge(value) ? tooLarge : undefined);
      if (fault !== undefined) context.addIssue({ code: 'custom', ...fault });
    }),
  );

const wrongName = 'must have a name of 1 to 255 characters other than __proto__';

type Fault = { readonly path: PropertyKey[]; readonly message: string };

const tooLarge: Fault = { path: [], message: `must be at most ${maxBytes / 1024} KB of JSON` };

const isTooLarge = (value: unknown): boolean => JSON.stringify(value).length > maxBytes;

function findFault(value: unknown, path: PropertyKey[]): Fault | undefined {
  if (typeof value === 'number') {
    const message = numberFault(value);
    return message === undefined ? undefined : { path, message };
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if (path.length >= maxDepth) return { path, message: `must be at most ${maxDepth} levels deep` };
  for (const [name, inner] of Object.entries(value)) {
    if (name === '' || name.length > 255 || name === '__proto__') {
      return { path: [...path, name], message: wrongName };
    }
    const fault = findFault(inner, [...path, Array.isArray(value) ? Number(name) : name]);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
