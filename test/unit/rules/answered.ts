import { member, until } from '../../../shared/domain/rules/answer.ts';
import {
  compileRule,
  type RuleContext,
  type Subject,
} from '../../../shared/domain/rules/compile.ts';
import { addEvent, decodeLedger } from '../../../shared/domain/rules/ledger/ledger.ts';
import { matchEvent } from '../../../shared/domain/rules/ledger/metric.ts';
import type { Rule } from '../../../shared/domain/rules/rule.ts';

/** The instant of an ISO 8601 text. */
export const iso = (text: string): number => Date.parse(text);
/** One metric, one zone, and segments without members. */
export const context: RuleContext = {
  companyTimeZone: 'Europe/Riga',
  metricId: () => 1,
  segment: () => () => Number.NEGATIVE_INFINITY,
};

/** A person with a history of the one event that a rule asks for. */
export function subjectOf(
  rule: Rule,
  events: readonly [string, object?][],
  attributes = {},
): Subject {
  const ledger = decodeLedger(undefined);
  const [spec] = compileRule(rule, context).metrics;
  for (const [at, properties] of events) {
    const match = spec && matchEvent(spec, { ...properties });
    if (spec && match) addEvent(ledger, 1, spec, iso(at), match);
  }
  return { id: 'p1', timeZone: 'America/New_York', identifiers: {}, attributes, lists: [], ledger };
}

/** `in until ...` or `out until ...`, the instant without its milliseconds when they are 000. */
export function answered(rule: Rule, subject: Subject, now: string, triggeredAt?: string): string {
  const compiled = compileRule(rule, context);
  const at = triggeredAt === undefined ? undefined : iso(triggeredAt);
  const answer = compiled.evaluate(subject, iso(now), at);
  const end = until(answer);
  const text = Number.isFinite(end) ? new Date(end).toISOString().replace('.000Z', 'Z') : 'ever';
  return `${member(answer) ? 'in' : 'out'} until ${text}`;
}
