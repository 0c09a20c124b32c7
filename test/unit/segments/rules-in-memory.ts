import type { Rule } from '../../../shared/domain/rules/rule.ts';
import { ruleSchema } from '../../../shared/domain/rules/rule.ts';
import { defineSegment, settleRules } from '../../../shared/domain/segments/definition.ts';
import { compileRuleset, type RulesetSource } from '../../../shared/domain/segments/ruleset.ts';

export const noRules: RulesetSource = {
  revision: 0,
  settled: 0,
  segments: [],
  registry: { nextId: 1, metrics: [] },
};

const at = { now: '2026-11-25T12:00:00.000Z', companyTimeZone: 'UTC' };

/** What stands in the tables after a change: as the store writes and reads it. */
const stored = (
  source: RulesetSource,
  change: Extract<ReturnType<typeof tryDefine>, { ok: true }>['change'],
) => {
  const changed = new Map(change.segments.map((segment) => [segment.id, segment]));
  const kept = source.segments.filter(({ id }) => !changed.has(id) && !change.removed.includes(id));
  const segments = [...kept, ...change.segments].map((segment) =>
    segment.version <= change.settled && segment.rule !== undefined
      ? { ...segment, serving: { version: segment.version, rule: segment.rule } }
      : segment,
  );
  return {
    revision: change.revision,
    settled: change.settled,
    segments,
    registry: change.registry,
  };
};

export const tryDefine = (source: RulesetSource, id: string, rule: unknown) =>
  defineSegment(
    source,
    {
      id,
      name: id,
      rule: rule === undefined ? undefined : (ruleSchema.parse(rule) satisfies Rule),
    },
    at,
  );

/** The rules after a segment was defined, or with no rule deleted, and no pass has run. */
export function define(source: RulesetSource, id: string, rule: unknown): RulesetSource {
  const definition = tryDefine(source, id, rule);
  if (!definition.ok) throw new Error(JSON.stringify(definition.issues));
  return stored(source, definition.change);
}

/** The rules after a pass over everybody. */
export const settle = (source: RulesetSource): RulesetSource =>
  stored(source, settleRules(source, at.companyTimeZone));

/** Segments that serve. */
export const rulesOf = (segments: Readonly<Record<string, unknown>>): RulesetSource =>
  settle(Object.entries(segments).reduce((rules, [id, rule]) => define(rules, id, rule), noRules));

export const compiled = (source: RulesetSource, zone = 'UTC') => compileRuleset(source, zone);
