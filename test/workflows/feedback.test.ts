import { describe, expect, it } from 'vitest';
import type { World } from '../../infra/local/world.ts';
import { type Message, messageId } from '../../shared/domain/messaging/message.ts';
import { getContact } from '../../shared/stores/contacts.ts';
import { getProfile } from '../../shared/stores/profiles.ts';
import { queryTimeline } from '../../shared/stores/timeline.ts';
import { aRun, handOver, ledgerOf, reserve, somePeople, timelineOf } from '../support/messaging.ts';
import { ask, modes, settled } from '../support/modes.ts';
import { aWorld } from '../support/world.ts';

/** A world in which one email has gone out to one person. */
async function oneSent(
  world: World,
  hostile: number | undefined,
): Promise<{ id: string; row: () => Promise<Message> }> {
  const run = await aRun(world);
  const rows = await reserve(world, run, await somePeople(world, 1));
  await handOver(world, rows);
  await settled(world, hostile);
  const row = async () => {
    const [only] = await ledgerOf(world, run);
    if (only === undefined) throw new Error('The row is gone.');
    return only;
  };
  return { id: messageId(await row()), row };
}

const typesOf = async (world: World): Promise<string[]> =>
  (await timelineOf(world, 'person-0000')).map(({ type }) => type);

describe.each(modes)('what comes back for an email, hostile %s', (hostile) => {
  it('a delivery, an open and a click stand on the row and on the timeline', async () => {
    await using world = await aWorld({ hostile });
    const { id, row } = await oneSent(world, hostile);
    await world.advance('PT1M');
    const told: string[] = [];
    for (const type of ['delivery', 'open', 'click'] as const) {
      told.push(world.now());
      await world.feedback({ message: id, type, link: 'https://shop.example' });
      await world.settle();
      await world.advance('PT1M');
    }
    expect(await row()).toMatchObject({
      state: 'delivered',
      openedAt: told[1],
      clickedAt: told[2],
    });
    const { reactions } = await getContact(world.ports.table, 'person-0000');
    expect(reactions).toEqual({ email: told[2] });
    const entries = await timelineOf(world, 'person-0000');
    expect(entries.map(({ type }) => type)).toEqual([
      'message.sent',
      'message.delivered',
      'message.opened',
      'message.clicked',
    ]);
    expect(entries.at(-1)?.data).toEqual({
      message: id,
      campaign: 'spring',
      run: (await row()).run,
      channel: 'email',
      automated: false,
      link: 'https://shop.example',
    });
  });

  it('is recorded once when it comes twice', async () => {
    await using world = await aWorld({ hostile });
    const { id } = await oneSent(world, hostile);
    for (let time = 0; time < 2; time += 1) {
      await world.feedback({ message: id, type: 'delivery' });
      await world.feedback({ message: id, type: 'open' });
      await world.settle();
    }
    expect((await typesOf(world)).toSorted()).toEqual([
      'message.delivered',
      'message.opened',
      'message.sent',
    ]);
  });

  it('what a machine opened is on the timeline and counts for nothing', async () => {
    await using world = await aWorld({ hostile });
    const { id, row } = await oneSent(world, hostile);
    const { providerId } = await row();
    const detail = {
      eventType: 'Open',
      mail: {
        timestamp: world.now(),
        messageId: providerId,
        destination: ['p0@example.com'],
        tags: { message: [id] },
      },
      open: { timestamp: world.now(), ipAddress: '192.0.2.1', userAgent: 'x', isBot: true },
    };
    await world.ports.queue.send('email-events', [{ body: { source: 'aws.ses', detail } }]);
    await world.settle();
    expect(await row()).toMatchObject({
      state: 'accepted',
      openedAt: undefined,
      automatedOpenedAt: detail.open.timestamp,
    });
    expect((await getContact(world.ports.table, 'person-0000')).reactions).toEqual({});
    const opened = (await timelineOf(world, 'person-0000')).find(
      ({ type }) => type === 'message.opened',
    );
    expect(opened?.data).toMatchObject({ automated: true });
  });

  it.each([
    ['a bounce for good', { type: 'bounce', bounceType: 'Permanent' }, 'bounced', 'bounce'],
    ['a complaint', { type: 'complaint' }, 'complained', 'complaint'],
  ] as const)('%s suppresses the address for every campaign', async (_, given, state, reason) => {
    await using world = await aWorld({ hostile });
    const { id, row } = await oneSent(world, hostile);
    await world.feedback({ message: id, ...given });
    await world.settle();
    expect((await row()).state).toBe(state);
    const listed = await ask(world, 'GET', '/admin/suppressions', { admin: true });
    expect(listed.status).toBe(200);
    expect(listed.json()).toEqual({
      items: [
        { channel: 'email', address: 'p0@example.com', reason, at: world.now(), message: id },
      ],
      next: null,
    });
    const again = await aRun(world, { campaign: 'again' });
    const person = await getProfile(world.ports.table, 'person-0000');
    if (person === undefined) throw new Error('nobody');
    await handOver(world, await reserve(world, again, [person]));
    await settled(world, hostile);
    expect((await ledgerOf(world, again))[0]).toMatchObject({
      state: 'withheld',
      reason: 'suppressed',
    });
    expect(world.outbox()).toHaveLength(1);
  });

  it('each delay stands on the timeline once, and the message is still on its way', async () => {
    await using world = await aWorld({ hostile });
    const { id, row } = await oneSent(world, hostile);
    const { providerId } = await row();
    const delay = async (timestamp: string, delayType: string) => {
      const tags = { message: [id] };
      const mail = { timestamp, messageId: providerId, destination: ['p0@example.com'], tags };
      const detail = { eventType: 'DeliveryDelay', mail, deliveryDelay: { timestamp, delayType } };
      await world.ports.queue.send('email-events', [{ body: { source: 'aws.ses', detail } }]);
      await world.settle();
    };
    const [first, later] = ['2026-11-25T12:05:00.000Z', '2026-11-25T13:00:00.000Z'];
    await delay(first, 'MailboxFull');
    await delay(first, 'MailboxFull'); // told twice
    await delay(first, 'SpamDetected');
    await delay(later, 'MailboxFull');
    await world.advance('PT2H');
    expect(await row()).toMatchObject({ state: 'accepted', reason: undefined });
    const { entries } = await queryTimeline(world.ports.table, 'person-0000', {});
    const delays = entries.filter(({ type }) => type === 'message.delayed');
    const told = delays.map(({ occurredAt, data }) => [occurredAt, data['detail']]);
    expect(told).toHaveLength(3);
    expect(told).toEqual(
      expect.arrayContaining([
        [first, 'MailboxFull'],
        [first, 'SpamDetected'],
        [later, 'MailboxFull'],
      ]),
    );
    // The ids of the events on the bus.
    expect(new Set(delays.map((entry) => entry.id)).size).toBe(3);
    await world.feedback({ message: id, type: 'delivery' });
    await world.settle();
    expect((await row()).state).toBe('delivered');
  });

  it('a delay tells that a call without an answer has sent it', async () => {
    await using world = await aWorld({
      hostile,
      announcesEmails: false,
      around: (_, { email, ...ports }) => ({
        ...ports,
        email: {
          ...email,
          send: async (emails) => {
            await email.send(emails);
            throw new Error('The answer was lost.');
          },
        },
      }),
    });
    const { id, row } = await oneSent(world, hostile);
    expect((await row()).state).toBe('unknown');
    await world.feedback({ message: id, type: 'deliveryDelay' });
    await world.settle();
    expect((await row()).state).toBe('accepted');
    expect((await typesOf(world)).toSorted()).toEqual(['message.delayed', 'message.sent']);
  });

  it('a full mailbox bounces, and suppresses nobody', async () => {
    await using world = await aWorld({ hostile });
    const { id, row } = await oneSent(world, hostile);
    await world.feedback({ message: id, type: 'bounce', bounceType: 'Transient' });
    await world.settle();
    expect(await row()).toMatchObject({ state: 'bounced', reason: 'Transient/MailboxFull' });
    expect((await ask(world, 'GET', '/admin/suppressions', { admin: true })).json()).toEqual({
      items: [],
      next: null,
    });
  });

  it('what is about nothing of ours is left alone, what is about ours and unreadable is kept', async () => {
    await using world = await aWorld({ hostile });
    const { row } = await oneSent(world, hostile);
    await world.ports.queue.send('email-events', [
      { body: { detail: { eventType: 'Open', mail: { tags: { message: ['bm9uZQ'] } } } } },
      { body: { detail: { eventType: 'Delivery', mail: { tags: {} } } } },
      { body: { 'detail-type': 'Sending Status Enabled', detail: { version: '1' } } },
    ]);
    await world.settle();
    await world.advance('P1D');
    expect((await row()).state).toBe('accepted');
    const letters = world.deadLetters().filter(({ queue }) => queue === 'email-events');
    expect(letters).toHaveLength(1);
  });
});

describe.each(modes)('the list of suppressed addresses, hostile %s', (hostile) => {
  it('refuses a cursor it has not given', async () => {
    await using world = await aWorld({ hostile });
    expect((await ask(world, 'GET', '/admin/suppressions?after=x', { admin: true })).status).toBe(
      422,
    );
  });
});
