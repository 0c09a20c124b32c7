import { describe, expect, it } from 'vitest';
import type { FeedbackType } from '../../infra/local/ses-event.ts';
import type { World, WorldOptions } from '../../infra/local/world.ts';
import { type Message, messageId } from '../../shared/domain/messaging/message.ts';
import { moveMessage } from '../../shared/stores/messages.ts';
import { anOffice } from '../support/campaigns.ts';
import {
  aRun,
  changePerson,
  handOver,
  ledgerOf,
  moveRun,
  reserve,
  somePeople,
  standing,
  timelineOf,
} from '../support/messaging.ts';
import { modes, settled } from '../support/modes.ts';
import { announce } from '../support/ses.ts';
import { aWorld } from '../support/world.ts';

/** A message to one person whose calls bring no answer, `silences` times. */
async function aSilence(
  {
    silences = Number.POSITIVE_INFINITY,
    ...options
  }: Partial<WorldOptions> & {
    readonly silences?: number;
  },
  definition: Readonly<Record<string, unknown>> = {},
  draft: Partial<Message> = {},
) {
  let calls = 0;
  const world = await aWorld({
    announcesEmails: false,
    emailAnswer: () => {
      calls += 1;
      if (calls <= silences) throw new Error('socket hang up');
      return undefined;
    },
    ...options,
  });
  const run = await aRun(world, { definition });
  const people = await somePeople(world, 1);
  const [row] = await reserve(world, run, people, draft);
  if (row === undefined) throw new Error('Nobody is there.');
  await handOver(world, [row]);
  await settled(world, options.hostile);
  const now = async () => standing(await ledgerOf(world, run));
  return { world, run, people, id: messageId(row), now, calls: () => calls };
}

const sentEntries = async (world: World): Promise<number> =>
  (await timelineOf(world, 'person-0000')).filter(({ type }) => type === 'message.sent').length;

const proofs: readonly (readonly [FeedbackType, string])[] = [
  ['send', 'accepted'],
  ['delivery', 'delivered'],
  ['bounce', 'bounced(Permanent/NoEmail)'],
  ['complaint', 'complained'],
  ['open', 'accepted'],
  ['click', 'accepted'],
];

describe.each(modes)('a call without an answer, hostile %s', (hostile) => {
  it.each(proofs)('is settled by the event %s: %s', async (type, state) => {
    const { world, id, now, calls } = await aSilence({ hostile });
    await using _ = world;
    expect(await now()).toEqual(['unknown']);
    await announce(world, id, { type, link: 'https://shop.example' });
    expect(await now()).toEqual([state]);
    await world.advance('P2D');
    expect([await now(), calls(), await sentEntries(world)]).toEqual([[state], 1, 1]);
  });

  it.each(proofs)('is settled by the event %s after it was closed, too', async (type, state) => {
    const { world, id, now } = await aSilence({ hostile });
    await using _ = world;
    await world.advance('P2D');
    expect(await now()).toEqual(['failed(no-answer)']);
    await announce(world, id, { type, link: 'https://shop.example' });
    expect([await now(), await sentEntries(world)]).toEqual([[state], 1]);
  });

  it('is settled by events in any order: the furthest counts', async () => {
    const { world, run, id } = await aSilence({ hostile });
    await using _ = world;
    for (const type of ['open', 'delivery', 'send', 'delivery'] as const) {
      await announce(world, id, { type });
    }
    const [row] = await ledgerOf(world, run);
    expect(row).toMatchObject({ state: 'delivered', openedAt: expect.any(String) });
    expect(row?.otherProviderIds).toBeUndefined();
    expect(await sentEntries(world)).toBe(1);
  });

  it('is made again after a day where the campaign says so, and once is enough', async () => {
    const { world, run, id, now, calls } = await aSilence(
      { hostile, silences: 1 },
      { resend: 'afterUnknown' },
    );
    await using _ = world;
    await world.advance('PT23H');
    expect([await now(), calls()]).toEqual([['unknown'], 1]);
    await world.advance('PT2H');
    await settled(world, hostile);
    expect(world.outbox()).toHaveLength(1);
    // The first call went out all the same: two were sent, as the campaign let them.
    await announce(world, id, { type: 'delivery' });
    const [row] = await ledgerOf(world, run);
    expect(row).toMatchObject({
      state: 'delivered',
      resent: 1,
      providerId: 'outbox-1',
      otherProviderIds: [expect.stringContaining('elsewhere')],
    });
    expect(await sentEntries(world)).toBe(1);
    await world.advance('P5D');
    expect(world.outbox()).toHaveLength(1);
  });

  it('is not made again once an event has told', async () => {
    const { world, id, now, calls } = await aSilence(
      { hostile, silences: 1 },
      { resend: 'afterUnknown' },
    );
    await using _ = world;
    await world.advance('PT23H');
    await announce(world, id);
    await world.advance('P3D');
    expect([await now(), calls()]).toEqual([['accepted'], 1]);
  });

  it('is made three times in all, then closed', async () => {
    const { world, now, calls } = await aSilence({ hostile }, { resend: 'afterUnknown' });
    await using _ = world;
    await world.advance('P7D');
    expect([await now(), calls()]).toEqual([['failed(no-answer)'], 3]);
  });

  it('is not made again past the deadline: it may have gone out in time', async () => {
    const { world, now, calls } = await aSilence(
      { hostile },
      { resend: 'afterUnknown' },
      { deadline: '2026-11-25T20:00:00.000Z' },
    );
    await using _ = world;
    await world.advance('P3D');
    expect([await now(), calls()]).toEqual([['failed(no-answer)'], 1]);
  });
});

