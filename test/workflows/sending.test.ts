import { describe, expect, it } from 'vitest';
import { messageId } from '../../shared/domain/messaging/message.ts';
import { suppress } from '../../shared/stores/suppressions.ts';
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
import { aWorld } from '../support/world.ts';

describe.each(modes)('sending emails, hostile %s', (hostile) => {
  it('sends everybody one email of their own, fifty a call', async () => {
    const calls: number[] = [];
    await using world = await aWorld({
      hostile,
      around: (row, ports) =>
        row.file.endsWith('send-emails.ts')
          ? {
              ...ports,
              email: {
                ...ports.email,
                send: async (emails) => {
                  calls.push(emails.length);
                  return ports.email.send(emails);
                },
              },
            }
          : ports,
    });
    const run = await aRun(world);
    const people = await somePeople(world, 120);
    await handOver(world, await reserve(world, run, people));
    await settled(world, hostile);

    expect(world.outbox()).toHaveLength(120);
    expect(Math.max(...calls)).toBeLessThanOrEqual(50);
    const sizes = calls.toSorted((left, right) => left - right);
    expect(hostile === undefined ? sizes : [20, 50, 50]).toEqual([20, 50, 50]);
    const rows = await ledgerOf(world, run);
    expect(new Set(standing(rows))).toEqual(new Set(['accepted']));
    const [first] = rows;
    if (first === undefined) throw new Error('no row');
    expect(first.dueAt).toBeUndefined();
    expect(hostile === undefined ? first.revision : 3).toBe(3);
    expect(first.providerId).toMatch(/./);
    const email = world.outbox().find(({ id }) => id === messageId(first));
    expect(email).toMatchObject({
      to: 'p0@example.com',
      subject: 'Hello Anna 0',
      tags: { message: messageId(first), campaign: 'spring' },
    });
    const link = /^<(.*)>$/.exec(email?.headers['List-Unsubscribe'] ?? '')?.[1] ?? 'none';
    expect(email?.headers['List-Unsubscribe-Post']).toBe('List-Unsubscribe=One-Click');
    expect(email?.html).toContain(`href="${link}"`);
    expect(email?.text).toContain(link);
    const about = { message: messageId(first), campaign: 'spring', run: run.id, channel: 'email' };
    expect(await timelineOf(world, first.profileId)).toEqual([
      { type: 'message.sent', data: about },
    ]);
  });

  it('asks consent, suppression and address again right before the call', async () => {
    await using world = await aWorld({ hostile });
    const run = await aRun(world);
    const [withdrawn, suppressed, unreachable, fine] = await somePeople(world, 4);
    if (!withdrawn || !suppressed || !unreachable || !fine) throw new Error('too few');
    const people = [withdrawn, suppressed, unreachable, fine];
    const rows = await reserve(world, run, people);
    await changePerson(world, withdrawn, { ...withdrawn, version: 2, consents: {} });
    await changePerson(world, unreachable, { ...unreachable, version: 2, identifiers: {} });
    const why = { reason: 'bounce', at: world.now(), message: 'm' } as const;
    await world.ports.table.write(suppress('email', 'p1@example.com', why));
    await world.ports.table.write({ kind: 'delete', table: 'profiles', key: { pk: 'nobody' } });
    await handOver(world, rows);
    await settled(world, hostile);

    expect(world.outbox().map(({ to }) => to)).toEqual(['p3@example.com']);
    expect(standing(await ledgerOf(world, run))).toEqual([
      'withheld(no-consent)',
      'withheld(suppressed)',
      'withheld(no-address)',
      'accepted',
    ]);
  });

  it('waits for the end of each person’s quiet hours, and then sends by itself', async () => {
    await using world = await aWorld({ hostile });
    const quietHours = { from: '11:00', to: '14:30' };
    const run = await aRun(world, { definition: { quietHours } });
    const people = await somePeople(world, 2, (index) => ({
      attributes: index === 0 ? {} : { timeZone: 'Asia/Tokyo' },
    }));
    await handOver(world, await reserve(world, run, people));
    await settled(world, hostile);
    expect(standing(await ledgerOf(world, run))).toEqual(['deferred(quiet-hours)', 'accepted']);
    await world.advance('2026-11-25T14:29:00Z');
    expect(world.outbox()).toHaveLength(1);
    await world.advance('PT2M');
    await settled(world, hostile);
    expect(standing(await ledgerOf(world, run))).toEqual(['accepted', 'accepted']);
  });

  it('never sends after the deadline', async () => {
    await using world = await aWorld({ hostile });
    const run = await aRun(world);
    const deadline = '2026-11-25T12:05:00.000Z';
    const rows = await reserve(world, run, await somePeople(world, 1), { deadline });
    await world.advance('PT6M');
    await handOver(world, rows);
    await settled(world, hostile);
    expect(world.outbox()).toEqual([]);
    expect(standing(await ledgerOf(world, run))).toEqual(['withheld(deadline)']);
  });

  it('spares the others when one cannot be rendered', async () => {
    await using world = await aWorld({ hostile });
    const html =
      '{% if profile.attributes.bad %}{% for i in (1..99999999) %}x{% endfor %}{% endif %}Hi';
    const run = await aRun(world, { template: { html } });
    const people = await somePeople(world, 3, (index) => ({ attributes: { bad: index === 1 } }));
    await handOver(world, await reserve(world, run, people));
    await settled(world, hostile);
    expect(standing(await ledgerOf(world, run))).toEqual([
      'accepted',
      'failed(render-error)',
      'accepted',
    ]);
    expect(world.outbox()).toHaveLength(2);
  });

  it.each([
    ['html that is too deep', { html: '<div>'.repeat(30_000) }],
    ['a subject of nothing', { subject: '{{ profile.attributes.none }}', missing: 'empty' }],
  ])('gives up a message with %s, at once', async (_, template) => {
    await using world = await aWorld({ hostile });
    const run = await aRun(world, { template });
    await handOver(world, await reserve(world, run, await somePeople(world, 1)));
    await settled(world, hostile);
    expect(standing(await ledgerOf(world, run))).toEqual(['failed(render-error)']);
    expect(world.outbox()).toEqual([]);
  });

  it('cuts calls by bytes too, and refuses what no call can hold', async () => {
    await using world = await aWorld({ hostile });
    const html = 'x{{ profile.attributes.long }}';
    const run = await aRun(world, { template: { html, text: 'x' } });
    // Four of them fit, though not into one call; the fifth is more than SES takes for one recipient.
    const people = await somePeople(world, 5, (index) => ({
      attributes: { long: 'y'.repeat(index === 4 ? 300_000 : 255_000 - 20_000 * index) },
    }));
    const tooLong = await aRun(world, {
      campaign: 'huge',
      template: {
        html: '{% for i in (1..9) %}{{ profile.attributes.long }}{% endfor %}',
        text: 'x',
      },
    });
    await handOver(world, await reserve(world, run, people));
    await handOver(world, await reserve(world, tooLong, people.slice(0, 1)));
    await settled(world, hostile);
    await world.advance('PT1H');
    expect(standing(await ledgerOf(world, run)).toSorted()).toEqual([
      ...Array(4).fill('accepted'),
      'rejected(CONTENT_TOO_LARGE)',
    ]);
    expect(standing(await ledgerOf(world, tooLong))).toEqual(['failed(too-large)']);
  });
});

