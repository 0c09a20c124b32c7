import { describe, expect, it } from 'vitest';
import type { AroundPorts } from '../../infra/local/load-functions.ts';
import { sqsEvent } from '../../infra/local/sqs-event.ts';
import type { World } from '../../infra/local/world.ts';
import type { Table } from '../../shared/ports/table.ts';
import { loadRules } from '../../shared/stores/segments.ts';
import { countListed } from '../../shared/stores/static-lists.ts';
import { aSite, personOf } from '../support/site.ts';
import { aWorld } from '../support/world.ts';

const worker = 'functions/lists/change-static-list-members.ts';

/** A list and one person, and messages handed to the worker in an order of the test's own. */
async function aList(world: World) {
  const site = await aSite(world);
  await site.post('/v1/identify', { userId: 'c-1', traits: { city: 'Riga' } });
  await world.settle();
  const made = async () => {
    await site.admin('PUT', '/admin/lists/fair', { name: 'Fair' });
    const { lists } = await loadRules(world.ports.table);
    const [list] = lists;
    if (list === undefined) throw new Error('There is no list.');
    return list;
  };
  const { id } = await personOf(world, 'c-1');
  return {
    site,
    made,
    list: await made(),
    /** Hands a message over; answers whether it is to come again. */
    hand: async (body: object): Promise<boolean> => {
      const message = {
        messageId: 'a-message',
        receiptHandle: 'a-message',
        body: JSON.stringify(body),
        receives: 1,
        sentAt: world.clock.now(),
        firstReceivedAt: world.clock.now(),
      };
      const answer = await world.invoke(worker, sqsEvent('list-changes', [message]));
      return JSON.stringify(answer).includes('a-message');
    },
    upload: (change: 'add' | 'remove', at: number, rest: object = {}) => ({
      list: 'fair',
      version: 1,
      change,
      at: `01JD${at}`,
      people: [id],
      contested: true,
      ...rest,
    }),
    isIn: async (): Promise<boolean> => {
      const { lists } = await loadRules(world.ports.table);
      const list = lists.find((one) => one.id === 'fair');
      const marks = (await personOf(world, 'c-1')).lists;
      const size = list === undefined ? 0 : await countListed(world.ports.table, list);
      expect(size).toBe(marks.length);
      return size === 1;
    },
  };
}

describe('uploads that come out of order', () => {
  it.each<[string, readonly (readonly ['add' | 'remove', number])[], boolean]>([
    [
      'taken out before being put in',
      [
        ['remove', 2],
        ['add', 1],
      ],
      false,
    ],
    [
      'put in again before being taken out',
      [
        ['add', 1],
        ['add', 3],
        ['remove', 2],
      ],
      true,
    ],
    [
      'taken out twice around being put in',
      [
        ['remove', 3],
        ['remove', 1],
        ['add', 2],
      ],
      false,
    ],
    [
      'all of it backwards',
      [
        ['add', 4],
        ['remove', 3],
        ['add', 2],
        ['remove', 1],
      ],
      true,
    ],
    [
      'each twice',
      [
        ['add', 1],
        ['remove', 2],
        ['add', 1],
        ['remove', 2],
      ],
      false,
    ],
  ])('leave the person as was asked for last: %s', async (_, uploads, expected) => {
    await using world = await aWorld();
    const { hand, upload, isIn } = await aList(world);
    for (const [change, at] of uploads) expect(await hand(upload(change, at))).toBe(false);
    expect(await isIn()).toBe(expected);
  });

  it('write nothing for who already stands so, as long as nothing speaks against it', async () => {
    await using world = await aWorld();
    const { hand, upload, isIn } = await aList(world);
    await hand(upload('remove', 1, { contested: false }));
    await hand(upload('add', 2, { contested: false }));
    const before = await personOf(world, 'c-1');
    await hand(upload('add', 3, { contested: false }));
    const { items } = await world.ports.table.scan('marketing', { segment: 0, segments: 1 });
    expect(items.filter(({ pk }) => pk.startsWith('listed#'))).toMatchObject([{ at: '01JD2' }]);
    expect([await personOf(world, 'c-1'), await isIn()]).toEqual([before, true]);
  });

  it('of a list that was made again meanwhile are dropped', async () => {
    await using world = await aWorld();
    const { site, hand, upload, made, isIn, list } = await aList(world);
    await site.admin('DELETE', '/admin/lists/fair');
    expect(await hand(upload('add', 1, { version: list.version }))).toBe(false);
    const again = await made();
    expect(again.version).toBeGreaterThan(list.version);
    expect(await hand(upload('add', 2, { version: list.version }))).toBe(false);
    expect(await isIn()).toBe(false);
    await hand(upload('add', 3, { version: again.version }));
    expect(await isIn()).toBe(true);
  });

  it('name people who are gone, and that changes nothing', async () => {
    await using world = await aWorld();
    const { hand, upload, isIn } = await aList(world);
    expect(await hand(upload('add', 1, { people: ['01JDNOBODY'] }))).toBe(false);
    expect(await isIn()).toBe(false);
  });
});

describe('a list that was not deleted after all', () => {
  it('keeps its people', async () => {
    await using world = await aWorld();
    const { hand, upload, isIn, list } = await aList(world);
    await hand(upload('add', 1));
    await hand({ clear: 'fair', version: list.version });
    expect(await isIn()).toBe(true);
  });
});

describe('two workers at the same person', () => {
  const pairs = (['add', 'remove'] as const).flatMap((slow) =>
    (['add', 'remove'] as const).flatMap((fast) =>
      [
        [1, 2],
        [2, 1],
      ].flatMap(([slowAt = 0, fastAt = 0]) =>
        [true, false].map((was) => ({ was, slow, slowAt, fast, fastAt })),
      ),
    ),
  );

  it.each(pairs)('was in: $was; $slow $slowAt, overtaken by $fast $fastAt', async (pair) => {
    const { was, slow, slowAt, fast, fastAt } = pair;
    let overtakes: (() => Promise<unknown>) | undefined;
    const overtaken = async (): Promise<void> => {
      const first = overtakes;
      overtakes = undefined;
      await first?.();
    };
    const around: AroundPorts = (row, ports) => {
      if (row.file !== worker) return ports;
      const transact: Table['transact'] = async (writes) => {
        await overtaken();
        return ports.table.transact(writes);
      };
      const write: Table['write'] = async (one) => {
        await overtaken();
        return ports.table.write(one);
      };
      return { ...ports, table: Object.assign(Object.create(ports.table), { transact, write }) };
    };
    await using world = await aWorld({ around });
    const { hand, upload, isIn } = await aList(world);
    if (was) await hand(upload('add', 0));
    overtakes = () => hand(upload(fast, fastAt));
    expect(await hand(upload(slow, slowAt))).toBe(false);
    expect(overtakes).toBeUndefined();
    expect(await isIn()).toBe((slowAt > fastAt ? slow : fast) === 'add');
  });
});
