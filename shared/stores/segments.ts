import * as z from 'zod';
import type { Rule } from '../domain/rules/rule.ts';
import type { RulesChange } from '../domain/segments/definition.ts';
import type { MetricRegistry } from '../domain/segments/metric-registry.ts';
import { compileRuleset, type Ruleset, type RulesetSource } from '../domain/segments/ruleset.ts';
import type { Segment } from '../domain/segments/segment.ts';
import type { Item, Put, Table, Write } from '../ports/table.ts';
import { allItems } from './all-items.ts';

/**
 * The rules in `marketing`:
 * - `rules` / `head`: the revision, one small strong read per batch of any worker that decides.
 * - `rules` / `registry`: the metrics that ledgers are kept for, and the newest version that a pass has
 *   applied to everybody (`settled`): definitions up to it serve. Read when the revision moved.
 * - `segment` / segment id: definitions; listed whole when the revision moved, one by id for the API.
 * Every change moves the head in the same transaction.
 */
const headKey = { pk: 'rules', sk: 'head' };
const headSchema = z.object({ revision: z.number() });

const registrySchema = z.object({
  settled: z.number(),
  nextId: z.number(),
  metrics: z.array(z.object({ id: z.number(), spec: z.unknown(), filled: z.boolean() })),
});

const segmentItemSchema = z.object({
  sk: z.string(),
  name: z.string(),
  rule: z.unknown().optional(),
  version: z.number(),
  serving: z.object({ version: z.number(), rule: z.unknown() }).optional(),
  createdAt: z.string(),
  updatedAt: z.string(),
});

/** Rules were parsed before they were stored: what is read back is what the schema let in. */
function parseSegment(item: Item, settled: number): Segment {
  const { sk: id, serving, ...rest } = segmentItemSchema.parse(item);
  const rule = rest.rule as Rule | undefined;
  const isServing = rest.version <= settled && rule !== undefined;
  return {
    ...rest,
    id,
    rule,
    serving: isServing ? { version: rest.version, rule } : (serving as Segment['serving']),
  };
}

/** Unconditional: the head in the same transaction says that nothing changed meanwhile. */
function segmentPut(segment: Segment): Put {
  const { id: sk, rule, serving, ...rest } = segment;
  const item = { pk: 'segment', sk, ...rest, ...(rule && { rule }), ...(serving && { serving }) };
  return {
    kind: 'put',
    table: 'marketing',
    item: item as unknown as Item, // rules came through JSON
  };
}

async function rulesRevision(table: Table): Promise<number> {
  const item = await table.get('marketing', headKey);
  return item === undefined ? 0 : headSchema.parse(item).revision;
}

/** Moves the head; refused when somebody else moved it. */
const headPut = (before: number, after: number): Put => ({
  kind: 'put',
  table: 'marketing',
  item: { ...headKey, revision: after },
  when: before === 0 ? { absent: true } : { attribute: 'revision', equals: before },
});

const registryPut = (registry: MetricRegistry, settled: number): Put => ({
  kind: 'put',
  table: 'marketing',
  item: { pk: 'rules', sk: 'registry', settled, ...registry } as unknown as Item, // specs came through JSON
});

/** The writes of a change of the rules: definitions, registry, and the head on condition that nobody was faster. */
export function rulesChangeWrites(source: RulesetSource, change: RulesChange): Write[] {
  return [
    headPut(source.revision, change.revision),
    registryPut(change.registry, change.settled),
    ...change.segments.map(segmentPut),
    ...change.removed.map(
      (sk): Write => ({ kind: 'delete', table: 'marketing', key: { pk: 'segment', sk } }),
    ),
  ];
}

/** All definitions at one revision: read again when the head moved meanwhile. */
export async function loadRules(table: Table): Promise<RulesetSource> {
  for (;;) {
    const revision = await rulesRevision(table);
    const [items, { settled, ...registry }] = await Promise.all([
      allItems(table, { pk: 'segment', consistent: true }),
      readRegistry(table),
    ]);
    const segments = items.map((item) => parseSegment(item, settled));
    const standing = segments.filter(
      ({ rule, version }) => rule !== undefined || version > settled,
    );
    if ((await rulesRevision(table)) === revision)
      return { revision, settled, segments: standing, registry };
  }
}

export async function getSegment(table: Table, id: string): Promise<Segment | undefined> {
  const { segments } = await loadRules(table);
  return segments.find((segment) => segment.id === id);
}

async function readRegistry(table: Table): Promise<MetricRegistry & { readonly settled: number }> {
  const item = await table.get('marketing', { pk: 'rules', sk: 'registry' });
  if (item === undefined) return { settled: 0, nextId: 1, metrics: [] };
  const { settled, nextId, metrics } = registrySchema.parse(item);
  return { settled, nextId, metrics: metrics as MetricRegistry['metrics'] }; // specs are stored as they were made
}

const compiled = new WeakMap<Table, { readonly zone: string; readonly ruleset: Ruleset }>();

/** The rules in force, compiled; kept between invocations for as long as the head's revision (one strong read) stands. */
export async function currentRuleset(table: Table, companyTimeZone: string): Promise<Ruleset> {
  const known = compiled.get(table);
  const revision = await rulesRevision(table);
  if (known?.ruleset.revision === revision && known.zone === companyTimeZone) return known.ruleset;
  const ruleset = compileRuleset(await loadRules(table), companyTimeZone);
  compiled.set(table, { zone: companyTimeZone, ruleset });
  return ruleset;
}
