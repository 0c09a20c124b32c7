import { describe, expect, it } from 'vitest';
import {
  type ArmTally,
  countInArm,
  countPerson,
  emptyArm,
  mergeArm,
} from '../../../shared/domain/campaigns/experiments/arm-tally.ts';
import {
  experimentSchema,
  type Metric,
} from '../../../shared/domain/campaigns/experiments/experiment.ts';
import { chooseWinner, winnerSchema } from '../../../shared/domain/campaigns/experiments/winner.ts';
import { noSpread, withNumber } from '../../../shared/domain/campaigns/statistics/means.ts';
import { type Dice, diceOf } from '../../support/dice.ts';

const decidedAt = Date.parse('2027-03-08T14:00:00.000Z');

const anExperiment = (arms: number, metric: Metric, confidence = 0.95) =>
  experimentSchema.parse({
    variants: Array.from({ length: arms }, (_, n) => ({ id: `v${n}`, template: 't' })),
    test: { share: 0.5, metric, wait: 'PT4H', confidence },
  });

const clicked = (clicks: number, people: number): ArmTally => ({ ...emptyArm(), people, clicks });

const paid = (amounts: readonly number[], people: number, currency = 'EUR'): ArmTally => ({
  ...emptyArm(),
  people,
  conversions: amounts.length,
  revenue: { [currency]: amounts.reduce(withNumber, noSpread) },
});

const winnerOf = (arms: readonly ArmTally[], metric: Metric = 'click', confidence = 0.95) => {
  const tallies = new Map(arms.map((arm, n) => [`v${n}`, arm]));
  return chooseWinner(anExperiment(arms.length, metric, confidence), tallies, decidedAt);
};

describe('the winner', () => {
  it('is the variant with the surely larger share, with what it was chosen by', () => {
    const winner = winnerOf([clicked(189, 11_034), clicked(104, 11_037)]);
    expect(winner).toMatchObject({
      variant: 'v0',
      metric: 'click',
      decidedAt: '2027-03-08T14:00:00.000Z',
      confidence: 0.95,
      enough: true,
      currency: null,
      arms: [
        { variant: 'v0', people: 11_034, successes: 189, mean: null, sd: null },
        { variant: 'v1', people: 11_037, successes: 104, mean: null, sd: null },
      ],
    });
    expect(winner.pValue).toBeLessThan(1e-6);
    expect(winnerSchema.parse(winner)).toEqual(winner);
  });

  it('is nobody when the difference may be an accident', () => {
    const winner = winnerOf([clicked(60, 600), clicked(70, 600)]);
    expect(winner).toMatchObject({ variant: null, enough: true });
    expect(winner.pValue).toBeGreaterThan(0.05);
    expect(winnerOf([clicked(60, 600), clicked(70, 600)], 'click', 0.5).variant).toBe('v1');
  });

  it('must be surely better than every other variant, and more so the more there are', () => {
    // p = 0.031 of the two alone: enough for one comparison, not for two.
    const [good, poor] = [clicked(121, 1000), clicked(91, 1000)];
    expect(winnerOf([good, poor]).variant).toBe('v0');
    expect(winnerOf([good, poor, clicked(91, 1000)]).variant).toBeNull();
    expect(winnerOf([good, poor, clicked(120, 1000)]).variant).toBeNull();
    const clear = clicked(200, 1000);
    expect(winnerOf([poor, clicked(95, 1000), clear]).variant).toBe('v2');
  });

  it.each([
    ['nobody was sent anything', [clicked(0, 0), clicked(0, 0)]],
    ['only one variant has people', [clicked(50, 100), clicked(0, 0)]],
    ['fewer than five are to be expected to click', [clicked(8, 100), clicked(1, 100)]],
    ['fewer than five are to be expected not to click', [clicked(100, 100), clicked(92, 100)]],
    ['one variant has too few people', [clicked(80, 160), clicked(8, 8)]],
  ])('is not looked for where %s', (_, arms) => {
    expect(winnerOf(arms)).toMatchObject({ variant: null, enough: false, pValue: null });
  });

  it('leaves out a variant that nobody was sent', () => {
    const arms = [clicked(200, 1000), clicked(100, 1000), clicked(0, 0)];
    expect(winnerOf(arms).variant).toBe('v0');
  });

  it('by revenue brings more per person, those who paid nothing included', () => {
    const often = Array.from({ length: 60 }, (_, n) => 20 + (n % 5));
    const rarely = Array.from({ length: 20 }, (_, n) => 25 + (n % 5));
    const winner = winnerOf([paid(rarely, 1000), paid(often, 1000)], 'revenue');
    expect(winner).toMatchObject({ variant: 'v1', currency: 'EUR', enough: true });
    expect(winner.arms[1]?.mean).toBeCloseTo(1.32, 10);
    expect(winner.arms[1]?.successes).toBeNull();
    const few = [paid([500, 500, 500, 500], 1000), paid([1], 1000)];
    expect(winnerOf(few, 'revenue')).toMatchObject({ variant: null, enough: false });
  });

  it('by revenue is told by the currency that most paid in', () => {
    const arm = paid([10, 11, 12, 13, 14, 15], 100);
    mergeArm(arm, { ...paid([9_999], 0, 'JPY'), conversions: 0 });
    const other = paid([10, 11, 12, 13, 14, 15], 100, 'EUR');
    const winner = winnerOf([arm, other], 'revenue');
    expect(winner).toMatchObject({ currency: 'EUR', variant: null, pValue: 1 });
  });
});

