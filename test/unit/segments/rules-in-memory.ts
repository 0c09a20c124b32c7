import type { Rule } from '../../../shared/domain/rules/rule.ts';
import { ruleSchema } from '../../../shared/domain/rules/rule.ts';
import { type RulesChange, settleRules } from '../../../shared/domain/segments/rules-change.ts';
import { compileRuleset, type RulesetSource } from '../../../shared/domain/segments/ruleset.ts';
import { servingOf } from '../../../shared/domain/segments/segment.ts';
import { defineSegment } from '../../../shared/domain/segments/segment-definition.ts';

export const noRules: RulesetSource = {
  revision: 0,
  settled: 0,
  segments: [],
  computed: [],
  lists: [],
  rfm: undefined,
  registry: { nextId: 1, metrics: [] },
};

const at = { now: '2026-11-25T12:00:00.000Z', companyTimeZone: 'UTC' };

/** What stands in the tables after a change: as the store writes and reads it. */
export function stored(source: RulesetSource, change: RulesChange): RulesetSource {
  const { settled, lastPass, revision, registry, rfm } = change;
  const segments = kept(source.segments, change.segments, change.removed.segments);
  const computed = kept(source.computed, change.computed, change.removed.computed);
  return {
    revision,
    settled,
    lastPass,
    segments: segments.map((segment) => ({
      ...segment,
      serving: servingOf(segment, { settled, lastPass }),
    })),
    computed: computed.map((one) =>
      one.version <= settled && one.definition !== undefined
        ? { ...one, serving: { version: one.version, definition: one.definition } }
        : one,
    ),
    lists: kept(source.lists, change.lists, change.removed.lists),
    rfm: rfm && rfm.version <= settled ? { ...rfm, serving: rfm } : rfm,
    registry,
  };
}

function kept<One extends { readonly id: string }>(
  before: readonly One[],
  changes: readonly One[],
  removed: readonly string[],
): readonly One[] {
  const gone = new Set([...changes.map(({ id }) => id), ...removed]);
  return [...before.filter(({ id }) => !gone.has(id)), ...changes];
}

export const tryDefine = (source: RulesetSource, id: string, rule: unknown, notify = false) =>
  defineSegment(
    source,
    {
      id,
      name: id,
      notify,
      rule: rule === undefined ? undefined : (ruleSchema.parse(rule) satisfies Rule),
    },
    at,
  );

/** The rules after a segment was defined, or with no rule deleted, and no pass has run. */
export function define(
  source: RulesetSource,
  id: string,
  rule: unknown,
  { notify = false } = {},
): RulesetSource {
  const definition = tryDefine(source, id, rule, notify);
  if (!definition.ok) throw new Error(JSON.stringify(definition.issues));
  return stored(source, definition.change);
}

/** The rules after a pass over everybody. */
export const settle = (source: RulesetSource): RulesetSource =>
  stored(source, settleRules(source, at, { people: 1 }));

/** Segments that serve. */
export const rulesOf = (segments: Readonly<Record<string, unknown>>): RulesetSource =>
  settle(Object.entries(segments).reduce((rules, [id, rule]) => define(rules, id, rule), noRules));

export const compiled = (source: RulesetSource, zone = 'UTC') => compileRuleset(source, zone);
