import { setTimeout as sleep } from 'node:timers/promises';

/** What a long command needs of its surroundings: somebody to tell, the time, and to wait. */
export type Surroundings = {
  readonly tell: (line: string) => void;
  /** ms since 1970 */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
};

export const terminal: Surroundings = {
  tell: (line) => process.stdout.write(`${line}\n`),
  now: () => Date.now(),
  sleep: async (ms) => {
    await sleep(ms);
  },
};

/** Nothing here is answered in less; a restore takes minutes to hours. */
const pauseMs = 5_000;
const linePauseMs = 30_000;

/**
 * Asks until there is nothing to wait for (an empty answer), and tells every half a minute what is
 * waited for. It has no end of its own: a large table takes hours, and the command can be cut off.
 */
export async function until(
  waitingFor: () => Promise<string>,
  { tell, now, sleep: wait }: Surroundings,
): Promise<void> {
  const from = now();
  let nextAt = from;
  for (;;) {
    const what = await waitingFor();
    if (what === '') return;
    if (now() >= nextAt) {
      tell(`  ${minutes(now() - from)}  waiting: ${what}`);
      nextAt = now() + linePauseMs;
    }
    await wait(pauseMs);
  }
}

const minutes = (ms: number): string =>
  `${String(Math.floor(ms / 60_000)).padStart(3)}:${String(Math.floor(ms / 1000) % 60).padStart(2, '0')}`;
