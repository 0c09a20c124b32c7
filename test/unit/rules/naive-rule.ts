import type { Rule } from '../../../shared/domain/rules/rule.ts';
import { dayAt, dayOf, earlier, instantOf, later, startOf } from './naive-calendar.ts';

/**
 * The rule language read plainly, from all that a person ever did: one function per word, slow, with
 * nothing of the product in it but the type of a rule. What the compiled rules must equal.
 */

/** Something a person did. */
export type Deed = { name: string; at: number; properties: Record<string, unknown> };
export type Person = {
  id: string;
  timeZone: string;
  attributes: Record<string, unknown>;
  identifiers: Record<string, unknown>;
  deeds: Deed[];
  lists?: string[];
};

/** What is the same for everybody: the company's zone, other segments, and what triggered. */
export type Around = {
  company: string;
  segments: Readonly<Record<string, Rule>>;
  trigger?: { event: string; at: number };
};

type Words = Readonly<Record<string, unknown>>;
type Seen = { readonly person: Person; readonly now: number; readonly around: Around };
type Reading = (words: Words, seen: Seen) => boolean;

/** Whether a rule holds for a person at an instant. */
export function naive(rule: Rule, person: Person, now: number, around: Around): boolean {
  return holds(rule, { person, now, around });
}

function holds(rule: Rule, seen: Seen): boolean {
  const words = rule as Words;
  const word = Object.keys(readings).find((one) => one in words);
  const reading = word === undefined ? undefined : readings[word];
  if (reading === undefined) throw new Error(`The recount cannot read ${JSON.stringify(rule)}`);
  return reading(words, seen);
}

/** Every word that can make a rule. */
export const readings: Readonly<Record<string, Reading>> = {
  all: ({ all }, seen) => (all as Rule[]).every((rule) => holds(rule, seen)),
  any: ({ any }, seen) => (any as Rule[]).some((rule) => holds(rule, seen)),
  not: ({ not }, seen) => !holds(not as Rule, seen),
  in: (words, seen) => {
    const rule = seen.around.segments[words['in'] as string];
    return rule !== undefined && holds(rule, seen);
  },
  list: ({ list }, { person }) => (person.lists ?? []).includes(list as string),
  bucket,
  attribute: (words, seen) =>
    satisfies(known(seen.person, words['attribute'] as string), words, seen),
  age,
  has,
  did,
  didNot: (words, seen) => inWindow(words, seen).length === 0,
  last: (words, seen) => isDated(matching(words, seen).at(-1)?.at, words, seen),
  first: (words, seen) => isDated(matching(words, seen)[0]?.at, words, seen),
};

/** One element of a list satisfies every condition. */
function has({ has: name, where = [] }: Words, seen: Seen): boolean {
  const elements = known(seen.person, name as string);
  if (!Array.isArray(elements)) return false;
  return elements.some((element: unknown) =>
    (where as Words[]).every((condition) =>
      satisfies(read(fieldsOf(element), condition['attribute'] as string), condition, seen),
    ),
  );
}

/** Whole years since a date: one is full when its day begins; for 29 February on the 28th in common years. */
function age(words: Words, seen: Seen): boolean {
  const zone = zoneOf(words, seen);
  const value = known(seen.person, words['age'] as string);
  const birth = typeof value === 'string' ? instantOf(value, zone) : undefined;
  if (birth === undefined || birth > seen.now) return false;
  const born = dayOf(value as string, zone);
  let years = dayAt(seen.now, zone).year - born.year + 1;
  while (years > 0 && startOf(born.add({ years }).toString(), zone) > seen.now) years--;
  return compared(decimal(years), words);
}

/** How often, or how much of it; without a bound, at least once. */
function did(words: Words, seen: Seen): boolean {
  const deeds = inWindow(words, seen);
  if (words['sum'] !== undefined) {
    const amounts = deeds.map(({ properties }) => read(properties, words['sum'] as string));
    return compared(
      amounts.reduce<bigint>((sum, amount) => sum + decimal(amount), 0n),
      words,
    );
  }
  const isBare = comparisons.every((word) => words[word] === undefined);
  return isBare ? deeds.length > 0 : compared(decimal(deeds.length), words);
}

