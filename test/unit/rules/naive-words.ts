import type { ComputedDefinition } from '../../../shared/domain/rules/computed/computed.ts';
import type { RfmModel } from '../../../shared/domain/rules/rfm/rfm.ts';
import type { Rule } from '../../../shared/domain/rules/rule.ts';
import { dayAt, dayOf, earlier, instantOf, later, startOf } from './naive-calendar.ts';

/** What stands beside the words of a rule, read plainly: values, dates, zones, amounts, and deeds. */

/** Something a person did. */
export type Deed = { name: string; at: number; properties: Record<string, unknown> };
export type Person = {
  id: string;
  timeZone: string;
  attributes: Record<string, unknown>;
  identifiers: Record<string, unknown>;
  deeds: Deed[];
  lists?: readonly string[];
};

/** What is the same for everybody: the company's zone, what rules name, and what triggered. */
export type Around = {
  company: string;
  segments: Readonly<Record<string, Rule>>;
  computed?: Readonly<Record<string, ComputedDefinition>>;
  rfm?: RfmModel | undefined;
  trigger?: { event: string; at: number };
};

export type Words = Readonly<Record<string, unknown>>;
export type Seen = { readonly person: Person; readonly now: number; readonly around: Around };

/** Deeds of the past of that name that satisfy `where`, the oldest first. */
export function matching(words: Words, seen: Seen): Deed[] {
  const name = words['did'] ?? words['didNot'] ?? words['last'] ?? words['first'];
  return seen.person.deeds
    .filter((deed) => deed.name === name && deed.at <= seen.now)
    .filter((deed) => isSince(deed, words, seen))
    .filter((deed) => isWhere(deed, words, seen))
    .sort((one, other) => one.at - other.at);
}

export const inWindow = (words: Words, seen: Seen): Deed[] =>
  matching(words, seen).filter((deed) => isDated(deed.at, words, seen));

/** After the trigger; of another name also at its instant. */
function isSince({ name, at }: Deed, words: Words, { around: { trigger } }: Seen): boolean {
  if (words['since'] === undefined) return true;
  if (trigger === undefined) throw new Error('There is no trigger');
  return at > trigger.at || (at === trigger.at && name !== trigger.event);
}

/** The event itself, or any one of its products, satisfies every condition. */
const isWhere = (deed: Deed, words: Words, seen: Seen): boolean =>
  fitting(deed, words, seen).length > 0;

/** The fields of the event, and those together with each product's, that satisfy every condition. */
export function fitting({ properties }: Deed, words: Words, seen: Seen): Words[] {
  const where = (words['where'] ?? []) as Words[];
  const products: unknown = properties['products'];
  const overlays = [{}, ...(Array.isArray(products) ? products.map(fieldsOf) : [])];
  const leaf = { timeZone: words['timeZone'] };
  return overlays
    .map((overlay): Words => ({ ...properties, ...overlay }))
    .filter((fields) =>
      where.every((condition) => {
        const value = read(fields, condition['property'] as string);
        return satisfies(value, { ...condition, ...leaf }, seen);
      }),
    );
}

/** Whether a value satisfies every word beside it: the value words, the date words, `anniversary`. */
export function satisfies(value: unknown, words: Words, seen: Seen): boolean {
  const present = value ?? undefined;
  const valueHolds = Object.entries(valueWords).every(
    ([word, test]) => words[word] === undefined || test(present, words[word]),
  );
  if (!valueHolds) return false;
  const zone = zoneOf(words, seen);
  const isAbout = [...Object.keys(dateWords), 'anniversary'].some((w) => words[w] !== undefined);
  if (!isAbout) return true;
  const at = typeof present === 'string' ? instantOf(present, zone) : undefined;
  if (at === undefined) return false;
  return (
    isDated(at, words, seen) &&
    (words['anniversary'] === undefined ||
      isAnniversary(present as string, words['anniversary'], { ...seen, zone }))
  );
}

const isNumber = (value: unknown): value is number => typeof value === 'number';

