import * as z from 'zod';

/** What a template's `Ref` and `Fn::GetAtt` stand for once a resource is there. */
export type Lookup = {
  ref(id: string): Promise<string>;
  attribute(id: string, name: string): Promise<string>;
};

const text = z.union([z.string(), z.number()]).transform(String);
const getAttSchema = z.tuple([z.string(), z.string()]);
const joinSchema = z.tuple([z.string(), z.array(z.unknown())]);

/** A value of a template as CloudFormation resolves it; an intrinsic that nobody thought of throws. */
export async function resolved(value: unknown, lookup: Lookup): Promise<unknown> {
  if (Array.isArray(value)) return Promise.all(value.map((item) => resolved(item, lookup)));
  if (typeof value !== 'object' || value === null) return value;
  const entries: [string, unknown][] = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only !== undefined && isIntrinsic(only[0])) {
    return intrinsic(only[0], only[1], lookup);
  }
  const fields = entries.map(async ([name, field]) => [name, await resolved(field, lookup)]);
  return Object.fromEntries(await Promise.all(fields)) as unknown;
}

const isIntrinsic = (name: string): boolean => name === 'Ref' || name.startsWith('Fn::');

async function intrinsic(name: string, argument: unknown, lookup: Lookup): Promise<string> {
  switch (name) {
    case 'Ref':
      return lookup.ref(z.string().parse(argument));
    case 'Fn::GetAtt':
      return lookup.attribute(...getAttSchema.parse(argument));
    case 'Fn::Join': {
      const [between, parts] = joinSchema.parse(argument);
      const texts = await Promise.all(parts.map((part) => resolved(part, lookup)));
      return texts.map((part) => text.parse(part)).join(between);
    }
    case 'Fn::Sub':
      return substituted(z.string().parse(argument), lookup);
    default:
      throw new Error(`The template uses ${name}, which the story cannot resolve yet.`);
  }
}

async function substituted(pattern: string, lookup: Lookup): Promise<string> {
  const names = [...pattern.matchAll(/\$\{([\w:]+)\}/g)].map(([, name = '']) => name);
  const values = new Map<string, string>();
  for (const name of names) values.set(name, await lookup.ref(name));
  return pattern.replaceAll(/\$\{([\w:]+)\}/g, (_, name: string) => values.get(name) ?? '');
}
