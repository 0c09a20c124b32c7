import type { ComputedDefinition } from '../../../shared/domain/rules/computed/computed.ts';
import { dayAt, startOf } from './naive-calendar.ts';
import {
  compared,
  comparisons,
  type Deed,
  decimal,
  fitting,
  inWindow,
  numberOf,
  read,
  type Seen,
  satisfies,
  type Words,
} from './naive-words.ts';

/** A value worked out of what was done satisfies the words beside it; without a definition there is none. */
export function computed(words: Words, seen: Seen): boolean {
  const definition = seen.around.computed?.[words['computed'] as string];
  const value = definition === undefined ? undefined : workedOut(definition, seen);
  if (typeof value !== 'bigint') return satisfies(value, words, seen);
  // Sums are exact in decimals; beside words for other values they are numbers.
  const isCompared = Object.entries(words).every(
    ([word, bound]) =>
      word === 'computed' || (comparisons.includes(word) && typeof bound === 'number'),
  );
  return isCompared ? compared(value, words) : satisfies(numberOf(value), words, seen);
}

/** The value itself, of a whole history. */
export function naiveComputed(
  definition: ComputedDefinition,
  deeds: readonly Deed[],
  { now, company }: { readonly now: number; readonly company: string },
): Value | undefined {
  const person = { id: '', timeZone: company, attributes: {}, identifiers: {}, deeds: [...deeds] };
  const value = workedOut(definition, { person, now, around: { company, segments: {} } });
  return typeof value === 'bigint' ? numberOf(value) : value;
}

/** Amounts are in units of 10 ** -40. */
function workedOut(definition: ComputedDefinition, seen: Seen): Value | bigint | undefined {
  const { event, within, where } = definition;
  const leaf = { did: event, ...(within && { within }), ...(where && { where }) };
  const taken = inWindow(leaf, seen).map((deed) => ({
    deed,
    values: valuesOf(deed, leaf, definition, seen),
  }));
  return functions[definition.function](taken, seen);
}

type Taken = { readonly deed: Deed; readonly values: readonly Value[] };
type Value = string | number | boolean;

const isValue = (value: unknown): value is Value =>
  ['string', 'number', 'boolean'].includes(typeof value);

/**
 * The event's own value; without one, those of the products that satisfy the conditions. Their dates say
 * when the event counts, and all of its values with it.
 */
function valuesOf(deed: Deed, leaf: Words, { property }: ComputedDefinition, seen: Seen): Value[] {
  if (property === undefined) return [];
  const own = read(deed.properties, property);
  if (own !== undefined) return [own].filter(isValue);
  const where = ((leaf['where'] ?? []) as Words[]).map(timeless);
  return fitting(deed, { ...leaf, where }, seen)
    .map((fields) => read(fields, property))
    .filter(isValue);
}

/** Of a condition on a date is left that there is one. */
function timeless(condition: Words): Words {
  const others = Object.entries(condition).filter(([word]) => !dateWords.includes(word));
  const isDated = others.length < Object.keys(condition).length;
  return { ...Object.fromEntries(others), ...(isDated && { after: '0001-01-01' }) };
}

const dateWords = ['within', 'olderThan', 'between', 'inNext', 'before', 'after'];

type Work = (taken: readonly Taken[], seen: Seen) => Value | bigint | undefined;

const functions: Readonly<Record<ComputedDefinition['function'], Work>> = {
  count: (taken) => decimal(taken.length),
  sum: (taken) => total(numbersOf(taken)),
  average: (taken) => {
    const numbers = numbersOf(taken);
    const more = 10n ** 30n;
    return numbers.length === 0
      ? undefined
      : numberOf((total(numbers) * more) / BigInt(numbers.length), 70);
  },
  minimum: (taken) => numbersOf(taken).toSorted((one, other) => one - other)[0],
  maximum: (taken) => numbersOf(taken).toSorted((one, other) => other - one)[0],
  first: (taken) => edge(taken, 'first'),
  last: (taken) => edge(taken, 'last'),
  mostFrequent,
  daysSince: (taken, { now, around: { company } }) => {
    const last = taken.at(-1)?.deed.at;
    if (last === undefined) return undefined;
    let begun = 0;
    let day = dayAt(last, company);
    // The clock may run back over midnight: that day has begun already.
    if (startOf(day.add({ days: 1 }).toString(), company) <= last) day = day.add({ days: 1 });
    while (startOf(day.add({ days: 1 }).toString(), company) <= now) {
      day = day.add({ days: 1 });
      begun++;
    }
    return begun;
  },
};

const numbersOf = (taken: readonly Taken[]): number[] =>
  taken.flatMap(({ values }) => values.filter((value) => typeof value === 'number'));

const total = (numbers: readonly number[]): bigint =>
  numbers.reduce((sum, number) => sum + decimal(number), 0n);

/** Of events of one instant, the one whose value is first as text. */
function edge(taken: readonly Taken[], which: 'first' | 'last'): Value | undefined {
  const having = taken.filter(({ values }) => values.length > 0);
  const at = (which === 'first' ? having[0] : having.at(-1))?.deed.at;
  const values = having
    .filter(({ deed }) => deed.at === at)
    .map((one) => (which === 'first' ? one.values[0] : one.values.at(-1)));
  return values.toSorted(byText)[0];
}

/** Of equals the one done last, of these the first as text. */
function mostFrequent(taken: readonly Taken[]): Value | undefined {
  const all = taken.flatMap(({ deed, values }) => values.map((value) => ({ value, at: deed.at })));
  const grouped = [...Map.groupBy(all, ({ value }) => value)].map(([value, of]) => ({
    value,
    count: of.length,
    last: Math.max(...of.map(({ at }) => at)),
  }));
  const [best] = grouped.toSorted(
    (one, other) =>
      other.count - one.count || other.last - one.last || byText(one.value, other.value),
  );
  return best?.value;
}

function byText(one: Value | undefined, other: Value | undefined): number {
  const [text, otherText] = [String(one), String(other)];
  if (text !== otherText) return text < otherText ? -1 : 1;
  return typeof one < typeof other ? -1 : 1;
}
