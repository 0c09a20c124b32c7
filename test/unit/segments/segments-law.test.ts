import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { aWalk, type WalkPlan } from './random-walk.ts';
import { shrunk } from './shrink.ts';
import { walk } from './walk.ts';

/** `LAW_SEED=42` walks that seed alone; `LAW_FROM` and `LAW_WALKS` say which seeds, and how many. */
const only = process.env['LAW_SEED'];
const from = Number(only ?? process.env['LAW_FROM'] ?? 1);
const count = only === undefined ? Number(process.env['LAW_WALKS'] ?? 4000) : 1;

const longMs = 60 * 60_000;

type Seen = ReturnType<typeof walk>;

function failureOf(plan: WalkPlan, seen?: Seen): string | undefined {
  try {
    const { byTime, byInput, byEdit } = walk(plan);
    if (seen !== undefined) {
      seen.byTime += byTime;
      seen.byInput += byInput;
      seen.byEdit += byEdit;
    }
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** What to say of a failing seed: how to see it again, and the least that still goes wrong. */
function report(seed: number, plan: WalkPlan): string {
  const kind = (failure = ''): string => failure.split(/[\d:]/)[0] ?? '';
  const least = shrunk(plan, (smaller) => kind(failureOf(smaller)) === kind(failureOf(plan)));
  return [
    `seed ${seed} fails; see it again with LAW_SEED=${seed}: ${failureOf(plan)}`,
    `The least that fails: ${failureOf(least)}`,
    JSON.stringify(least, undefined, 1),
  ].join('\n');
}

describe('segments as a person and the clock go on', () => {
  it(
    `are at every instant what a plain recount of everything says, for ${count} walks from seed ${from}`,
    async () => {
      const seen = { byTime: 0, byInput: 0, byEdit: 0 };
      for (let seed = from; seed < from + count; seed += 1) {
        const plan = aWalk(seed);
        const failure = failureOf(plan, seen) === undefined ? undefined : report(seed, plan);
        expect(failure).toBeUndefined();
        if (seed % 50 === 0) await turn();
      }
      // Walks on which nothing happens would prove nothing.
      const perWalk = Object.values(seen).map((entries) => entries / count);
      const least = count >= 500 ? [0.5, 1, 0.01] : [0, 0, 0];
      expect(perWalk.every((entries, index) => entries >= (least[index] ?? 0))).toBe(true);
    },
    longMs,
  );
});
