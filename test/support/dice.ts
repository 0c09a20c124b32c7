import { createHostility } from '../../shared/adapters/embedded/hostility.ts';

/** A seeded source of chance for tests: the same seed and the same calls give the same values. */
export type Dice = {
  chance(probability: number): boolean;
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number;
  pick<T>(values: readonly T[]): T;
  /** So many values, made one after the other. */
  some<T>(count: number, make: () => T): T[];
};

export function diceOf(seed: number): Dice {
  const source = createHostility(seed);
  const pick = <T>(values: readonly T[]): T => {
    if (values.length === 0) throw new Error('There is nothing to pick from.');
    // The position is inside the list.
    return values[source.integer(values.length)] as T;
  };
  return {
    chance: (probability) => source.chance(probability),
    between: (low, high) => low + source.integer(high - low + 1),
    pick,
    some: (count, make) => Array.from({ length: count }, make),
  };
}
