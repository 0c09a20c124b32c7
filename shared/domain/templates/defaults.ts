import * as z from 'zod';

/** Where a default may stand: what people have or do not have. */
const path = /^(profile\.(attributes|identifiers|computed)|event\.properties)(\.[^.\s[\]{}|'"]+)+$/;

const maxDefaults = 50;

/** What is written for a value that is missing, by its path. */
export const defaultsSchema = z
  .record(
    z
      .string()
      .regex(path, 'must be a path such as "profile.attributes.firstName"')
      .max(200, 'has more than 200 characters'),
    z.union([
      z.string().min(1, 'is empty: leave it out, or give "missing": "empty"'),
      z.number(),
      z.boolean(),
    ]),
  )
  .refine(
    (defaults) => Object.keys(defaults).length <= maxDefaults,
    `has more than ${maxDefaults} values: leave some out`,
  );
export type Defaults = z.infer<typeof defaultsSchema>;

type Fields = Readonly<Record<string, unknown>>;

/** The data with a template's defaults in the places of what is missing; the data themselves stay as they are. */
export function withDefaults(data: Fields, defaults: Defaults | undefined): Fields {
  if (defaults === undefined) return data;
  return Object.entries(defaults).reduce<Fields>(
    (filled, [to, value]) => filledAt(filled, to.split('.'), value),
    data,
  );
}

function filledAt(known: unknown, [name, ...rest]: readonly string[], value: unknown): Fields {
  const fields = isFields(known) ? known : {};
  if (name === undefined) return fields;
  const own = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (rest.length === 0) {
    return own === undefined || own === null || own === '' ? { ...fields, [name]: value } : fields;
  }
  // What is something else than an object is not missing: nothing is put into it.
  if (own !== undefined && own !== null && own !== '' && !isFields(own)) return fields;
  return { ...fields, [name]: filledAt(own, rest, value) };
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
