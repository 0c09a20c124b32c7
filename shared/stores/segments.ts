import { z } from 'zod';
import type { Rule } from '../domain/rules/rule.ts';
import type { MetricRegistry } from '../domain/segments/metric-registry.ts';
import { compileRuleset, type Ruleset, type RulesetSource } from '../domain/segments/ruleset.ts';
import type { Segment } from '../domain/segments/segment.ts';
import type { Item, Put, Table } from '../ports/table.ts';

/**
 * The rules in `marketing`:
 * - `rules` / `head`: the revision, one small strong read per batch of any worker that decides.
 * - `rules` / `registry`: the metrics that ledgers are kept for; read when the revision moved.
 * - `segment` / segment id: definitions; listed whole when the revision moved, one by id for the API.
 * Every change moves the head in the same transaction.
 */
const headKey = { pk: 'rules', sk: 'head' };
const headSchema = z.object({ revision: z.number() });

const registrySchema = z.object({
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
function parseSegment(item: Item): Segment {
  const { sk: id, rule, serving, ...rest } = segmentItemSchema.parse(item);
  return {
    ...rest,
    id,
    rule: rule as Rule | undefined,
    serving: serving as Segment['serving'],
  };
}

export function segmentPut(segment: Segment, before: Segment | undefined): Put {
  const { id: sk, rule, serving, ...rest } = segment;
  const item = { pk: 'segment', sk, ...rest, ...(rule && { rule }), ...(serving && { serving }) };
  return {
    kind: 'put',
    table: 'marketing',
    item: item as unknown as Item, // rules came through JSON
    when:
      before === undefined
        ? { absent: true }
        : { attribute: 'updatedAt', equals: before.updatedAt },
  };
}

export async function getSegment(table: Table, id: string): Promise<Segment | undefined> {
  const item = await table.get('marketing', { pk: 'segment', sk: id });
  return item === undefined ? undefined : parseSegment(item);
}

export async function rulesRevision(table: Table): Promise<number> {
  const item = await table.get('marketing', headKey);
  return item === undefined ? 0 : headSchema.parse(item).revision;
}

/** Moves the head; refused when somebody else moved it. */
export const headPut = (before: number, after: number): Put => ({
  kind: 'put',
  table: 'marketing',
  item: { ...headKey, revision: after },
  when: before === 0 ? { absent: true } : { attribute: 'revision', equals: before },
});

export const registryPut = (registry: MetricRegistry): Put => ({
  kind: 'put',
  table: 'marketing',
  item: { pk: 'rules', sk: 'registry', ...registry } as unknown as Item, // specs came through JSON
});

/** All definitions at one revision: read again when the head moved meanwhile. */
export async function loadRules(table: Table): Promise<RulesetSource> {
  for (;;) {
    const revision = await rulesRevision(table);
    const [segments, registry] = await Promise.all([listSegments(table), readRegistry(table)]);
    if ((await rulesRevision(table)) === revision) return { revision, segments, registry };
  }
}

async function listSegments(table: Table): Promise<readonly Segment[]> {
  const segments: Segment[] = [];
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<Table['query']>> = await table.query('marketing', {
      pk: 'segment',
      after,
      consistent: true,
    });
    segments.push(...page.items.map(parseSegment));
    after = page.after;
  } while (after !== null);
  return segments;
}

async function readRegistry(table: Table): Promise<MetricRegistry> {
  const item = await table.get('marketing', { pk: 'rules', sk: 'registry' });
  if (item === undefined) return { nextId: 1, metrics: [] };
  return registrySchema.parse(item) as MetricRegistry; // specs are stored as they were made
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
