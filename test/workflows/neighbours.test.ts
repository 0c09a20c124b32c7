import { describe, expect, it } from 'vitest';
import type { AroundPorts } from '../../infra/local/load-functions.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { anOffice } from '../support/campaigns.ts';
import { dying } from '../support/dying-table.ts';
import { aRun, handOver, ledgerOf, reserve, somePeople, standing } from '../support/messaging.ts';
import { aWorld } from '../support/world.ts';

const names = ['anna', 'boris', 'clara', 'dora', 'emil', 'fred', 'gerda', 'hugo', 'ida', 'jan'];

/** Whatever a function asks about one item breaks; what it asks about many at once does not. */
const breaksOn = (text: () => string | undefined, { table, ...ports }: Ports): Ports => {
  const check = (asked: unknown): void => {
    const poison = text();
    if (poison !== undefined && JSON.stringify(asked).includes(poison)) throw new Error('Broken.');
  };
  return {
    ...ports,
    table: {
      ...table,
      get: async (...args) => (check(args), table.get(...args)),
      batchGet: (...args) => table.batchGet(...args),
      query: async (...args) => (check(args), table.query(...args)),
      scan: (...args) => table.scan(...args),
      due: (...args) => table.due(...args),
      write: async (...args) => (check(args), table.write(...args)),
      transact: async (...args) => (check(args), table.transact(...args)),
    },
  };
};

/** Ten people in one batch of a function that always fails about the first of them. */
async function aBatch(file: string) {
  let poison: string | undefined;
  const world = await aWorld({
    around: (row, ports) => (row.file === file ? breaksOn(() => poison, ports) : ports),
  });
  const office = await anOffice(world);
  for (const name of names) await office.lead(name);
  await office.template('hello');
  const { id } = await office.done('GET', '/admin/profiles?externalId=anna');
  return {
    ...office,
    world,
    poisonAnna: () => {
      poison = String(id);
    },
    /** All of them do the same at once, so that their events come together. */
    all: async (event: string) => {
      const items = names.map((userId) => ({
        userId,
        event,
        type: 'track',
        messageId: `${event} ${userId}`,
      }));
      const { key } = await office.done('POST', '/admin/sources/shop/keys');
      const headers = { 'x-write-key': String(key) };
      await world.request('POST', '/v1/batch', { headers, body: { batch: items } });
      await world.settle();
    },
    [Symbol.asyncDispose]: () => world.close(),
  };
}

describe('somebody about whom everything fails', () => {
  it('keeps nobody else from the message that an event starts', async () => {
    await using batch = await aBatch('functions/campaigns/start-from-event.ts');
    await batch.campaign('thanks', { schedule: { on: 'Signed Up' } });
    await batch.launch('thanks');
    batch.poisonAnna();
    await batch.all('Signed Up');
    await batch.world.advance('PT6H');
    const { anna, ...others } = Object.fromEntries(names.map((name) => [name, 1]));
    expect(anna).toBe(1);
    expect(batch.inbox()).toEqual(others);
    expect(batch.world.deadLetters().map(({ queue }) => queue)).toEqual(['triggers']);
  });

  it('keeps nobody else from being counted as a conversion', async () => {
    await using batch = await aBatch('functions/reporting/record-conversions.ts');
    await batch.campaign('thanks', {
      schedule: { on: 'Signed Up' },
      goal: { event: 'Order Completed', within: 'P14D' },
    });
    await batch.launch('thanks');
    await batch.all('Signed Up');
    await batch.world.advance('PT1M');
    batch.poisonAnna();
    await batch.all('Order Completed');
    await batch.world.advance('PT6H');
    expect(await batch.report('thanks')).toMatchObject({ audience: 10, conversions: 9 });
    expect(batch.world.deadLetters().map(({ queue }) => queue)).toEqual(['conversions']);
  });

  it('keeps nobody else waiting when delays end', async () => {
    await using batch = await aBatch('functions/campaigns/end-delays.ts');
    await batch.campaign('thanks', { schedule: { on: 'Signed Up', delay: 'PT1H' } });
    await batch.launch('thanks');
    await batch.all('Signed Up');
    batch.poisonAnna();
    await batch.world.advance('PT2H');
    expect(Object.keys(batch.inbox()).toSorted()).toEqual(names.slice(1));
  });
});

/** Any request to the tables, queues and bus may fail, before or after it had its effect. */
function faultyPorts(seed: number, share: number): { around: AroundPorts; heal: () => void } {
  let state = (seed * 2_654_435_761) >>> 0;
  let isFaulty = true;
  const fails = (): boolean => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return isFaulty && state / 2 ** 32 < share;
  };
  const around: AroundPorts = (row, ports) => {
    // What asks over HTTP is told of the fault, and asks again by itself.
    if (row.file.startsWith('functions/http/')) return ports;
    const send: Ports['queue']['send'] = async (...args) => {
      if (fails()) throw new Error('Cut before sending.');
      await ports.queue.send(...args);
      if (fails()) throw new Error('Cut after sending.');
    };
    return { ...ports, table: dying(ports.table, fails), queue: { send } };
  };
  return {
    around,
    heal: () => {
      isFaulty = false;
    },
  };
}

describe('when three of a hundred requests fail, before or after they have worked', () => {
  it.each([11, 12, 13, 14, 15, 16])(
    'everybody gets their message, once (seed %i)',
    async (seed) => {
      const { around, heal } = faultyPorts(seed, 0.03);
      await using world = await aWorld({ around, hostile: seed });
      const office = await anOffice(world);
      await office.template('hello');
      await office.campaign('thanks', { schedule: { on: 'Signed Up' } });
      await office.launch('thanks');
      const people = Array.from({ length: 30 }, (_, index) => `p${index}`);
      await Promise.all(people.map((name) => office.lead(name)));
      await Promise.all(people.map((name) => office.track(name, 'Signed Up')));
      for (let minutes = 0; minutes < 120; minutes += 20) await world.advance('PT20M');
      heal();
      await world.advance('P2D');
      const letters = world.deadLetters().map(({ queue }) => queue);
      expect(letters.filter((queue) => queue === 'triggers')).toEqual([]);
      const rows = await office.rows('thanks');
      expect(rows).toHaveLength(people.length);
      expect(rows.filter(({ state }) => state !== 'accepted')).toEqual([]);
      expect(office.inbox()).toEqual(Object.fromEntries(people.map((name) => [name, 1])));
    },
    60_000,
  );
});

describe('a slot of messages', () => {
  it('is woken but for the row that cannot be written', async () => {
    let poison: string | undefined;
    await using world = await aWorld({
      around: (row, ports) =>
        row.file === 'functions/messaging/wake-messages.ts' ? breaksOn(() => poison, ports) : ports,
    });
    const run = await aRun(world);
    const people = await somePeople(world, 40);
    await reserve(world, run, people);
    poison = '#person-0007#';
    await world.advance('PT15M');
    const rows = await ledgerOf(world, run);
    const open = rows.filter(({ state }) => state !== 'accepted');
    expect(open.map(({ profileId }) => profileId)).toEqual(['person-0007']);
    poison = undefined;
    await handOver(world, rows);
    await world.advance('PT1H');
    expect(new Set(standing(await ledgerOf(world, run)))).toEqual(new Set(['accepted']));
  });
});
