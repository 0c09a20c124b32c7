import type { Rule } from '../../../shared/domain/rules/rule.ts';
import { naive, type Person } from '../rules/naive-rule.ts';
import { zones } from './random-rule.ts';
import type { Said } from './random-walk.ts';

/** What is true of one person and of the rules, kept plainly beside the product. */
export type Shadow = {
  readonly company: string;
  person: Person;
  /** The definitions that audiences go by, and those that come. A deleted segment is in neither. */
  serving: Readonly<Record<string, Rule>>;
  next: Readonly<Record<string, Rule>>;
};

export const nobody = (company: string, id: string): Shadow => ({
  company,
  person: { id, timeZone: company, attributes: {}, identifiers: {}, deeds: [] },
  serving: {},
  next: {},
});

/** Whether the person is a member at an instant, recounted from all that is known of them. */
export function isMemberOf(
  id: string,
  now: number,
  world: Pick<Shadow, 'company' | 'person'> & { readonly rules: Shadow['serving'] },
): boolean {
  const { company, person, rules } = world;
  const rule = rules[id];
  return rule !== undefined && naive(rule, person, now, { company, segments: rules });
}

/** The person after one thing said of them. */
export function told(
  person: Person,
  said: Said & { readonly at: number },
  company: string,
): Person {
  const given = Object.entries(said.attributes ?? {});
  const attributes = { ...person.attributes, ...Object.fromEntries(given) };
  for (const [name, value] of given) if (value === null) delete attributes[name];
  const zone = attributes['timeZone'];
  const { event, at } = said;
  return {
    ...person,
    attributes,
    timeZone: typeof zone === 'string' && zones.includes(zone) ? zone : company,
    identifiers: { ...person.identifiers, ...said.identifiers },
    deeds: event === undefined ? person.deeds : [...person.deeds, { ...event, at }],
  };
}

/** Why an edit is to be refused: it names what is not there, or takes away what others name. */
export function refusal(
  { serving, next }: Pick<Shadow, 'serving' | 'next'>,
  { id, rule }: { readonly id: string; readonly rule: Rule | undefined },
): string | undefined {
  if (rule !== undefined) {
    const missing = namesIn(rule).find((name) => next[name] === undefined);
    return missing === undefined ? undefined : `${missing} is missing`;
  }
  const users = [...Object.entries(serving), ...Object.entries(next)];
  const user = users.find(([name, other]) => name !== id && namesIn(other).includes(id));
  return user === undefined ? undefined : `${user[0]} uses it`;
}

const namesIn = (rule: unknown): string[] => {
  if (Array.isArray(rule)) return rule.flatMap(namesIn);
  if (typeof rule !== 'object' || rule === null) return [];
  const { in: name, all, any, not } = rule as Record<string, unknown>; // an object, as just checked
  return [...(typeof name === 'string' ? [name] : []), ...[all, any, not].flatMap(namesIn)];
};

/** Every instant that something known of the person names, for walks to borders. */
export function instantsOf({ deeds, attributes }: Person): number[] {
  const texts = [attributes, ...deeds.map(({ properties }) => properties)].flatMap(textsIn);
  const dates = texts.map((text) => Date.parse(text)).filter((at) => !Number.isNaN(at));
  return [...deeds.map(({ at }) => at), ...dates];
}

const textsIn = (value: unknown): string[] => {
  if (typeof value === 'string') return /^\d{4}-/.test(value) ? [value] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
};