describe('a message that is to be sent again', () => {
  it('is decided again, and a late event still tells that the first one went out', async () => {
    const { world, people, id, now, calls } = await aSilence({}, { resend: 'afterUnknown' });
    await using _ = world;
    const [person] = people;
    if (person === undefined) throw new Error('Nobody is there.');
    await changePerson(world, person, { ...person, version: person.version + 1, consents: {} });
    await world.advance('P2D');
    expect([await now(), calls()]).toEqual([['withheld(no-consent)'], 1]);
    await announce(world, id);
    expect(await now()).toEqual(['accepted']);
  });

  it('waits while its run is paused, and is given up when it is cancelled', async () => {
    const paused = await aSilence({}, { resend: 'afterUnknown' });
    await using _ = paused.world;
    await moveRun(paused.world, paused.run.id, 'paused');
    await paused.world.advance('P3D');
    expect([await paused.now(), paused.calls()]).toEqual([['reserved'], 1]);
    const cancelled = await aSilence({}, { resend: 'afterUnknown' });
    await using __ = cancelled.world;
    await moveRun(cancelled.world, cancelled.run.id, 'cancelled');
    await cancelled.world.advance('P3D');
    expect([await cancelled.now(), cancelled.calls()]).toEqual([['failed(no-answer)'], 1]);
  });

  it.each([
    ['never', 1, 'failed(no-answer)'],
    ['afterUnknown', 2, 'accepted'],
  ])('as an SMS, of which nothing will ever tell: %s', async (resend, times, state) => {
    let calls = 0;
    await using world = await aWorld({
      around: (_row, ports) => ({
        ...ports,
        text: {
          send: async (text) => {
            calls += 1;
            if (calls === 1) throw new Error('socket hang up');
            return ports.text.send(text);
          },
        },
      }),
    });
    const run = await aRun(world, { channel: 'sms', definition: { resend } });
    await handOver(world, await reserve(world, run, await somePeople(world, 1)));
    await world.settle();
    expect(standing(await ledgerOf(world, run))).toEqual(['unknown']);
    await world.advance('P2D');
    expect([standing(await ledgerOf(world, run)), calls]).toEqual([[state], times]);
  });

  it('is announced as what it is: the campaign warns that it may duplicate', async () => {
    await using world = await aWorld();
    const office = await anOffice(world);
    await office.template('hello');
    const schedule = { on: 'lead.captured' };
    expect((await office.campaign('calm', { schedule }))['warnings']).toEqual([]);
    await office.campaign('bold', { schedule, resend: 'afterUnknown' });
    const launched = await office.done('POST', '/admin/campaigns/bold/launch');
    expect(launched['warnings']).toEqual([expect.stringContaining('may duplicate')]);
  });
});

describe('evidence of the provider', () => {
  it.each(['reserved', 'deferred'] as const)('wins over a row that is %s', async (state) => {
    await using world = await aWorld();
    const run = await aRun(world);
    const [row] = await reserve(world, run, await somePeople(world, 1));
    if (row === undefined) throw new Error('Nobody is there.');
    const deferred = { state, reason: 'quiet-hours', dueAt: '2026-11-26T12:00:00.000Z' } as const;
    if (state === 'deferred') await moveMessage(world.ports.table, row, deferred);
    await announce(world, messageId(row));
    await handOver(world, [row]);
    await world.advance('P2D');
    expect(standing(await ledgerOf(world, run))).toEqual(['accepted']);
    expect(world.outbox()).toEqual([]);
  });

  it('of a message that was not to be sent is noted, and changes nothing', async () => {
    await using world = await aWorld();
    const run = await aRun(world);
    const [row] = await reserve(world, run, await somePeople(world, 1));
    if (row === undefined) throw new Error('Nobody is there.');
    const withheld = { state: 'withheld', reason: 'no-consent' } as const;
    await moveMessage(world.ports.table, row, withheld);
    await announce(world, messageId(row), { providerId: 'ses-1' });
    const [after] = await ledgerOf(world, run);
    expect(after).toMatchObject({ ...withheld, otherProviderIds: ['ses-1'] });
  });
});
