import { expect, it } from 'vitest';
import type { AroundPorts } from '../../infra/local/load-functions.ts';
import { segmentStatus } from '../../shared/stores/segment-status.ts';
import { getSegment } from '../../shared/stores/segments.ts';
import { aMultitude } from '../support/multitude.ts';
import { inCity } from '../support/segment-cases.ts';
import { aSite, built } from '../support/site.ts';
import { aWorld } from '../support/world.ts';

/** Connections that the SDK keeps: whoever waits a second for one fails. */
const connections = 50;

it('a segment with too many members to count at once shows when they were counted last', async () => {
  await using world = await aWorld();
  const site = await aSite(world);
  const { table } = world.ports;
  const shown = async (id: string, hasTime: () => boolean) => {
    const segment = await getSegment(table, id);
    if (segment === undefined) throw new Error(`There is no segment "${id}".`);
    return segmentStatus(table, segment, { hasTime, timeZone: 'UTC' });
  };
  await aMultitude(world, 300);
  await site.segment('mine', inCity('Riga').rule);
  await built(world);
  let looks = 0;
  const runsOut = () => {
    looks += 1;
    return looks < 5;
  };
  expect(await shown('mine', runsOut)).toMatchObject({ state: 'ready', size: null });
  await world.advance('P1D');
  await site.segment('new', inCity('Oslo').rule);
  await aMultitude(world, 30, 300);
  await built(world);
  const late = await shown('mine', () => false);
  expect(late).toMatchObject({ size: 100, sizeAt: expect.stringMatching(/^2026-11-26T00:0/) });
  expect(await shown('new', () => false)).toMatchObject({ size: null });
  const counted = await shown('mine', () => true);
  expect([counted.size, 'sizeAt' in counted]).toEqual([110, false]);
});

it.each(['segments', 'lists'])(
  'a list of many %s asks the tables for no more at once than there are connections',
  async (kind) => {
    let open = 0;
    let most = 0;
    const around: AroundPorts = (row, ports) => {
      if (row.file !== 'functions/http/admin.ts') return ports;
      const { table } = ports;
      const query: typeof table.query = async (...of) => {
        open += 1;
        most = Math.max(most, open);
        try {
          return await table.query(...of);
        } finally {
          open -= 1;
        }
      };
      const around = {
        get: table.get.bind(table),
        batchGet: table.batchGet.bind(table),
        query,
        scan: table.scan.bind(table),
        due: table.due.bind(table),
        write: table.write.bind(table),
        transact: table.transact.bind(table),
      };
      return { ...ports, table: around };
    };
    await using world = await aWorld({ around });
    const site = await aSite(world);
    const body = kind === 'segments' ? { rule: { attribute: 'city', equals: 'Riga' } } : {};
    for (let n = 0; n < 20; n += 1) {
      await site.admin('PUT', `/admin/${kind}/n-${10 + n}`, { name: `${n}`, ...body });
    }
    const answer = await site.admin('GET', `/admin/${kind}`);
    expect((answer.json() as { items: readonly unknown[] }).items).toHaveLength(20); // a list, as the API says
    expect(most).toBeGreaterThan(15);
    expect(most).toBeLessThanOrEqual(connections);
  },
);
