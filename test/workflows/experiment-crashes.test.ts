import { describe, expect, it } from 'vitest';
import { type Break, Breaker } from '../support/breaking-ports.ts';
import { aLaboratory, clickTest } from '../support/experiments.ts';
import { modes } from '../support/modes.ts';

const people = 10;

/** Whatever breaks around the choice of the winner; how far the function then got. */
async function chosen(file: string, breaking: Break, hostile: number | undefined) {
  const breaker = new Breaker(breaking);
  let isNear = false;
  await using lab = await aLaboratory({
    hostile,
    people,
    around: (row, ports) => {
      const broken = breaker.around(ports);
      return row.file === file ? { ...ports, ...whenNear(ports, broken, () => isNear) } : ports;
    },
  });
  await lab.compare('march', { test: { ...clickTest, wait: 'PT55M' } });
  await lab.world.advance('PT50M');
  const tried = lab.sent();
  isNear = true;
  await lab.world.advance(hostile === undefined ? 'PT15M' : 'PT50M');
  breaker.revive();
  await lab.world.advance('PT30M');
  const { winner, states } = await lab.result('march');
  expect([breaking.at, lab.isOnce(), Object.keys(lab.inbox()).length]).toEqual([
    breaking.at,
    true,
    people,
  ]);
  expect(winner).toMatchObject({ variant: null, enough: false });
  expect(states).toEqual({ accepted: people });
  expect((tried['short'] ?? 0) + (tried['long'] ?? 0)).toBeLessThan(people);
  await lab.world.advance('PT45M');
  expect(await lab.state('march')).toBe('completed');
  return breaker.hasBroken;
}

type Reached = Pick<Parameters<Breaker['around']>[0], 'table' | 'queue'>;

/** The ports, which break only from some moment on. */
function whenNear(calm: Reached, broken: Reached, isNear: () => boolean): Reached {
  const table = (): Reached['table'] => (isNear() ? broken : calm).table;
  return {
    table: {
      get: (...args) => table().get(...args),
      batchGet: (...args) => table().batchGet(...args),
      query: (...args) => table().query(...args),
      scan: (...args) => table().scan(...args),
      due: (...args) => table().due(...args),
      write: (...args) => table().write(...args),
      transact: (...args) => table().transact(...args),
    },
    queue: { send: (...args) => (isNear() ? broken : calm).queue.send(...args) },
  };
}

const ways: readonly Omit<Break, 'at'>[] = [
  { when: 'before', how: 'kill' },
  { when: 'after', how: 'stumble' },
];

const cases = [
  ['functions/campaigns/run-campaign.ts', [1, 4, 5, 12, 22, 23]],
  ['functions/messaging/wake-messages.ts', [1, 3, 6, 9]],
] as const;

// Every call is tried in a world of its own: one way in one hostile world is what the time allows.
describe.each(modes.slice(0, 2))('the choice of the winner, hostile %s', (hostile) => {
  const tried = hostile === undefined ? ways : ways.slice(1);
  it.each(cases.flatMap(([file, calls]) => tried.map((way) => [file, way, calls] as const)))(
    'holds and is sent once, while %s breaks by %o',
    async (file, way, calls) => {
      const reached: boolean[] = [];
      for (const at of calls) reached.push(await chosen(file, { at, ...way }, hostile));
      expect(reached.filter(Boolean).length).toBeGreaterThan(calls.length / 2);
    },
  );
});
