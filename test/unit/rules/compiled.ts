import { type CompiledRule, compileRule } from '../../../shared/domain/rules/compile.ts';
import {
  addEvent,
  decodeLedger,
  emptyMetric,
  encodeLedger,
  foldLedger,
  type Ledger,
} from '../../../shared/domain/rules/ledger/ledger.ts';
import {
  longerRetention,
  type MetricSpec,
  matchEvent,
  metricKey,
} from '../../../shared/domain/rules/ledger/metric.ts';
import type { Rule } from '../../../shared/domain/rules/rule.ts';
import type { Deed } from './naive-rule.ts';
import { segments } from './random-rules.ts';

/** What triggers, for the rules that count since then. */
export const triggerEvent = 'Order Completed';

/** A rule and the metrics that it and the segments it names need. */
export function compiled(rule: Rule, companyTimeZone: string) {
  const metrics = new Map<string, MetricSpec>();
  const ids: string[] = [];
  const compile = (one: Rule): CompiledRule => {
    const compiledRule = compileRule(one, {
      companyTimeZone,
      triggerEvent,
      segment: (id) => {
        const inner = compile(segments[id] ?? { any: [] });
        return (subject, now) => inner.evaluate(subject, now);
      },
      metricId: (spec) => {
        if (!ids.includes(metricKey(spec))) ids.push(metricKey(spec));
        return ids.indexOf(metricKey(spec));
      },
    });
    for (const spec of compiledRule.metrics) {
      const known = metrics.get(metricKey(spec)) ?? spec;
      const retentionDays = longerRetention(spec.retentionDays, known.retentionDays);
      metrics.set(metricKey(spec), { ...spec, retentionDays });
    }
    return compiledRule;
  };
  const outer = compile(rule);
  return { ids, ...outer, metrics: [...metrics.values()] };
}

type Compiled = ReturnType<typeof compiled>;

/** The ledger after a history; folded at `now` after each event, unless that is undefined. */
export function record(rule: Compiled, history: readonly Deed[], now: number | undefined): Ledger {
  let ledger = decodeLedger(undefined);
  const each = (use: (spec: MetricSpec, id: number) => void): void =>
    rule.metrics.forEach((spec) => {
      use(spec, rule.ids.indexOf(metricKey(spec)));
    });
  each((_, id) => {
    emptyMetric(ledger, id);
  });
  for (const deed of history) {
    each((spec, id) => {
      const match = deed.name === spec.event ? matchEvent(spec, deed.properties) : undefined;
      if (match !== undefined) addEvent(ledger, id, spec, deed.at, match);
      if (now !== undefined) foldLedger(ledger, id, spec, now);
    });
    ledger = decodeLedger(encodeLedger(ledger));
  }
  return ledger;
}
