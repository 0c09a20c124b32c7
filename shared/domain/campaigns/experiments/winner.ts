import * as z from 'zod';
import { isoInstant } from '../../time/instant.ts';
import { holm } from '../statistics/holm.ts';
import { amongZeros, noSpread, type Spread, varianceOf, welch } from '../statistics/means.ts';
import { proportionsPValue } from '../statistics/proportions.ts';
import { type ArmTally, emptyArm, mainCurrency, successesOf } from './arm-tally.ts';
import { type Experiment, metrics } from './experiment.ts';

/** What an experiment of one run ended with. */
export const winnerSchema = z.object({
  variant: z
    .string()
    .nullable()
    .describe('The best variant; null: there is not enough data, or nothing sure in it.'),
  metric: z.enum(metrics),
  decidedAt: z.string(),
  /** `successes` of a share, `mean` and `sd` of revenue per person. */
  arms: z.array(
    z.object({
      variant: z.string(),
      people: z.int(),
      successes: z.int().nullable(),
      mean: z.number().nullable(),
      sd: z.number().nullable(),
    }),
  ),
  pValue: z
    .number()
    .nullable()
    .describe('Of the best against each other, the largest, after Holm; null: not enough data.'),
  confidence: z.number(),
  enough: z.boolean().describe('Whether there was enough data to ask.'),
  currency: z
    .string()
    .nullable()
    .describe('Of revenue: the one compared, in which most of those who paid did.'),
});
export type Winner = z.infer<typeof winnerSchema>;

/** An arm with what is compared of it. */
type Arm = {
  readonly variant: string;
  readonly people: number;
  /** People for whom there is anything to count. */
  readonly successes: number;
  readonly spread: Spread;
};

/**
 * Chooses the winner of an experiment. The best arm is compared with each other one: shares by the
 * two-sided pooled z-test for two proportions, revenue per person, zeros included, by Welch's t-test.
 * It wins when all these tests, after Holm's correction, say so at the confidence asked for. There must
 * be two arms with people, and of all that are compared each must have, by the share of all together, at
 * least 5 with a success and 5 without (W. G. Cochran, "Some methods for strengthening the common chi²
 * tests", 1954); for revenue, 5 who paid.
 */
export function chooseWinner(
  experiment: Experiment,
  tallies: ReadonlyMap<string, ArmTally>,
  decidedAt: number,
): Winner {
  const { variants, test } = experiment;
  if (test === undefined) throw new Error('Without a test there is no winner.');
  const { metric, confidence } = test;
  const found = variants.map(({ id }) => [id, tallies.get(id) ?? emptyArm()] as const);
  const currency =
    metric === 'revenue' ? (mainCurrency(found.map(([, arm]) => arm)) ?? null) : null;
  const all = found.map(([variant, tally]) => armOf(variant, tally, { metric, currency }));
  const arms = all.filter(({ people }) => people > 0);
  const best = arms.toSorted((left, right) => right.spread.mean - left.spread.mean)[0];
  const enough = best !== undefined && isEnough(arms, metric);
  const pValue = enough ? Math.max(...holm(pValuesOf(best, arms, metric))) : null;
  const isSure = pValue !== null && pValue <= 1 - confidence;
  const isRevenue = metric === 'revenue';
  return {
    variant: isSure ? (best?.variant ?? null) : null,
    metric,
    decidedAt: isoInstant(decidedAt),
    arms: all.map(({ variant, people, successes, spread }) => ({
      variant,
      people,
      successes: isRevenue ? null : successes,
      mean: isRevenue ? spread.mean : null,
      sd: isRevenue ? Math.sqrt(varianceOf(spread)) : null,
    })),
    pValue,
    confidence,
    enough,
    currency,
  };
}

function armOf(
  variant: string,
  tally: ArmTally,
  { metric, currency }: { readonly metric: Winner['metric']; readonly currency: string | null },
): Arm {
  const { people } = tally;
  if (metric === 'revenue') {
    const paid = (currency === null ? undefined : tally.revenue[currency]) ?? noSpread;
    return { variant, people, successes: paid.count, spread: amongZeros(paid, people) };
  }
  const successes = successesOf(tally, metric);
  const mean = people === 0 ? 0 : successes / people;
  return { variant, people, successes, spread: { ...noSpread, mean } };
}

const leastExpected = 5;

function isEnough(arms: readonly Arm[], metric: Winner['metric']): boolean {
  if (arms.length < 2) return false;
  const people = arms.reduce((sum, arm) => sum + arm.people, 0);
  const share = arms.reduce((sum, arm) => sum + arm.successes, 0) / people;
  return arms.every(
    (arm) =>
      arm.people * share >= leastExpected &&
      (metric === 'revenue' || arm.people * (1 - share) >= leastExpected),
  );
}

const pValuesOf = (best: Arm, arms: readonly Arm[], metric: Winner['metric']): number[] =>
  arms
    .filter((arm) => arm !== best)
    .map((arm) =>
      metric === 'revenue'
        ? (welch(best.spread, arm.spread)?.pValue ?? 1)
        : proportionsPValue(best, arm),
    );
