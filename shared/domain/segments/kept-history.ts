import type { ComputedDefinition } from '../rules/computed/computed.ts';
import { computedSpec } from '../rules/computed/computed.ts';
import {
  behaviourHistory,
  type HistoryNeed,
  windowedHistory,
} from '../rules/ledger/history-need.ts';
import { type MetricSpec, metricSpec } from '../rules/ledger/metric.ts';
import { type RfmSettings, rfmSpec } from '../rules/rfm/rfm.ts';
import type { Rule } from '../rules/rule.ts';
import { isAnswered } from './metric-registry.ts';
import { firstRfm } from './named.ts';
import type { NamingIssue } from './naming.ts';
import type { RulesetSource } from './ruleset.ts';

type Path = NamingIssue['path'];

/** What there is to look back over: ledgers that are filled, and so many days of the timeline (absent: all). */
export type KeptHistory = {
  readonly source: Pick<RulesetSource, 'registry' | 'computed' | 'rfm'>;
  readonly timelineDays?: number | undefined;
};

/** What there is for rules that no ledgers are kept for: the timeline alone. */
export const timelineAlone = (source: RulesetSource, timelineDays?: number): KeptHistory => ({
  source: { ...source, registry: { nextId: 1, metrics: [] } },
  timelineDays,
});

/** The conditions of a rule that would have to look back further than anything is kept. */
export function historyIssues(rule: Rule, kept: KeptHistory, path: Path): NamingIssue[] {
  if (kept.timelineDays === undefined) return [];
  if ('all' in rule || 'any' in rule) {
    const [word, rules] =
      'all' in rule ? (['all', rule.all] as const) : (['any', rule.any] as const);
    return rules.flatMap((one, index) => historyIssues(one, kept, [...path, word, index]));
  }
  if ('not' in rule) return historyIssues(rule.not, kept, [...path, 'not']);
  if ('did' in rule || 'didNot' in rule || 'last' in rule || 'first' in rule) {
    const need = behaviourHistory(rule);
    return needIssues(need, metricSpec(rule), kept, [...path, need.word]);
  }
  if ('computed' in rule) {
    const { definition } = kept.source.computed.find(({ id }) => id === rule.computed) ?? {};
    if (definition === undefined) return [];
    return needIssues(windowedHistory(definition), computedSpec(definition), kept, [
      ...path,
      'computed',
    ]);
  }
  if ('rfm' in rule) {
    const { settings } = kept.source.rfm ?? firstRfm(0);
    return needIssues(windowedHistory(settings), rfmSpec(settings), kept, [...path, 'rfm']);
  }
  return [];
}

/** A computed value that would have to look back further than anything is kept; `path` is its definition's. */
export function computedHistoryIssues(
  definition: ComputedDefinition,
  kept: KeptHistory,
  path: Path,
): NamingIssue[] {
  const need = windowedHistory(definition);
  return needIssues(need, computedSpec(definition), kept, [...path, need.word]);
}

/** RFM settings that would have to look back further than anything is kept; `path` is theirs. */
export function rfmHistoryIssues(
  settings: RfmSettings,
  kept: KeptHistory,
  path: Path,
): NamingIssue[] {
  const need = windowedHistory(settings);
  return needIssues(need, rfmSpec(settings), kept, [...path, need.word]);
}

function needIssues(
  { days, window }: HistoryNeed,
  spec: MetricSpec,
  { source, timelineDays }: KeptHistory,
  path: Path,
): NamingIssue[] {
  if (timelineDays === undefined || (days !== null && days <= timelineDays)) return [];
  if (isAnswered(source.registry, spec, days)) return [];
  const keeps = `of which the timeline keeps P${timelineDays}D`;
  const message =
    days === null
      ? `needs all history, ${keeps}: ask for a window of that, or set no timelineDays`
      : `needs ${window} of history, ${keeps}: set timelineDays to at least ${days}`;
  return [{ path, message }];
}
