import { dateInstant, type Instant, isoInstant, readDate } from '../../time/instant.ts';
import { member } from '../answer.ts';
import { bucketOf } from '../bucket.ts';
import type { RuleContext, Subject } from '../compilation.ts';
import { compileRule } from '../compile.ts';
import { computedSpec } from '../computed/computed.ts';
import { computedValue, shownValue } from '../computed/computed-value.ts';
import type { AgeLeaf, ComputedLeaf, HasLeaf } from '../leaf.ts';
import { readMetric } from '../ledger/ledger.ts';
import { rfmSpec } from '../rfm/rfm.ts';
import { orderWindow, walkOrders } from '../rfm/rfm-orders.ts';
import { type RfmScores, rfmScorer } from '../rfm/rfm-scores.ts';
import type { Rule } from '../rule.ts';
import { attributeReader } from '../static-rule.ts';
import { amountOf, edgeOf, zoneOf } from './behaviour-value.ts';

type Asked = { readonly subject: Subject; readonly now: Instant };

/**
 * What a condition looked at: the attribute's value, an age in years, the elements that match, counts,
 * sums and instants of events (ISO), the place in the draw, whether in the list, a computed value, RFM
 * scores and their cell. Null is nothing known.
 */
export function leafValue(leaf: Rule, context: RuleContext, asked: Asked): unknown {
  const { subject } = asked;
  if ('attribute' in leaf) return attributeReader(leaf.attribute)(subject) ?? null;
  if ('age' in leaf) return ageValue(leaf, context, asked);
  if ('has' in leaf) return matchingElements(leaf, context, asked);
  if ('last' in leaf || 'first' in leaf) return shown(edgeOf(leaf, context, asked));
  if ('bucket' in leaf) return bucketOf(leaf.bucket.salt, subject.id);
  if ('list' in leaf) return member(compileRule(leaf, context).evaluate(subject, asked.now));
  if ('did' in leaf || 'didNot' in leaf) {
    const { last, ...amount } = amountOf(leaf, context, asked);
    return { ...amount, last: shown(last) };
  }
  if ('computed' in leaf) return computedNow(leaf, context, asked);
  if ('rfm' in leaf) return scoresNow(context, asked);
  throw new Error(`${JSON.stringify(leaf)} is no condition`);
}

const shown = (instant: Instant | undefined): string | null =>
  instant === undefined ? null : isoInstant(instant);

function computedNow(leaf: ComputedLeaf, context: RuleContext, { subject, now }: Asked): unknown {
  const definition = context.computed?.(leaf.computed);
  if (definition === undefined) return null;
  const metric = readMetric(subject.ledger, context.metricId(computedSpec(definition)));
  const { value } = computedValue(definition, metric, { zone: context.companyTimeZone, now });
  return value === undefined ? null : shownValue(definition, value);
}

function scoresNow(context: RuleContext, { subject, now }: Asked): RfmScores | null {
  const { rfm, companyTimeZone } = context;
  if (rfm?.cuts === undefined) return null;
  const metric = readMetric(subject.ledger, context.metricId(rfmSpec(rfm.settings)));
  if (metric === undefined) return null;
  const window = orderWindow(rfm.settings, companyTimeZone);
  const { orders, units, last } = walkOrders(metric, window, now);
  return rfmScorer(rfm.cuts)({ orders, units, scale: metric.scale, last }, now) ?? null;
}

const yearMs = 365.2425 * 86_400_000;

/** The most years that the person is "at least", by the very condition that the rules ask. */
function ageValue(leaf: AgeLeaf, context: RuleContext, { subject, now }: Asked): number | null {
  const born = readDate(attributeReader(leaf.age)(subject));
  if (born === undefined) return null;
  const { age, timeZone } = leaf;
  const birth = dateInstant(born, zoneOf(timeZone, context, subject));
  const about = Math.floor((now - birth) / yearMs);
  const isAtLeast = (atLeast: number): boolean =>
    atLeast >= 0 && member(compileRule({ age, atLeast, timeZone }, context).evaluate(subject, now));
  return [about + 1, about, about - 1].find(isAtLeast) ?? null;
}

function matchingElements(leaf: HasLeaf, context: RuleContext, { subject, now }: Asked): unknown[] {
  const elements = attributeReader(leaf.has)(subject);
  if (!Array.isArray(elements)) return [];
  const { evaluate } = compileRule(leaf, context);
  return elements.filter((element: unknown) => {
    // The exact name is read before any path: this one element is all there is.
    const attributes = { ...subject.attributes, [leaf.has]: [element] };
    return member(evaluate({ ...subject, attributes, identifiers: {} }, now));
  });
}
