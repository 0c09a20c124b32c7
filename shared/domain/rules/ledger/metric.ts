import { maxDays, parseDuration } from '../../time/duration.ts';
import { readDate, type WrittenDate } from '../../time/instant.ts';
import { fieldReader } from '../field.ts';
import {
  type DidLeaf,
  type DidNotLeaf,
  dateWords,
  type FirstLeaf,
  type LastLeaf,
  type PropertyCondition,
  type Scalar,
  valueWords,
} from '../leaf.ts';
import { valueTest } from '../value-test.ts';
import { type Decimal, decimalOf, zero } from './decimal.ts';
import { keptScalar, type ValuesSpec } from './kept-values.ts';

/** What a profile remembers of one kind of event, so that rules need no history. Plain JSON. */
export type MetricSpec = {
  readonly event: string;
  /** Conditions on properties that time does not change, in canonical order. */
  readonly where: readonly PropertyCondition[];
  /** The property whose decimals are added up. */
  readonly sum: string | null;
  /** Properties under conditions that time changes: their dates are kept. */
  readonly dates: readonly string[];
  /** The property whose values are kept for computed values; beside it nothing is added up. */
  readonly values?: ValuesSpec;
  /** How long single events are kept, in days; 0: only totals of the past; null: for ever. */
  readonly retentionDays: number | null;
};

export type BehaviourLeaf = DidLeaf | DidNotLeaf | LastLeaf | FirstLeaf;

/** What an event adds to a metric: the summed amount, the dates of each product that matches, and values. */
export type Match = {
  readonly value: Decimal;
  readonly rows: readonly (readonly WrittenDate[])[];
  readonly values?: readonly Scalar[];
};

/** Registries are looked through again and again. */
const keys = new WeakMap<MetricSpec, string>();
const eventKeys = new WeakMap<MetricSpec, string>();

/**
 * Metrics with the same key hold the same, whatever their retention. Tables give objects back with
 * their fields in any order: it makes no difference.
 */
export function metricKey(spec: MetricSpec): string {
  const known = keys.get(spec);
  if (known !== undefined) return known;
  const { event, where, sum, dates, values } = spec;
  const kept = values === undefined ? [] : [values.property, values.keep];
  const key = JSON.stringify([event, where.map(timelessPart), sum, dates, ...kept]);
  keys.set(spec, key);
  return key;
}

/** Whether a ledger by `have` holds what one by `need` would, retention apart: events that are added up can be counted. */
export function holdsEvents(have: MetricSpec, need: MetricSpec): boolean {
  if (have.event !== need.event) return false;
  const isCount = need.sum === null && need.values === undefined && have.values === undefined;
  return isCount ? eventsKey(have) === eventsKey(need) : metricKey(have) === metricKey(need);
}

/** Metrics with the same key without kept values are of the same events. */
function eventsKey(spec: MetricSpec): string {
  const known = eventKeys.get(spec);
  if (known !== undefined) return known;
  const key = metricKey({ ...spec, sum: null });
  eventKeys.set(spec, key);
  return key;
}

/** The event's name of a behaviour leaf. */
export function eventOf(leaf: BehaviourLeaf): string {
  if ('did' in leaf) return leaf.did;
  if ('didNot' in leaf) return leaf.didNot;
  return 'last' in leaf ? leaf.last : leaf.first;
}

/** What a leaf needs remembered; `triggerDays` is the longest time between a trigger and its last check. */
export function metricSpec(leaf: BehaviourLeaf, triggerDays: number | null = null): MetricSpec {
  const conditions = leaf.where ?? [];
  const timeless = conditions.map(timelessPart).filter((one) => Object.keys(one).length > 1);
  const dated = conditions.filter((one) => dateWords.some((word) => word in one));
  const dates = [...new Set(dated.map((one) => one.property))].sort();
  return {
    event: eventOf(leaf),
    where: timeless.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
    sum: ('did' in leaf ? leaf.sum : undefined) ?? null,
    dates,
    retentionDays: retentionDays(leaf, dates.length > 0, triggerDays),
  };
}

