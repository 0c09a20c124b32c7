/** A seeded source of misfortune: the same seed and the same calls give the same faults. */
export type Hostility = {
  /** True with probability `probability`. */
  chance(probability: number): boolean;
  /** A whole number from 0 up to, not including, `end`. */
  integer(end: number): number;
  shuffle<T>(values: readonly T[]): T[];
};

/** Hostile mode's dice: mulberry32 (Tommy Ettinger), 32 bits of state. */
export const createHostility = (seed: number): Hostility => {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  return {
    chance: (probability) => next() < probability,
    integer: (end) => Math.floor(next() * end),
    shuffle: (values) =>
      values
        .map((value) => ({ value, place: next() }))
        .sort((a, b) => a.place - b.place)
        .map(({ value }) => value),
  };
};
