import type { Rule } from '../../../shared/domain/rules/rule.ts';
import { dayAt, dayOf, instantOf, startOf } from './naive-calendar.ts';
import { computed } from './naive-computed.ts';
import { rfm } from './naive-rfm.ts';
import {
  type Around,
  compared,
  comparisons,
  decimal,
  fieldsOf,
  inWindow,
  isDated,
  known,
  matching,
  type Person,
  read,
  type Seen,
  satisfies,
  type Words,
  zoneOf,
} from './naive-words.ts';

/**
 * The rule language read plainly, from all that a person ever did: one function per word, slow, with
 * nothing of the product in it but types. What the compiled rules must equal.
 */

export { type Around, type Deed, type Person, satisfies } from './naive-words.ts';

type Reading = (words: Words, seen: Seen) => boolean;

/** The word that makes a rule what it is: it is never left out. A new one is missing below. */
export type Word = RequiredIn<Rule>;
type RequiredIn<One> = One extends unknown
  ? { [Name in keyof One]-?: undefined extends One[Name] ? never : Name }[keyof One]
  : never;

/** Whether a rule holds for a person at an instant. */
export function naive(rule: Rule, person: Person, now: number, around: Around): boolean {
  return holds(rule, { person, now, around });
}

function holds(rule: Rule, seen: Seen): boolean {
  const words = rule as Words;
  const reading = Object.entries(readings).find(([word]) => word in words)?.[1];
  if (reading === undefined) throw new Error(`The recount cannot read ${JSON.stringify(rule)}`);
  return reading(words, seen);
}

/** Every word that can make a rule. */
const readings: Readonly<Record<Word, Reading>> = {
  all: ({ all }, seen) => (all as Rule[]).every((rule) => holds(rule, seen)),
  any: ({ any }, seen) => (any as Rule[]).some((rule) => holds(rule, seen)),
  not: ({ not }, seen) => !holds(not as Rule, seen),
  in: (words, seen) => {
    const rule = seen.around.segments[words['in'] as string];
    return rule !== undefined && holds(rule, seen);
  },
  list: ({ list }, { person }) => (person.lists ?? []).includes(list as string),
  bucket,
  computed,
  rfm,
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