/** The longer of two retentions. */
export const longerRetention = (one: number | null, other: number | null): number | null =>
  one === null || other === null ? null : Math.max(one, other);

/** What an event's properties add to a metric; undefined when its conditions do not hold. */
export function matchEvent(
  spec: MetricSpec,
  properties: Readonly<Record<string, unknown>>,
): Match | undefined {
  if (spec.values !== undefined) return matchValues(spec, spec.values, properties);
  const value = spec.sum === null ? zero : decimalOf(fieldReader(spec.sum)(properties));
  if (spec.where.length === 0 && spec.dates.length === 0) return { value, rows: [] };
  const fitting = fittingOverlays(spec, properties);
  if (fitting.length === 0) return undefined;
  if (spec.dates.length === 0) return { value, rows: [] };
  const rows = fitting.flatMap((fields) => datesOf(spec.dates, fields) ?? []);
  return rows.length === 0 ? undefined : { value, rows };
}

type Fields = Readonly<Record<string, unknown>>;

function fittingOverlays(spec: MetricSpec, properties: Fields): readonly Fields[] {
  const tests = spec.where.map((condition) => {
    const read = fieldReader(condition.property);
    const test = valueTest(condition);
    return (fields: Fields) => test(read(fields));
  });
  return overlays(properties).filter((fields) => tests.every((test) => test(fields)));
}

/**
 * An event that has the property has that one value; without it, those of its products that satisfy
 * the conditions, each product once, in their order.
 */
function matchValues(
  spec: MetricSpec,
  { property }: ValuesSpec,
  properties: Fields,
): Match | undefined {
  const fitting = fittingOverlays(spec, properties).flatMap((fields) => {
    const row = spec.dates.length === 0 ? undefined : datesOf(spec.dates, fields);
    return spec.dates.length > 0 && row === undefined ? [] : [{ fields, rows: row ?? [] }];
  });
  if (fitting.length === 0) return undefined;
  const read = fieldReader(property);
  const own = read(properties);
  const found = own === undefined ? fitting.map(({ fields }) => read(fields)) : [own];
  const values = found.map(keptScalar).filter((value) => value !== undefined);
  return { value: zero, rows: fitting.flatMap(({ rows }) => rows), values };
}

function overlays(properties: Fields): readonly Fields[] {
  const products: readonly unknown[] = Array.isArray(properties['products'])
    ? properties['products']
    : [];
  const objects = products.filter((product) => typeof product === 'object' && product !== null);
  return [properties, ...objects.map((product) => ({ ...properties, ...product }))];
}

/** A row with an absent date can satisfy no condition: it is left out. */
function datesOf(
  names: readonly string[],
  fields: Readonly<Record<string, unknown>>,
): readonly [readonly WrittenDate[]] | undefined {
  const dates = names.map((name) => readDate(fieldReader(name)(fields)));
  return dates.every((date) => date !== undefined) ? [dates] : undefined;
}

function timelessPart(condition: PropertyCondition): PropertyCondition {
  const entries = valueWords
    .map((word) => [word, condition[word as keyof PropertyCondition]] as const)
    .filter(([, value]) => value !== undefined);
  return { property: condition.property, ...Object.fromEntries(entries) };
}

function retentionDays(
  leaf: BehaviourLeaf,
  hasDates: boolean,
  triggerDays: number | null,
): number | null {
  if (!('did' in leaf || 'didNot' in leaf)) return hasDates ? null : 0;
  if (leaf.since !== undefined) return triggerDays;
  const longest = leaf.within ?? leaf.between?.[0];
  if (longest !== undefined) return maxDays(parseDuration(longest));
  if (hasDates) return null;
  return leaf.olderThan === undefined ? 0 : maxDays(parseDuration(leaf.olderThan));
}