const valueWords: Readonly<Record<string, (value: unknown, word: unknown) => boolean>> = {
  equals: (value, word) => value === word,
  notEquals: (value, word) => value !== word,
  oneOf: (value, word) => (word as unknown[]).includes(value),
  contains: (value, word) =>
    Array.isArray(value)
      ? value.includes(word)
      : typeof value === 'string' && typeof word === 'string' && value.includes(word),
  startsWith: (value, word) => typeof value === 'string' && value.startsWith(word as string),
  exists: (value, word) => (value !== undefined) === word,
  atLeast: (value, word) => isNumber(value) && value >= (word as number),
  atMost: (value, word) => isNumber(value) && value <= (word as number),
  above: (value, word) => isNumber(value) && value > (word as number),
  below: (value, word) => isNumber(value) && value < (word as number),
};

type DateWord = (at: number, word: unknown, when: { now: number; zone: string }) => boolean;

const dateWords: Readonly<Record<string, DateWord>> = {
  within: (at, word, { now, zone }) => at <= now && now <= later(at, zone, word as string),
  olderThan: (at, word, { now, zone }) => now > later(at, zone, word as string),
  between: (at, word, { now, zone }) => {
    const [longer, shorter] = word as [string, string];
    return later(at, zone, shorter) < now && now <= later(at, zone, longer);
  },
  inNext: (at, word, { now, zone }) => earlier(at, zone, word as string) <= now && now < at,
  before: (at, word, { zone }) => at < (instantOf(word as string, zone) ?? Number.NaN),
  after: (at, word, { zone }) => at > (instantOf(word as string, zone) ?? Number.NaN),
};

/** Whether an instant satisfies every date word; one that is not there satisfies nothing. */
export function isDated(at: number | undefined, words: Words, seen: Seen): boolean {
  const when = { now: seen.now, zone: zoneOf(words, seen) };
  if (at === undefined) return false;
  return Object.entries(dateWords).every(
    ([word, test]) => words[word] === undefined || test(at, words[word], when),
  );
}

/** The day's return, from one year after it on: it is today, or will be within a time. */
function isAnniversary(text: string, word: unknown, at: Seen & { zone: string }): boolean {
  const { now, zone } = at;
  const born = dayOf(text, zone);
  const today = dayAt(now, zone);
  return [-1, 0, 1].some((more) => {
    const years = today.year - born.year + more;
    if (years < 1) return false;
    const day = born.add({ years });
    const begins = startOf(day.toString(), zone);
    // A day goes on until the next one begins.
    if (word === 'today') {
      return begins <= now && now < startOf(day.add({ days: 1 }).toString(), zone);
    }
    const { inNext } = word as { inNext: string };
    return dateWords['inNext']?.(begins, inNext, { now, zone }) === true;
  });
}

export const comparisons = ['atLeast', 'atMost', 'above', 'below', 'equals'];

export function compared(amount: bigint, words: Words): boolean {
  const tests: Record<string, (bound: bigint) => boolean> = {
    atLeast: (bound) => amount >= bound,
    atMost: (bound) => amount <= bound,
    above: (bound) => amount > bound,
    below: (bound) => amount < bound,
    equals: (bound) => amount === bound,
  };
  return comparisons.every(
    (word) => words[word] === undefined || tests[word]?.(decimal(words[word])) === true,
  );
}

/** The decimal that a number is written as, in units of 10 ** -40; anything else is nothing. */
export function decimal(value: unknown): bigint {
  if (!isNumber(value)) return 0n;
  const [mantissa = '', exponent = '0'] = String(value).split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  return BigInt(whole + fraction) * 10n ** BigInt(40 - fraction.length + Number(exponent));
}

/** The calendar of a leaf: the person's, one it names, or the company's. */
export const zoneOf = ({ timeZone }: Words, { person, around }: Seen): string =>
  timeZone === 'person' ? person.timeZone : ((timeZone as string | undefined) ?? around.company);

/** Identifiers stand before attributes of the same name. */
export const known = ({ identifiers, attributes }: Person, name: string): unknown =>
  (['email', 'phone', 'externalId'].includes(name) ? identifiers[name] : undefined) ??
  read(attributes, name);

/** A field by its exact name, else by a path of names. */
export function read(fields: Words, name: string): unknown {
  const exact = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (exact !== undefined && exact !== null) return exact;
  let value: unknown = fields;
  for (const step of name.split('.')) {
    value = Object.hasOwn(fieldsOf(value), step) ? fieldsOf(value)[step] : undefined;
  }
  return value ?? undefined;
}

export const fieldsOf = (value: unknown): Words =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Words) : {};

/** The number nearest to an amount in units of 10 ** -digits. */
export const numberOf = (amount: bigint, digits = 40): number => Number(`${amount}e-${digits}`);
