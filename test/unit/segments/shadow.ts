import type { ComputedDefinition } from '../../../shared/domain/rules/computed/computed.ts';
import type { RfmModel } from '../../../shared/domain/rules/rfm/rfm.ts';
import type { Rule } from '../../../shared/domain/rules/rule.ts';
import { naive, type Person } from '../rules/naive-rule.ts';
import type { Said } from './random-inputs.ts';
import { zones } from './random-words.ts';

/** What the words of rules mean. What was deleted is not there. */
export type Meaning = {
  readonly segments: Readonly<Record<string, Rule>>;
  readonly computed: Readonly<Record<string, ComputedDefinition>>;
  readonly rfm: RfmModel | undefined;
};

/** What is true of one person and of the rules, kept plainly beside the product. */
export type Shadow = {
  readonly company: string;
  person: Person;
  /** By what audiences go, and what comes. */
  serving: Meaning;
  next: Meaning;
};

/** Whether the person is a member at an instant, recounted from all that is known of them. */
export function isMemberOf(
  id: string,
  now: number,
  world: { readonly company: string; readonly person: Person; readonly meaning: Meaning },
): boolean {
  const { company, person, meaning } = world;
  const rule = meaning.segments[id];
  return rule !== undefined && naive(rule, person, now, { company, ...meaning });
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

/** All that a rule names, as `kind id`. */
export function namesIn(rule: Rule): string[] {
  if ('all' in rule) return rule.all.flatMap(namesIn);
  if ('any' in rule) return rule.any.flatMap(namesIn);
  if ('not' in rule) return namesIn(rule.not);
  if ('in' in rule) return [`segment ${rule.in}`];
  if ('list' in rule) return [`list ${rule.list}`];
  if ('computed' in rule) return [`computed ${rule.computed}`];
  return 'rfm' in rule ? ['rfm'] : [];
}

/** The segments that name something, also through others, by what serves or by what comes. */
export function usersOf(name: string, { serving, next }: Shadow): Set<string> {
  const rules = [...Object.entries(serving.segments), ...Object.entries(next.segments)];
  const users = new Set<string>();
  for (let before = -1; before < users.size; ) {
    before = users.size;
    for (const [id, rule] of rules) {
      const names = namesIn(rule);
      const isUser = (user: string): boolean => names.includes(`segment ${user}`);
      if (names.includes(name) || [...users].some(isUser)) users.add(id);
    }
  }
  return users;
}

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
