import { expect, it } from 'vitest';
import type { AroundPorts } from '../../infra/local/load-functions.ts';
import { type Table, Throttled } from '../../shared/ports/table.ts';
import { aMultitude } from '../support/multitude.ts';
import { inCity } from '../support/segment-cases.ts';
import { aSite, membersOf } from '../support/site.ts';
import { aWorld } from '../support/world.ts';

const withWrite = (table: Table, write: Table['write']): Table => ({
  get: (...of) => table.get(...of),
  batchGet: (...of) => table.batchGet(...of),
  query: (...of) => table.query(...of),
  scan: (...of) => table.scan(...of),
  due: (...of) => table.due(...of),
  transact: (...of) => table.transact(...of),
  write,
});

/** A table that a pass writes to faster than it bears: every third request is turned away. */
const tooBusy =
  (turnedAway: () => void): AroundPorts =>
  (row, ports) => {
    if (row.file !== 'functions/segments/pass-over-profiles.ts') return ports;
    let requests = 0;
    const busy = async <Answer>(request: () => Promise<Answer>): Promise<Answer> => {
      requests += 1;
      if (requests % 3 > 0) return request();
      turnedAway();
      throw new Throttled('Too many requests.');
    };
    const { table } = ports;
    const around: Table = {
      get: (...of) => table.get(...of),
      batchGet: (...of) => table.batchGet(...of),
      query: (...of) => table.query(...of),
      due: (...of) => table.due(...of),
      write: (...of) => table.write(...of),
      scan: (...of) => busy(() => table.scan(...of)),
      transact: (...of) => busy(() => table.transact(...of)),
    };
    return { ...ports, table: around };
  };

it('a pass that the tables are too busy for goes on within the same try, and misses nobody', async () => {
  let turnedAway = 0;
  const around = tooBusy(() => {
    turnedAway += 1;
  });
  await using world = await aWorld({ around });
  const site = await aSite(world);
  await aMultitude(world, 300);
  await site.segment('mine', inCity('Riga').rule);
  await world.settle();
  expect(turnedAway).toBeGreaterThan(10);
  expect(await membersOf(world, 'mine')).toHaveLength(100);
  // No worker gave up, to be sent again by the queue many minutes later.
  expect(world.failures()).toEqual([]);
  expect(world.deadLetters()).toEqual([]);
});

it('the parts of a pass write to a partition each: one takes 1000 write units a second', async () => {
  const partsOf = new Map<string, Set<unknown>>();
  let pages = 0;
  const around: AroundPorts = (row, ports) => {
    if (row.file !== 'functions/segments/pass-over-profiles.ts') return ports;
    const write: Table['write'] = (one) => {
      if (one.kind === 'put' && 'pages' in one.item) {
        const { pk, sk } = one.item;
        pages += 1;
        partsOf.set(pk, (partsOf.get(pk) ?? new Set()).add(sk));
      }
      return ports.table.write(one);
    };
    return { ...ports, table: withWrite(ports.table, write) };
  };
  await using world = await aWorld({ around });
  const site = await aSite(world);
  await aMultitude(world, 300);
  await site.segment('mine', inCity('Riga').rule);
  await world.settle();
  expect(pages).toBeGreaterThanOrEqual(8);
  expect([...partsOf.values()].map(({ size }) => size)).toEqual(Array(8).fill(1));
});