describe.each(modes)('a campaign that is stopped, hostile %s', (hostile) => {
  it('sends nothing while it is paused, and is not looked at again and again', async () => {
    await using world = await aWorld({ hostile });
    const run = await aRun(world);
    await moveRun(world, run.id, 'paused');
    await handOver(world, await reserve(world, run, await somePeople(world, 2)));
    await world.settle();
    expect((await ledgerOf(world, run))[0]).toMatchObject({ state: 'reserved', revision: 1 });
    await world.advance('P1D');
    expect(world.outbox()).toEqual([]);
    expect((await ledgerOf(world, run))[0]).toMatchObject({
      state: 'reserved',
      dueAt: undefined,
      revision: 2,
    });
  });

  it('sends nothing more once it is cancelled', async () => {
    await using world = await aWorld({ hostile });
    const run = await aRun(world);
    const [handed, waiting] = await reserve(world, run, await somePeople(world, 2));
    if (!handed || !waiting) throw new Error('too few');
    await moveRun(world, run.id, 'cancelled');
    await handOver(world, [handed]);
    await settled(world, hostile);
    await world.advance('PT1H');
    expect(world.outbox()).toEqual([]);
    expect(standing(await ledgerOf(world, run))).toEqual(Array(2).fill('withheld(cancelled)'));
  });
});

describe.each(modes)('sending SMS, hostile %s', (hostile) => {
  it('sends each person one, without footer or header', async () => {
    await using world = await aWorld({ hostile });
    const run = await aRun(world, { channel: 'sms' });
    await handOver(world, await reserve(world, run, await somePeople(world, 3)));
    await settled(world, hostile);
    const sent = world.outbox().toSorted((left, right) => (left.to < right.to ? -1 : 1));
    expect(sent.map(({ channel, to, text }) => [channel, to, text])).toEqual([
      ['sms', '+37121000000', 'Hello Anna 0'],
      ['sms', '+37121000001', 'Hello Anna 1'],
      ['sms', '+37121000002', 'Hello Anna 2'],
    ]);
    expect(standing(await ledgerOf(world, run))).toEqual(Array(3).fill('accepted'));
  });

  it('refuses what is longer than a text message can be, alone', async () => {
    await using world = await aWorld({ hostile });
    const run = await aRun(world, { channel: 'sms' });
    const people = await somePeople(world, 2, (index) => ({
      attributes: { firstName: 'x'.repeat(index * 1_600) },
    }));
    await handOver(world, await reserve(world, run, people));
    await settled(world, hostile);
    expect(standing(await ledgerOf(world, run))).toEqual(['accepted', 'failed(too-large)']);
  });
});

describe.each(modes)('messages nobody was told about, hostile %s', (hostile) => {
  it('are handed out by the minute tick, the more important campaign first', async () => {
    await using world = await aWorld({ hostile });
    const minor = await aRun(world, { campaign: 'minor', definition: { priority: 1 } });
    const major = await aRun(world, { campaign: 'major', definition: { priority: 9 } });
    const [person] = await somePeople(world, 1);
    if (person === undefined) throw new Error('nobody');
    await reserve(world, minor, [person]);
    await reserve(world, major, [person]);
    await world.advance('PT9M');
    expect(world.outbox()).toEqual([]);
    await world.advance('PT2M');
    await settled(world, hostile);
    const sent = world.outbox().map(({ tags }) => tags['campaign']);
    // Whom a hostile world throttles may be overtaken.
    expect(hostile === undefined ? sent : ['major', 'minor']).toEqual(['major', 'minor']);
    expect(new Set(sent)).toEqual(new Set(['major', 'minor']));
    expect(sent).toHaveLength(2);
  });
});