/** A place from 0 to 100 for every person: FNV-1a, finished as MurmurHash3 does, in whole numbers of any size. */
function bucket(words: Words, { person }: Seen): boolean {
  const { salt, from, to } = words['bucket'] as { salt: string; from: number; to: number };
  const low32 = (value: bigint): bigint => BigInt.asUintN(32, value);
  let hash = 0x811c9dc5n;
  for (const unit of `${salt}:${person.id}`.split('')) {
    hash = low32((hash ^ BigInt(unit.charCodeAt(0))) * 0x01000193n);
  }
  hash = low32((hash ^ (hash >> 16n)) * 0x85ebca6bn);
  hash = low32((hash ^ (hash >> 13n)) * 0xc2b2ae35n);
  const place = (Number(hash ^ (hash >> 16n)) / 2 ** 32) * 100;
  return from <= place && place < to;
}

/** Deeds of the past of that name that satisfy `where`, the oldest first. */
function matching(words: Words, seen: Seen): Deed[] {
  const name = words['did'] ?? words['didNot'] ?? words['last'] ?? words['first'];
  return seen.person.deeds
    .filter((deed) => deed.name === name && deed.at <= seen.now)
    .filter((deed) => isSince(deed, words, seen))
    .filter((deed) => isWhere(deed, words, seen))
    .sort((one, other) => one.at - other.at);
}

const inWindow = (words: Words, seen: Seen): Deed[] =>
  matching(words, seen).filter((deed) => isDated(deed.at, words, seen));

/** After the trigger; of another name also at its instant. */
function isSince({ name, at }: Deed, words: Words, { around: { trigger } }: Seen): boolean {
  if (words['since'] === undefined) return true;
  if (trigger === undefined) throw new Error('There is no trigger');
  return at > trigger.at || (at === trigger.at && name !== trigger.event);
}

/** The event itself, or any one of its products, satisfies every condition. */
function isWhere({ properties }: Deed, words: Words, seen: Seen): boolean {
  const where = (words['where'] ?? []) as Words[];
  const products: unknown = properties['products'];
  const overlays = [{}, ...(Array.isArray(products) ? products.map(fieldsOf) : [])];
  const leaf = { timeZone: words['timeZone'] };
  return overlays.some((overlay) =>
    where.every((condition) => {
      const value = read({ ...properties, ...overlay }, condition['property'] as string);
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
function isDated(at: number | undefined, words: Words, seen: Seen): boolean {
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

const comparisons = ['atLeast', 'atMost', 'above', 'below', 'equals'];

function compared(amount: bigint, words: Words): boolean {
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
function decimal(value: unknown): bigint {
  if (!isNumber(value)) return 0n;
  const [mantissa = '', exponent = '0'] = String(value).split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  return BigInt(whole + fraction) * 10n ** BigInt(40 - fraction.length + Number(exponent));
}

/** The calendar of a leaf: the person's, one it names, or the company's. */
const zoneOf = ({ timeZone }: Words, { person, around }: Seen): string =>
  timeZone === 'person' ? person.timeZone : ((timeZone as string | undefined) ?? around.company);

/** Identifiers stand before attributes of the same name. */
const known = ({ identifiers, attributes }: Person, name: string): unknown =>
  (['email', 'phone', 'externalId'].includes(name) ? identifiers[name] : undefined) ??
  read(attributes, name);

/** A field by its exact name, else by a path of names. */
function read(fields: Words, name: string): unknown {
  const exact = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (exact !== undefined && exact !== null) return exact;
  let value: unknown = fields;
  for (const step of name.split('.')) {
    value = Object.hasOwn(fieldsOf(value), step) ? fieldsOf(value)[step] : undefined;
  }
  return value ?? undefined;
}

const fieldsOf = (value: unknown): Words =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Words) : {};
