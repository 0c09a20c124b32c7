import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../ports/clock.ts';

/** The machine's clock. */
export const systemClock = (): Clock => ({
  now: () => Date.now(),
  sleep: (ms) => sleep(ms * (1 + Math.random())),
});

const msPerTurn = 5;
const longestSleepTurns = 200;

/** A clock that stands still until it is set: a simulated year passes in a test's second. */
export class VirtualClock implements Clock {
  #instant: number;

  constructor(start: number) {
    this.#instant = start;
  }

  now(): number {
    return this.#instant;
  }

  /** Some turns: as many whether the machine is fast or slow, so that a seed tells the whole story. */
  async sleep(ms: number): Promise<void> {
    for (let turns = Math.min(longestSleepTurns, 1 + ms / msPerTurn); turns > 0; turns -= 1) {
      await nextTurn();
    }
  }

  /** Never backwards: what was due stays due, and ids stay in order. */
  set(instant: number): void {
    if (!Number.isFinite(instant) || instant < this.#instant) {
      throw new RangeError(`A clock cannot go from ${this.#instant} to ${instant}.`);
    }
    this.#instant = instant;
  }
}
