import {
  type ComputedDefinition,
  computedDefinitionSchema,
  computedFunctions,
} from '../../../shared/domain/rules/computed/computed.ts';
import type { RfmCuts, RfmSettings } from '../../../shared/domain/rules/rfm/rfm.ts';
import type { Dice } from '../../support/dice.ts';
import { durations, events, where } from './random-words.ts';

/** What rules name besides segments, by the dice. */

/** A value of any function. */
export function aComputed(dice: Dice, near: number): ComputedDefinition {
  const word = dice.pick(computedFunctions);
  const isNumeric = ['sum', 'average', 'minimum', 'maximum'].includes(word);
  const property = isNumeric ? 'total' : dice.pick(['category', 'shipping.city', 'total']);
  return computedDefinitionSchema.parse({
    event: dice.pick(events),
    function: word,
    ...(word !== 'count' && word !== 'daysSince' && { property }),
    ...(dice.chance(0.5) && { within: dice.pick(durations) }),
    ...where(dice, near),
  });
}

export const rfmSettings = (dice: Dice): RfmSettings => ({
  event: dice.pick(events),
  value: dice.pick(['total', 'price']),
  ...(dice.chance(0.3) && { currency: 'USD' }),
  ...(dice.chance(0.4) && { within: dice.pick(durations) }),
});

const fourOf = (dice: Dice, values: readonly number[]): number[] =>
  dice.some(4, () => dice.pick(values)).toSorted((one, other) => one - other);

const dayMs = 86_400_000;

export const rfmCuts = (dice: Dice): RfmCuts => ({
  recencyMs: fourOf(dice, [0, 1, 3_600_000, dayMs, 7 * dayMs, 30 * dayMs, 90 * dayMs, 400 * dayMs]),
  frequency: fourOf(dice, [0, 1, 1, 2, 2, 3, 4]),
  monetary: fourOf(dice, [-10, 0, 0.3, 10, 29.33, 49.5, 59.5, 100]),
});