describe('an arm', () => {
  const at = '2027-03-08T12:00:00.000Z';
  const sale = (value: string, credit: number, currency = 'EUR') => ({
    entry: value,
    value,
    currency,
    credit,
    at,
  });

  it('counts a message once, by what it is credited with', () => {
    const row = { openedAt: at, clickedAt: at, conversions: [sale('10', 0.5), sale('4', 0)] };
    const arm = emptyArm();
    countInArm(arm, row);
    expect(arm).toEqual({
      people: 1,
      opens: 1,
      clicks: 1,
      conversions: 1,
      revenue: { EUR: { count: 1, mean: 5, squares: 0 } },
    });
    countInArm(arm, { ...row, openedAt: undefined, conversions: [sale('4', 0)] });
    expect(arm).toMatchObject({ people: 2, opens: 1, conversions: 1 });
  });

  it('counts a person by all that they did', () => {
    const arm = emptyArm();
    countPerson(arm, [sale('10', 0.5), sale('4', 0)]);
    expect(arm.conversions).toBe(1);
    expect(arm.revenue['EUR']?.mean).toBe(14);
  });
});

const trials = 1_500;

/** How often a winner is found among so many experiments. */
function foundAmong(dice: Dice, arms: (dice: Dice) => readonly ArmTally[], metric: Metric): number {
  const winners = dice.some(trials, () => winnerOf(arms(dice), metric).variant);
  return winners.filter((variant) => variant !== null).length / trials;
}

const clicksOf = (dice: Dice, people: number, rate: number): ArmTally =>
  clicked(dice.some(people, () => dice.chance(rate)).filter(Boolean).length, people);

const buyersOf = (dice: Dice, people: number): ArmTally => {
  const bought = dice.some(people, () => dice.chance(0.2)).filter(Boolean);
  return paid(
    bought.map(() => dice.between(10, 90)),
    people,
  );
};

describe('among many experiments with seeded chance', () => {
  // Four standard errors of 5 % in 1 500 trials are 2.3 %.
  it('two variants that are alike have a winner in about one of twenty', () => {
    const alike = (dice: Dice) => [clicksOf(dice, 200, 0.3), clicksOf(dice, 200, 0.3)];
    const found = foundAmong(diceOf(41), alike, 'click');
    expect(found).toBeGreaterThan(0.027);
    expect(found).toBeLessThan(0.073);
  });

  it('two that are alike in revenue have one in about one of twenty', () => {
    const alike = (dice: Dice) => [buyersOf(dice, 150), buyersOf(dice, 150)];
    const found = foundAmong(diceOf(42), alike, 'revenue');
    expect(found).toBeGreaterThan(0.027);
    expect(found).toBeLessThan(0.073);
  });

  it('four that are alike have one no more often than that', () => {
    const alike = (dice: Dice) => dice.some(4, () => clicksOf(dice, 100, 0.3));
    expect(foundAmong(diceOf(43), alike, 'click')).toBeLessThan(0.05);
  });

  it('one that is much better is mostly found', () => {
    const better = (dice: Dice) => [clicksOf(dice, 200, 0.2), clicksOf(dice, 200, 0.35)];
    expect(foundAmong(diceOf(44), better, 'click')).toBeGreaterThan(0.8);
  });
});
