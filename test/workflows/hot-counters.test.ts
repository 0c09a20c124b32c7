import { expect, it } from 'vitest';
import type { AroundPorts } from '../../infra/local/load-functions.ts';
import type { Check, Write } from '../../shared/ports/table.ts';
import { aRun, handOver, reserve, somePeople } from '../support/messaging.ts';
import { ask } from '../support/modes.ts';
import { aWorld } from '../support/world.ts';

const people = 150;
const calls = people / 50;
const quota = { perSecond: 5_000, perDay: 500_000, sentLastDay: 0 };
const policy = {
  warmUp: { from: '2026-11-25', curve: [10_000] },
  caps: [{ channel: 'email', per: 'day', limit: 3 }],
};

/** Items that are each message's, each call's or each person's own. */
const ownOfEach = ['message', 'call', 'contact'];

it('what many messages count on together is written once for each call of fifty', async () => {
  const writes = new Map<string, number>();
  const note = (write: Write | Check): void => {
    if (write.table !== 'marketing') return;
    const { pk, sk } = write.kind === 'put' ? write.item : write.key;
    const [name = '', of = ''] = [pk, sk].map((key) => String(key).split('#')[0]);
    if (ownOfEach.includes(name)) return;
    // All shards of a counter together.
    const counter = `${name} ${of.replace(/\d+$/, '')}`;
    writes.set(counter, (writes.get(counter) ?? 0) + 1);
  };
  const counting: AroundPorts = (row, ports) =>
    row.file === 'functions/messaging/send-emails.ts'
      ? {
          ...ports,
          table: {
            ...ports.table,
            write: (write) => {
              note(write);
              return ports.table.write(write);
            },
            transact: (all, ...rest) => {
              all.forEach(note);
              return ports.table.transact(all, ...rest);
            },
          },
        }
      : ports;
  await using world = await aWorld({ emailQuota: () => quota, around: counting });
  await ask(world, 'PUT', '/admin/sending-policy', { admin: true, body: policy });
  const run = await aRun(world);
  await handOver(world, await reserve(world, run, await somePeople(world, people)));
  await world.advance('PT10M');
  expect(world.outbox()).toHaveLength(people);
  expect(Object.fromEntries(writes)).toEqual({
    'rate -': calls,
    // Who asks the provider says so first, every five minutes at most.
    'rate quota': 2,
    'warm-up ': calls,
    'reputation sent': calls,
  });
});
