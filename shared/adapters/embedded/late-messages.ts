import type { Hostility } from './hostility.ts';

const lateChance = 0.1;
/** Receives that look for a message in vain, at the most. */
const longestLateness = 5;

/**
 * Hostile: a receive asks some of SQS's servers only, and does not see what the others hold. Counted
 * in receives, so that a virtual clock need not move for it.
 */
export class LateMessages {
  readonly #hostility: Hostility;
  /** How many receives more look in vain, by the message's row. */
  readonly #left = new Map<number, number>();

  constructor(hostility: Hostility) {
    this.#hostility = hostility;
  }

  /** Whether some message waits although a receive has looked for it. */
  get wait(): boolean {
    return this.#left.size > 0;
  }

  /** Asked by each receive that comes upon a message nobody has received yet. */
  keepBack(row: number): boolean {
    const left = this.#left.get(row);
    if (left === 0) {
      this.#left.delete(row);
      return false;
    }
    if (left === undefined && !this.#hostility.chance(lateChance)) return false;
    this.#left.set(row, left === undefined ? this.#hostility.integer(longestLateness) : left - 1);
    return true;
  }
}
