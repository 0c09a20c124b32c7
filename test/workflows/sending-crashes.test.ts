import { describe, expect, it } from 'vitest';
import type { World } from '../../infra/local/world.ts';
import { VirtualClock } from '../../shared/adapters/embedded/clock.ts';
import type { Run } from '../../shared/domain/campaigns/run.ts';
import { claimLeaseMs } from '../../shared/domain/messaging/ledger.ts';
import { messageId } from '../../shared/domain/messaging/message.ts';
import { freeMessages } from '../../shared/flows/messaging/claims.ts';
import { type Break, Breaker } from '../support/breaking-ports.ts';
import { aRun, handOver, ledgerOf, reserve, somePeople, timelineOf } from '../support/messaging.ts';
import { aWorld } from '../support/world.ts';

type Channel = 'email' | 'sms';

const breaks: readonly Omit<Break, 'at'>[] = [
  { when: 'before', how: 'kill' },
  { when: 'after', how: 'kill' },
  { when: 'before', how: 'stumble' },
  { when: 'after', how: 'stumble' },
];

/** Sends three messages while a function breaks at one call, until nothing happens any more. */
async function sendBroken(file: string, channel: Channel, breaking: Break) {
  const breaker = new Breaker(breaking);
  const world = await aWorld({
    around: (row, ports) => (row.file === file ? breaker.around(ports) : ports),
  });
  const run = await aRun(world, { channel });
  const rows = await reserve(world, run, await somePeople(world, 3));
  // The sweep's own work is tried by messages nobody was told about.
  if (file.includes('send-')) await handOver(world, rows);
  await world.settle();
  if (!file.includes('send-')) await world.advance('PT11M');
  breaker.revive();
  await world.advance('PT1H');
  await world.advance('P2D');
  return { world, run, hasBroken: breaker.hasBroken };
}

/** Nobody got two, every row has reached an end, and the ledger says what happened. */
async function expectTruth(world: World, run: Run, channel: Channel): Promise<void> {
  const sent = world.outbox().map(({ id }) => id);
  expect(new Set(sent).size).toBe(sent.length);
  for (const row of await ledgerOf(world, run)) {
    const wasSent = sent.includes(messageId(row));
    // SES says by its events what went out; of an SMS without an answer nobody knows.
    const truths = wasSent
      ? channel === 'email'
        ? ['accepted']
        : ['accepted', 'failed']
      : ['failed'];
    expect(truths).toContain(row.state);
    expect(row.reason).toBe(row.state === 'failed' ? 'no-answer' : undefined);
    const told = (await timelineOf(world, row.profileId)).map(({ type }) => type);
    expect(told).toEqual(row.state === 'accepted' ? ['message.sent'] : []);
  }
}

describe.each([
  ['functions/messaging/send-emails.ts', 'email'],
  ['functions/messaging/send-texts.ts', 'sms'],
  ['functions/messaging/wake-messages.ts', 'email'],
] as const)('%s cut off at any call', (file, channel) => {
  it.each(breaks)(
    '$when it has its effect ($how): nobody gets two, nothing is stuck',
    async (kind) => {
      let at = 0;
      let sent = 0;
      for (let reached = true; reached; ) {
        at += 1;
        const { world, run, hasBroken } = await sendBroken(file, channel, { ...kind, at });
        await using _ = world;
        await expectTruth(world, run, channel);
        sent += world.outbox().length;
        reached = hasBroken;
      }
      expect(at).toBeGreaterThan(5);
      // A crash may cost a message only around the call itself: at two calls of all of them.
      expect(sent).toBeGreaterThanOrEqual(3 * (at - 2));
    },
  );
});

describe('the worst that AWS does', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 12])(
    'doubled, late and throttled (%i): nobody gets two, nothing is stuck',
    async (hostile) => {
      await using world = await aWorld({ hostile });
      const run = await aRun(world);
      await handOver(world, await reserve(world, run, await somePeople(world, 60)));
      await world.settle();
      await world.advance('P2D');
      await expectTruth(world, run, 'email');
      expect(world.outbox()).toHaveLength(60);
    },
  );
});

/** Time passes while an invocation runs. */
function sleep(world: World, ms: number): void {
  if (!(world.clock instanceof VirtualClock)) throw new Error('The clock is real.');
  world.clock.set(world.clock.now() + ms);
}

describe('a sender taken for dead', () => {
  it('sends nothing when it wakes up after its messages were given to another', async () => {
    let isAsleep = false;
    let freed = 0;
    let ids: readonly string[] = [];
    await using world: World & AsyncDisposable = await aWorld({
      around: (row, ports) =>
        row.file.endsWith('send-emails.ts')
          ? {
              ...ports,
              table: {
                get: (...args) => ports.table.get(...args),
                batchGet: (...args) => ports.table.batchGet(...args),
                query: (...args) => ports.table.query(...args),
                scan: (...args) => ports.table.scan(...args),
                due: (...args) => ports.table.due(...args),
                transact: (...args) => ports.table.transact(...args),
                write: async (write) => {
                  const isRecord = write.kind === 'put' && write.item.pk.startsWith('call#');
                  if (isRecord && !isAsleep) {
                    isAsleep = true;
                    sleep(world, claimLeaseMs);
                    freed = (await freeMessages(ids, world.ports)).length;
                  }
                  return ports.table.write(write);
                },
              },
            }
          : ports,
    });
    const run = await aRun(world);
    const rows = await reserve(world, run, await somePeople(world, 2));
    ids = rows.map(messageId);
    await handOver(world, rows);
    await world.settle();
    expect(freed).toBe(2);
    expect(world.outbox()).toEqual([]);
    await handOver(world, rows);
    await world.settle();
    expect(world.outbox()).toHaveLength(2);
  });
});
