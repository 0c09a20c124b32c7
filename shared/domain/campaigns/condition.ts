import type { BusEvent } from '../../../events/envelope.ts';
import { listMembership, type StaticList } from '../lists/static-list.ts';
import type { Profile } from '../profiles/profile.ts';
import { always, member, never } from '../rules/answer.ts';
import { compileRule, type RuleDefinitions, type RuleNeeds, ruleNeeds } from '../rules/compile.ts';
import type { PropertyCondition } from '../rules/leaf.ts';
import { decodeLedger } from '../rules/ledger/ledger.ts';
import type { Rule } from '../rules/rule.ts';
import { fillMetrics, type PastEvent } from '../segments/history.ts';
import { isMember, type ServingVersions } from '../segments/membership.ts';
import { findMetric, withMetrics } from '../segments/metric-registry.ts';
import { type Naming, namesIn } from '../segments/naming.ts';
import { dayMs } from '../time/calendar.ts';
import { personTimeZone } from '../time/zone.ts';
import type { CampaignDefinition } from './campaign.ts';
import { type EventSchedule, isEventSchedule, isStartingType } from './schedule.ts';
import type { TriggerEvent } from './trigger.ts';

/** What an `unless` is asked about: a person, the trigger, and what the person did. */
export type ConditionCase = {
  readonly profile: Profile;
  readonly trigger: Pick<TriggerEvent, 'name' | 'occurredAt'>;
  readonly past: readonly PastEvent[];
  readonly serving: ServingVersions;
  /** What the rule's words mean, and the static lists there are. */
  readonly definitions: RuleDefinitions;
  readonly lists: readonly StaticList[];
  readonly now: number;
};

/**
 * Whether a campaign's own rule holds for a person. No ledger is kept for such rules: it is rebuilt
 * from the timeline, so a rule costs nothing until it is asked.
 */
export function holds(rule: Rule, about: ConditionCase): boolean {
  const { profile, trigger, serving, now, definitions } = about;
  const { companyTimeZone } = definitions;
  const { metrics: needs } = needsAt(rule, about);
  const registry = withMetrics({ nextId: 1, metrics: [] }, needs);
  const ledger = decodeLedger(undefined);
  fillMetrics(ledger, registry.metrics, { events: about.past, now });
  const compiled = compileRule(rule, {
    ...definitions,
    metricId: (spec) => findMetric(registry, spec)?.id ?? 0,
    segment: (id) => () => (isMember(profile, id, serving) ? always : never),
    list: listMembership(about.lists),
    triggerEvent: trigger.name,
    triggerDays: triggerDays(about),
  });
  const subject = {
    id: profile.id,
    attributes: profile.attributes,
    identifiers: profile.identifiers,
    lists: profile.lists,
    timeZone: personTimeZone(profile.attributes['timeZone'], companyTimeZone),
    ledger,
  };
  return member(compiled.evaluate(subject, now, Date.parse(trigger.occurredAt)));
}

/** The first instant (ms) of the timeline that a rule needs; undefined: none of it, -Infinity: all. */
export function pastNeeded(
  rule: Rule,
  about: Pick<ConditionCase, 'trigger' | 'now' | 'definitions'>,
): number | undefined {
  const { metrics } = needsAt(rule, about);
  if (metrics.length === 0) return undefined;
  // Totals of all time (0) need as much as unbounded windows (null).
  const days = metrics.map(({ retentionDays }) => retentionDays || Number.POSITIVE_INFINITY);
  return about.now - Math.max(...days) * dayMs;
}

const needsAt = (
  rule: Rule,
  about: Pick<ConditionCase, 'trigger' | 'now' | 'definitions'>,
): RuleNeeds => ruleNeeds(rule, { ...about.definitions, triggerDays: triggerDays(about) });

const triggerDays = ({ trigger, now }: Pick<ConditionCase, 'trigger' | 'now'>): number =>
  Math.max(1, Math.ceil((now - Date.parse(trigger.occurredAt)) / dayMs) + 1);

/** What `where` looks into: a tracked event's properties, else the event's data. */
function fieldsOf(event: Pick<BusEvent, 'type' | 'data'>): PastEvent['properties'] {
  if (event.type !== 'event') return event.data;
  const properties = event.data['properties'];
  const isRecord = typeof properties === 'object' && properties !== null;
  return isRecord ? (properties as PastEvent['properties']) : {}; // an object, as just checked
}

/** Whether an event satisfies all conditions, dates counted from the event's own instant. */
export function matchesWhere(
  where: readonly PropertyCondition[] | undefined,
  event: BusEvent,
  companyTimeZone: string,
): boolean {
  if (where === undefined) return true;
  const rule: Rule = { did: event.type, where };
  const needs = ruleNeeds(rule, { companyTimeZone });
  const registry = withMetrics({ nextId: 1, metrics: [] }, needs.metrics);
  const ledger = decodeLedger(undefined);
  const now = Date.parse(event.occurredAt);
  const events = [{ name: event.type, occurredAt: now, properties: fieldsOf(event) }];
  fillMetrics(ledger, registry.metrics, { events, now });
  const compiled = compileRule(rule, {
    companyTimeZone,
    metricId: (spec) => findMetric(registry, spec)?.id ?? 0,
    segment: () => () => never,
  });
  const subject = {
    id: event.profileId,
    attributes: {},
    identifiers: {},
    lists: [],
    timeZone: companyTimeZone,
  };
  return member(compiled.evaluate({ ...subject, ledger }, now));
}

/** Whether a person is in a campaign's audience: in one of `include` (none: everyone) and in none of `exclude`. */
export function isInAudience(
  audience:
    | { readonly include: readonly string[]; readonly exclude: readonly string[] }
    | undefined,
  profile: Pick<Profile, 'segments'>,
  serving: ServingVersions,
): boolean {
  if (audience === undefined) return true;
  const isIn = (segment: string): boolean => isMember(profile, segment, serving);
  if (audience.include.length > 0 && !audience.include.some(isIn)) return false;
  return !audience.exclude.some(isIn);
}

type Trigger = Pick<EventSchedule, 'on' | 'where'>;

/** The segments or lists whose entering or leaving starts a campaign, each with its path. */
export function namedByTrigger({ on, where = [] }: Trigger): readonly Naming[] {
  const kind = on.startsWith('segment.') ? 'segment' : 'list';
  if (!isStartingType(on) || !on.startsWith(`${kind}.`)) return [];
  return where.flatMap((condition, index) => {
    if (condition.property !== kind) return [];
    const path = ['schedule', 'where', index];
    const several = (condition.oneOf ?? []).map((id, at) => ({ id, path: [...path, 'oneOf', at] }));
    return [{ id: condition.equals, path: [...path, 'equals'] }, ...several].flatMap(
      (named): Naming[] => (typeof named.id === 'string' ? [{ ...named, kind, id: named.id }] : []),
    );
  });
}

/** All that a campaign names: what starts it, the segments of its audience, and whatever its `unless` does. */
export function namedByCampaign({
  audience,
  schedule,
}: CampaignDefinition): readonly Pick<Naming, 'kind' | 'id'>[] {
  const unless = isEventSchedule(schedule) ? schedule.unless : undefined;
  const segments = [...(audience?.include ?? []), ...(audience?.exclude ?? [])];
  const started = isEventSchedule(schedule) ? namedByTrigger(schedule) : [];
  return [
    ...started,
    ...segments.map((id) => ({ kind: 'segment', id }) as const),
    ...(unless === undefined ? [] : namesIn(unless)),
  ];
}
