import type { Clock } from '../../ports/clock.ts';

/** The machine's clock. */
export const systemClock = (): Clock => ({ now: () => Date.now() });

/** A clock that stands still until it is set: a simulated year passes in a test's second. */
export class VirtualClock implements Clock {
  #instant: number;

  constructor(start: number) {
    this.#instant = start;
  }

  now(): number {
    return this.#instant;
  }

  /** Never backwards: what was due stays due, and ids stay in order. */
  set(instant: number): void {
    if (!Number.isFinite(instant) || instant < this.#instant) {
      throw new RangeError(`A clock cannot go from ${this.#instant} to ${instant}.`);
    }
    this.#instant = instant;
  }
}
