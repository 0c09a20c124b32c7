import * as z from 'zod';
import type { StaticList } from '../domain/lists/static-list.ts';
import type { Rule } from '../domain/rules/rule.ts';
import type { MetricRegistry } from '../domain/segments/metric-registry.ts';
import type { ComputedValue, Rfm } from '../domain/segments/named.ts';
import type { RulesChange } from '../domain/segments/rules-change.ts';
import { compileRuleset, type Ruleset, type RulesetSource } from '../domain/segments/ruleset.ts';
import { type LastPass, type Segment, servingOf } from '../domain/segments/segment.ts';
import type { Item, Put, Table, Write } from '../ports/table.ts';
import { allItems } from './all-items.ts';

/**
 * The rules in `marketing`:
 * - `rules` / `head`: the revision, one small strong read per batch of any worker that decides.
 * - `rules` / `registry`: the metrics that ledgers are kept for, and the newest version that a pass has
 *   applied to everybody (`settled`): definitions up to it serve; `lastPass` says more of that pass.
 *   Read when the revision moved.
 *   With them what RFM means and its cut points.
 * - `segment`, `computed`, `list` / id: definitions; listed whole when the revision moved.
 * Every change moves the head in the same transaction.
 */
const headKey = { pk: 'rules', sk: 'head' };
const headSchema = z.object({ revision: z.number() });

const registrySchema = z.object({
  settled: z.number(),
  lastPass: z.object({ after: z.number(), at: z.string(), people: z.number() }).optional(),
  nextId: z.number(),
  metrics: z.array(
    z.object({
      id: z.number(),
      spec: z.unknown(),
      filled: z.boolean(),
      keptDays: z.number().optional(),
    }),
  ),
  rfm: z.unknown().optional(),
});

const segmentItemSchema = z.object({
  sk: z.string(),
  name: z.string(),
  rule: z.unknown().optional(),
  notify: z.boolean().optional(),
  savedBy: z.string().optional(),
  version: z.number(),
  serving: z
    .object({ version: z.number(), rule: z.unknown(), announces: z.unknown().optional() })
    .optional(),
  createdAt: z.string(),
  updatedAt: z.string(),
});

/** Rules were parsed before they were stored: what is read back is what the schema let in. */
function parseSegment(
  item: Item,
  served: { readonly settled: number; readonly lastPass: LastPass | undefined },
): Segment {
  const { sk: id, serving, ...rest } = segmentItemSchema.parse(item);
  const rule = rest.rule as Rule | undefined;
  const segment: Segment = { ...rest, id, rule, serving: serving as Segment['serving'] };
  return { ...segment, serving: servingOf(segment, served) };
}

const computedItemSchema = z.object({
  sk: z.string(),
  name: z.string(),
  definition: z.unknown().optional(),
  version: z.number(),
  serving: z.object({ version: z.number(), definition: z.unknown() }).optional(),
  createdAt: z.string(),
  updatedAt: z.string(),
});

function parseComputed(item: Item, settled: number): ComputedValue {
  const { sk: id, serving, ...rest } = computedItemSchema.parse(item);
  const definition = rest.definition as ComputedValue['definition'];
  const isServing = rest.version <= settled && definition !== undefined;
  return {
    ...rest,
    id,
    definition,
    serving: isServing
      ? { version: rest.version, definition }
      : (serving as ComputedValue['serving']),
  };
}

const listItemSchema = z.object({
  sk: z.string(),
  name: z.string(),
  version: z.number(),
  createdAt: z.string(),
  updatedAt: z.string(),
});

function parseList(item: Item): StaticList {
  const { sk: id, ...rest } = listItemSchema.parse(item);
  return { id, ...rest };
}

/** RFM was parsed before it was stored. */
function parseRfm(stored: unknown, settled: number): Rfm | undefined {
  if (stored === undefined) return undefined;
  const rfm = stored as Rfm;
  const { version, settings, cuts, cutAt, sketched } = rfm;
  const serving = version <= settled ? { version, settings, cuts } : rfm.serving;
  return { settings, cuts, cutAt, version, serving, sketched };
}

/** Unconditional: the head in the same transaction says that nothing changed meanwhile. */
const definitionPut = (
  pk: 'segment' | 'computed' | 'list',
  { id, ...rest }: Segment | ComputedValue | StaticList,
): Put => ({
  kind: 'put',
  table: 'marketing',
  // Definitions came through JSON; what is undefined is left out.
  item: JSON.parse(JSON.stringify({ pk, sk: id, ...rest })) as Item,
});

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

const registryPut = ({ registry, settled, lastPass, rfm }: RulesChange): Put => ({
  kind: 'put',
  table: 'marketing',
  // Specs came through JSON; what is undefined is left out.
  item: JSON.parse(
    JSON.stringify({ pk: 'rules', sk: 'registry', settled, lastPass, ...registry, rfm }),
  ) as Item,
});

/** The writes of a change of the rules: definitions, registry, and the head on condition that nobody was faster. */
export function rulesChangeWrites(source: RulesetSource, change: RulesChange): Write[] {
  const { segments, computed, lists, removed } = change;
  const removal = (pk: string) => (sk: string) =>
    ({ kind: 'delete', table: 'marketing', key: { pk, sk } }) as const;
  return [
    headPut(source.revision, change.revision),
    registryPut(change),
    ...segments.map((one) => definitionPut('segment', one)),
    ...computed.map((one) => definitionPut('computed', one)),
    ...lists.map((one) => definitionPut('list', one)),
    ...removed.segments.map(removal('segment')),
    ...removed.computed.map(removal('computed')),
    ...removed.lists.map(removal('list')),
  ];
}

/** All definitions at one revision: read again when the head moved meanwhile. */
export async function loadRules(table: Table): Promise<RulesetSource> {
  for (;;) {
    const revision = await rulesRevision(table);
    const [segments, computed, lists, { settled, lastPass, rfm, ...registry }] = await Promise.all([
      allItems(table, { pk: 'segment', consistent: true }),
      allItems(table, { pk: 'computed', consistent: true }),
      allItems(table, { pk: 'list', consistent: true }),
      readRegistry(table),
    ]);
    const source: RulesetSource = {
      revision,
      settled,
      lastPass,
      segments: segments
        .map((item) => parseSegment(item, { settled, lastPass }))
        .filter(({ rule, version }) => rule !== undefined || version > settled),
      computed: computed
        .map((item) => parseComputed(item, settled))
        .filter(({ definition, version }) => definition !== undefined || version > settled),
      lists: lists.map(parseList),
      rfm: parseRfm(rfm, settled),
      registry,
    };
    if ((await rulesRevision(table)) === revision) return source;
  }
}

export async function getSegment(table: Table, id: string): Promise<Segment | undefined> {
  const { segments } = await loadRules(table);
  return segments.find((segment) => segment.id === id);
}

type StoredRegistry = MetricRegistry &
  Pick<RulesetSource, 'settled' | 'lastPass'> & { readonly rfm: unknown };

async function readRegistry(table: Table): Promise<StoredRegistry> {
  const item = await table.get('marketing', { pk: 'rules', sk: 'registry' });
  if (item === undefined) return { settled: 0, nextId: 1, metrics: [], rfm: undefined };
  const { settled, lastPass, nextId, metrics, rfm } = registrySchema.parse(item);
  // Specs are stored as they were made.
  return { settled, lastPass, nextId, metrics: metrics as MetricRegistry['metrics'], rfm };
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
