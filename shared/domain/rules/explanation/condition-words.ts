import { betweenWords, durationWords } from '../../time/duration-words.ts';
import type { DateWords } from '../date-span.ts';
import type { AttributeLeaf, PropertyCondition, Scalar } from '../leaf.ts';
import type { Comparisons } from '../ledger/decimal.ts';
import type { ValueWords } from '../value-test.ts';

/** Of a long list no more are told. */
const mostValues = 10;

/** Of a long text no more characters are told. */
const mostCharacters = 100;

export const quoted = (value: Scalar): string =>
  typeof value === 'string' && value.length > mostCharacters
    ? JSON.stringify(`${value.slice(0, mostCharacters)}…`)
    : JSON.stringify(value);

/** A name as it stands when it reads as one word, else in quotes. */
export const nameWords = (name: string): string =>
  /^[\w.-]{1,100}$/.test(name) ? name : quoted(name);

/** All that is asked of one value: `is "Riga"`, `is at least 2 and at most 5`. */
export const conditionWords = (words: ValueWords & DateWords): string =>
  joined([...valueWords(words), ...dateWords(words)]);

/** What is asked of an attribute, its yearly return included. */
export function attributeConditionWords(leaf: AttributeLeaf): string {
  const yearly = leaf.anniversary === undefined ? [] : [anniversaryWords(leaf.anniversary)];
  return joined([...valueWords(leaf), ...dateWords(leaf), ...yearly]) + zoneWords(leaf.timeZone);
}

/** Conditions that one event, or one element, satisfies together: ` (category is "shoes")`. */
export const whereWords = (where: readonly PropertyCondition[] | undefined): string =>
  where === undefined
    ? ''
    : ` (${joined(where.map((one) => `${nameWords(one.property)} ${conditionWords(one)}`))})`;

export const elementWords = (where: readonly AttributeLeaf[] | undefined): string =>
  where === undefined
    ? ''
    : ` (${joined(where.map((one) => `${nameWords(one.attribute)} ${attributeConditionWords(one)}`))})`;

/** Bounds on a number: "at least 25 and at most 35". */
export const boundWords = (bounds: Comparisons): string => joined(boundsOf(bounds));

const boundsOf = ({ equals, atLeast, atMost, above, below }: Comparisons): string[] => [
  ...said(equals, (number) => `exactly ${number}`),
  ...said(atLeast, (number) => `at least ${number}`),
  ...said(above, (number) => `more than ${number}`),
  ...said(atMost, (number) => `at most ${number}`),
  ...said(below, (number) => `less than ${number}`),
];

/** How often: "at least once", "at least 2 and at most 5 times". */
export function timesWords(bounds: Comparisons): string {
  const words = boundWords(bounds).replaceAll('less than', 'fewer than');
  if (words === '') return 'at least once';
  return words.endsWith(' 1') ? `${words} time` : `${words} times`;
}

/** When: " in the last 90 days", " since the trigger"; nothing for always. */
export function windowWords(
  window: DateWords & { readonly since?: 'trigger' | undefined },
): string {
  const since = window.since === undefined ? [] : ['since the trigger'];
  const words = joined([...datePhrases(window), ...since]);
  return words === '' ? '' : ` ${words}`;
}

/** Whose calendar counts, where it is not the company's. */
export function zoneWords(timeZone: string | undefined): string {
  if (timeZone === undefined) return '';
  return timeZone === 'person' ? ' (in their own time zone)' : ` (in the time zone ${timeZone})`;
}

function valueWords(words: ValueWords): string[] {
  const { equals, notEquals, oneOf, contains, startsWith, exists } = words;
  const { equals: _, ...bounds } = words;
  const numbers = boundWords(numbersOf(bounds));
  return [
    ...said(equals, (value) => `is ${quoted(value)}`),
    ...said(notEquals, (value) => `is not ${quoted(value)}`),
    ...said(oneOf, (values) => `is ${listWords(values)}`),
    ...said(contains, (value) => `contains ${quoted(value)}`),
    ...said(startsWith, (value) => `starts with ${quoted(value)}`),
    ...said(exists, (known) => (known ? 'is known' : 'is not known')),
    ...(numbers === '' ? [] : [`is ${numbers}`]),
  ];
}

const numbersOf = ({ atLeast, atMost, above, below }: Omit<ValueWords, 'equals'>): Comparisons => ({
  atLeast,
  atMost,
  above,
  below,
});

function listWords(values: readonly Scalar[]): string {
  const told = values.slice(0, mostValues).map(quoted);
  const more = values.length - told.length;
  if (more > 0) return `one of ${told.join(', ')} or ${more} more`;
  const last = told.at(-1) ?? '';
  return told.length > 1 ? `${told.slice(0, -1).join(', ')} or ${last}` : last;
}

function dateWords(words: DateWords): string[] {
  const phrases = datePhrases(words);
  return phrases.length === 0 ? [] : [`lies ${joined(phrases)}`];
}

function datePhrases({ within, olderThan, between, inNext, before, after }: DateWords): string[] {
  return [
    ...said(within, (duration) => `in the last ${durationWords(duration)}`),
    ...said(olderThan, (duration) => `more than ${durationWords(duration)} ago`),
    ...said(between, betweenWords),
    ...said(inNext, (duration) => `in the next ${durationWords(duration)}`),
    ...said(before, (date) => `before ${date}`),
    ...said(after, (date) => `after ${date}`),
  ];
}

function anniversaryWords(words: NonNullable<AttributeLeaf['anniversary']>): string {
  if (words === 'today') return 'has its anniversary today';
  return `has its anniversary in the next ${durationWords(words.inNext)}`;
}

const said = <Value>(value: Value | undefined, say: (value: Value) => string): string[] =>
  value === undefined ? [] : [say(value)];

const joined = (phrases: readonly string[]): string => phrases.join(' and ');
