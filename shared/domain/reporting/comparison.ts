import {
  type ArmTally,
  countInArm,
  countPerson,
  emptyArm,
  mainCurrency,
  mergeArm,
  revenueOf,
  wasSent,
} from '../campaigns/experiments/arm-tally.ts';
import { amongZeros, noSpread, welch } from '../campaigns/statistics/means.ts';
import {
  type Estimate,
  newcombe,
  relativeLift,
  wilson,
} from '../campaigns/statistics/proportions.ts';
import { type HeldOutReason, heldOutReason } from '../messaging/held-out.ts';
import type { Message } from '../messaging/message.ts';

/** What is compared: the messages of a campaign's variants, and the people it was sent to with those held out. */
export type Comparison = {
  readonly variants: Record<string, ArmTally>;
  readonly sent: ArmTally;
  readonly holdout: ArmTally;
  readonly 'control-group': ArmTally;
};

export const emptyComparison = (): Comparison => ({
  variants: {},
  sent: emptyArm(),
  holdout: emptyArm(),
  'control-group': emptyArm(),
});

/**
 * Counts the rows of a run in, those of a person one after the other; `end` after the last one. Variants
 * have what their messages are credited with. The lift asks what people did, each once and whichever
 * message has the credit, since those who were held out have none that could have it.
 */
export function comparer(comparison: Comparison) {
  let person: Person | undefined;
  const end = (): void => {
    if (person !== undefined) {
      countPerson(comparison[person.group], [...person.conversions.values()]);
    }
    person = undefined;
  };
  const add = (row: Compared): void => {
    const isSent = wasSent(row);
    if (isSent && row.variant !== undefined) {
      countInArm((comparison.variants[row.variant] ??= emptyArm()), row);
    }
    const group = isSent ? 'sent' : heldOutReason(row);
    if (group === undefined) return;
    if (person?.profileId !== row.profileId) end();
    person ??= { profileId: row.profileId, group, conversions: new Map() };
    // Who was sent to before the group began is none of those who got nothing.
    if (isSent) person.group = group;
    for (const conversion of row.conversions) person.conversions.set(conversion.entry, conversion);
  };
  return { add, end };
}

type Compared = Pick<
  Message,
  'profileId' | 'state' | 'reason' | 'variant' | 'openedAt' | 'clickedAt' | 'conversions'
>;

/** What one person did, by the events' entries: one that counts for several messages is one all the same. */
type Person = {
  readonly profileId: string;
  group: 'sent' | HeldOutReason;
  readonly conversions: Map<string, Message['conversions'][number]>;
};

/** Adds one worker's part to the whole. */
export function mergeComparison(whole: Comparison, part: Comparison): void {
  mergeArm(whole.sent, part.sent);
  mergeArm(whole.holdout, part.holdout);
  mergeArm(whole['control-group'], part['control-group']);
  for (const [variant, arm] of Object.entries(part.variants)) {
    mergeArm((whole.variants[variant] ??= emptyArm()), arm);
  }
}

/** What came of one variant; rates are of messages sent, with Wilson's 95 % interval, null while there are none. */
export type VariantReport = {
  readonly id: string;
  readonly sent: number;
  readonly opens: number;
  readonly clicks: number;
  readonly conversions: number;
  readonly revenue: Readonly<Record<string, number>>;
  readonly openRate: Estimate | null;
  readonly clickRate: Estimate | null;
  readonly conversionRate: Estimate | null;
};

/** Sums of floating numbers, without the digits that are none of theirs. */
const tidy = (amount: number): number => Number(amount.toPrecision(12));

/** The variants in the order in which they are defined, then those of earlier definitions. */
export function variantReports(
  { variants }: Comparison,
  defined: readonly string[],
): readonly VariantReport[] {
  return [...new Set([...defined, ...Object.keys(variants)])].map((id) => {
    const arm = variants[id] ?? emptyArm();
    const { people, opens, clicks, conversions } = arm;
    const rate = (successes: number) => wilson({ successes, people }) ?? null;
    const revenue = Object.keys(arm.revenue).map((currency) => [
      currency,
      tidy(revenueOf(arm, currency)),
    ]);
    return {
      id,
      sent: people,
      opens,
      clicks,
      conversions,
      revenue: Object.fromEntries(revenue),
      openRate: rate(opens),
      clickRate: rate(clicks),
      conversionRate: rate(conversions),
    };
  });
}

type Side = {
  readonly people: number;
  readonly conversions: number;
  readonly rate: Estimate | null;
};

/**
 * What a campaign brought about: people it was sent to beside people who were just as reachable and
 * got nothing. `reason` says why a number is null.
 */
export type Lift = {
  readonly sent: Side;
  readonly heldOut: Side;
  /** Of the conversion rates, with the interval of Newcombe (1998), method 10. */
  readonly difference: Estimate | null;
  /** How much larger the rate is than that of those held out, with the interval of Katz et al. (1978). */
  readonly relative: Estimate | null;
  /** Of the mean revenue per person, zeros included, with the interval of Welch (1947); in the most frequent currency. */
  readonly revenue: (Estimate & { readonly currency: string; readonly pValue: number }) | null;
  readonly reason:
    | 'no-goal'
    | 'nobody-sent'
    | 'nobody-held-out'
    | 'too-few-conversions'
    | 'all-converted'
    | null;
};

export type LiftReport = { readonly holdout: Lift; readonly controlGroup: Lift };

/** The lift against a campaign's own hold-out, and against the control group of all campaigns. */
export const liftReport = (comparison: Comparison, hasGoal: boolean): LiftReport => ({
  holdout: liftOf(comparison.sent, comparison.holdout, hasGoal),
  controlGroup: liftOf(comparison.sent, comparison['control-group'], hasGoal),
});

const sideOf = ({ people, conversions }: ArmTally): Side => ({
  people,
  conversions,
  rate: wilson({ successes: conversions, people }) ?? null,
});

function liftOf(sent: ArmTally, heldOut: ArmTally, hasGoal: boolean): Lift {
  const [left, right] = [proportionOf(sent), proportionOf(heldOut)];
  const relative = relativeLift(left, right) ?? null;
  const revenue = revenueLift(sent, heldOut);
  const reason = hasGoal ? missing(sent, heldOut, relative !== null) : 'no-goal';
  return {
    sent: sideOf(sent),
    heldOut: sideOf(heldOut),
    difference: hasGoal ? (newcombe(left, right) ?? null) : null,
    relative,
    revenue,
    reason,
  };
}

const proportionOf = ({ people, conversions }: ArmTally) => ({ successes: conversions, people });

function missing(sent: ArmTally, heldOut: ArmTally, hasRatio: boolean): Lift['reason'] {
  if (sent.people === 0) return 'nobody-sent';
  if (heldOut.people === 0) return 'nobody-held-out';
  if (hasRatio) return null;
  return sent.conversions > 0 && heldOut.conversions > 0 ? 'all-converted' : 'too-few-conversions';
}

function revenueLift(sent: ArmTally, heldOut: ArmTally): Lift['revenue'] {
  const currency = mainCurrency([sent, heldOut]);
  if (currency === undefined) return null;
  const spreadOf = ({ revenue, people }: ArmTally) =>
    amongZeros(revenue[currency] ?? noSpread, people);
  const compared = welch(spreadOf(sent), spreadOf(heldOut));
  return compared === undefined
    ? null
    : { currency, ...compared.difference, pValue: compared.pValue };
}
