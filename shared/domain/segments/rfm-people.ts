import type { Profile } from '../profiles/profile.ts';
import { metricIn } from '../rules/ledger/ledger.ts';
import { type RfmModel, rfmSpec } from '../rules/rfm/rfm.ts';
import { orderWindow, walkOrders } from '../rules/rfm/rfm-orders.ts';
import { type RfmFigures, type RfmScores, rfmScorer } from '../rules/rfm/rfm-scores.ts';
import { addToTally, newTally, packTally, unpackTally } from '../rules/rfm/rfm-tally.ts';
import type { Instant } from '../time/instant.ts';
import { requireMetric } from './metric-registry.ts';
import type { Ruleset } from './ruleset.ts';

type RfmReading = { readonly figures: RfmFigures; readonly scores: RfmScores | undefined };
type ReadRfm = (profile: Pick<Profile, 'ledger'>, now: Instant) => RfmReading | undefined;

/** Reads a customer's figures, and their scores when there are borders; undefined for others. */
function rfmReader(model: RfmModel, { registry, companyTimeZone }: Ruleset): ReadRfm {
  const metric = requireMetric(registry, rfmSpec(model.settings));
  const window = orderWindow(model.settings, companyTimeZone);
  const scorer = model.cuts && rfmScorer(model.cuts);
  return ({ ledger }, now) => {
    const history = metricIn(ledger, metric.id);
    if (history === undefined) return undefined;
    const { orders, units, last } = walkOrders(history, window, now);
    if (orders === 0) return undefined;
    const figures = { orders, units, scale: history.scale, last };
    return { figures, scores: scorer?.(figures, now) };
  };
}

/** A person's scores by what serves; undefined for who is not a customer, or while there are no borders. */
export function rfmScores(
  profile: Pick<Profile, 'ledger'>,
  ruleset: Ruleset,
  now: Instant,
): RfmScores | undefined {
  const { rfm } = ruleset.definitions;
  return rfm?.cuts && rfmReader(rfm, ruleset)(profile, now)?.scores;
}

/**
 * Adds the customers among these people to a packed tally, by the borders that come; undefined when
 * RFM is not in use.
 */
export function withCustomers(
  packed: Uint8Array | undefined,
  people: readonly Profile[],
  { ruleset, now }: { readonly ruleset: Ruleset; readonly now: Instant },
): Uint8Array | undefined {
  const { rfm } = ruleset.named;
  if (rfm === undefined) return undefined;
  const tally = packed === undefined ? newTally() : unpackTally(packed);
  const read = rfmReader(rfm, ruleset);
  for (const person of people) {
    const reading = read(person, now);
    if (reading !== undefined) addToTally(tally, reading.figures, { now, scores: reading.scores });
  }
  return packTally(tally);
}
