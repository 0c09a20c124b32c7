import { describe, expect, it } from 'vitest';
import type { World } from '../../infra/local/world.ts';
import { VirtualClock } from '../../shared/adapters/embedded/clock.ts';
import type { Run } from '../../shared/domain/campaigns/run.ts';
import { claimLeaseMs } from '../../shared/domain/messaging/ledger.ts';
import { messageId } from '../../shared/domain/messaging/message.ts';
import { freeMessages } from '../../shared/flows/messaging/sending/claims.ts';
import type { EmailSender } from '../../shared/ports/senders.ts';
import { type Break, Breaker } from '../support/breaking-ports.ts';
import { aRun, handOver, ledgerOf, reserve, somePeople, timelineOf } from '../support/messaging.ts';
import { modes } from '../support/modes.ts';
import { aWorld } from '../support/world.ts';

type Channel = 'email' | 'sms';

const breaks: readonly Omit<Break, 'at'>[] = [
  { when: 'before', how: 'kill' },
  { when: 'after', how: 'kill' },
  { when: 'before', how: 'stumble' },
  { when: 'after', how: 'stumble' },
];

/** Sends three messages while a function breaks at one call, until nothing happens any more. */
async function sendBroken(
  file: string,
  channel: Channel,
  breaking: Break,
  hostile: number | undefined,
) {
  const breaker = new Breaker(breaking);
  let calls = 0;
  const world = await aWorld({
    hostile,
    around: (row, ports) => {
      const send: EmailSender['send'] = (emails) => {
        calls += 1;
        return ports.email.send(emails);
      };
      const counted = { ...ports, email: { ...ports.email, send } };
      return row.file === file ? breaker.around(counted) : counted;
    },
  });
  const run = await aRun(world, { channel });
  const rows = await reserve(world, run, await somePeople(world, 3));
  // The sweep's own work is tried by messages nobody was told about.
  if (file.includes('send-')) await handOver(world, rows);
  await world.settle();
  if (!file.includes('send-')) await world.advance(hostile === undefined ? 'PT11M' : 'PT40M');
  breaker.revive();
  await world.advance('PT1H');
  await world.advance('P2D');
  return { world, run, calls, hasBroken: breaker.hasBroken };
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

const senders = [
  ['functions/messaging/send-emails.ts', 'email'],
  ['functions/messaging/send-texts.ts', 'sms'],
  ['functions/messaging/wake-messages.ts', 'email'],
] as const;
// Every call is tried in a world of its own: one hostile seed is what the time allows.
const everywhere = modes
  .slice(0, 2)
  .flatMap((hostile) => senders.map((one) => [hostile, ...one] as const));

describe.each(everywhere)('hostile %s, %s cut off at any call', (hostile, file, channel) => {
  it.each(breaks)(
    '$when it has its effect ($how): nobody gets two, nothing is stuck',
    async (kind) => {
      let at = 0;
      let sent = 0;
      let mostCalls = 1;
      for (let reached = true; reached; ) {
        at += 1;
        const breaking = { ...kind, at };
        const { world, run, calls, hasBroken } = await sendBroken(file, channel, breaking, hostile);
        mostCalls = Math.max(mostCalls, calls);
        await using _ = world;
        await expectTruth(world, run, channel);
        sent += world.outbox().length;
        reached = hasBroken;
      }
      expect(at).toBeGreaterThan(5);
      // A crash may cost a message only around a call itself: at two of all for each of them.
      const callsToProvider = hostile === undefined ? 1 : mostCalls;
      expect(sent).toBeGreaterThanOrEqual(3 * (at - 2 * callsToProvider));
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
