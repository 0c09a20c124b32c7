import type { RfmCuts } from '../rules/rfm/rfm.ts';
import { localDate } from '../time/midnight.ts';
import { recutRfm } from './rfm-definition.ts';
import type { ChangeContext, Definition, RulesChange } from './rules-change.ts';
import type { RulesetSource } from './ruleset.ts';

/**
 * Customers were found where there were no borders yet: they are cut at once, and another pass scores
 * everybody. Nothing settles in between, so that whoever asks for scores is not "ready" without them.
 */
export function firstCuts(
  source: RulesetSource,
  sketched: RfmCuts | undefined,
  at: ChangeContext,
): RulesChange | undefined {
  if (source.rfm === undefined || source.rfm.cuts !== undefined) return undefined;
  if (sketched === undefined) return undefined;
  const definition = recutRfm(source, sketched, at);
  if (!definition.ok) throw new Error(definition.issues.map(({ message }) => message).join());
  const { registry } = definition.change;
  // The pass has just filled them all: the next one need not read anybody's timeline again.
  const metrics = registry.metrics.map((metric) => ({ ...metric, filled: true }));
  return { ...definition.change, registry: { ...registry, metrics } };
}

/**
 * The borders that the last pass found, once a day; without any the old ones, so that the map is
 * counted anew. Undefined when there is nothing to do: RFM is not in use, is being cut at this moment,
 * or has been cut today.
 */
export function nightlyRecut(source: RulesetSource, at: ChangeContext): Definition | undefined {
  const { rfm } = source;
  if (rfm === undefined || rfm.serving?.version !== rfm.version) return undefined;
  const dayOf = (instant: string): string => localDate(Date.parse(instant), at.companyTimeZone);
  if (rfm.cutAt !== undefined && dayOf(rfm.cutAt) === dayOf(at.now)) return undefined;
  return recutRfm(source, rfm.sketched ?? rfm.cuts, at);
}
