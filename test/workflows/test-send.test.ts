import { describe, expect, it } from 'vitest';
import type { World } from '../../infra/local/world.ts';
import type { WorldAnswer } from '../../infra/local/world-request.ts';
import { NotSent } from '../../shared/ports/senders.ts';
import { suppress } from '../../shared/stores/suppressions.ts';
import { type Break, Breaker } from '../support/breaking-ports.ts';
import { anOffice } from '../support/campaigns.ts';
import { somePeople, timelineOf } from '../support/messaging.ts';
import { ask, modes, settled } from '../support/modes.ts';
import { aWorld } from '../support/world.ts';

const email = {
  name: 'Spring',
  channel: 'email',
  subject: 'Hello {{ profile.attributes.firstName }}',
  html: '<p>Sale <a href="{{ unsubscribeUrl }}">bye</a></p>',
  languages: { lv: { subject: 'Sveiki {{ profile.attributes.firstName }}', html: 'Izpārdošana' } },
};

const save = (world: World, content: unknown = email) =>
  ask(world, 'PUT', '/admin/templates/spring', { body: content, admin: true });

/** What an admin's request says; a broken answer is the test's to ask again. */
const send = (world: World, body: unknown): Promise<WorldAnswer> =>
  ask(world, 'POST', '/admin/templates/spring/test', { body, admin: true });

const profile = { attributes: { firstName: 'Eve' } };

describe.each(modes)('a test message, hostile %s', (hostile) => {
  it('goes out as it will look, in any version and language, for a stored person or one made up', async () => {
    await using world = await aWorld({ hostile });
    await save(world);
    await save(world, { ...email, subject: 'New {{ profile.attributes.firstName }}' });
    await somePeople(world, 1);
    const subjects = [];
    for (const body of [
      { profile: 'person-0000' },
      { profile, version: 1 },
      { profile, language: 'lv' },
      { profile: { attributes: { firstName: 'Līga', language: 'lv' } } },
    ]) {
      const answer = await send(world, { to: 'Me@Example.com', ...body });
      expect([answer.status, answer.text]).toEqual([202, expect.stringContaining('"id"')]);
      await settled(world, hostile);
      const item = world.outbox().at(-1);
      expect(item?.to).toBe('me@example.com');
      expect(item?.id).toBe((answer.json() as { id: string }).id); // as its route says
      expect(item?.headers).toHaveProperty('List-Unsubscribe');
      subjects.push(item?.subject);
    }
    expect(subjects).toEqual(['New Anna 0', 'Hello Eve', 'Sveiki Eve', 'Sveiki Līga']);
  });

  it('counts for nothing: no row, no timeline, and what comes back of it changes nothing', async () => {
    await using world = await aWorld({ hostile });
    const office = await anOffice(world);
    await save(world);
    const [person] = await somePeople(world, 1);
    await send(world, { to: person?.identifiers.email, profile: person?.id });
    await settled(world, hostile);
    const [item] = world.outbox();
    expect(item?.tags).toEqual({ test: item?.id });
    for (const type of ['send', 'delivery', 'open', 'bounce', 'complaint']) {
      const body = { message: item?.id, type };
      expect((await world.request('POST', '/local/feedback', { body })).status).toBeLessThan(300);
    }
    await world.advance('PT1H');
    expect(await timelineOf(world, person?.id ?? '')).toEqual([]);
    expect(await office.done('GET', '/admin/suppressions?after=')).toMatchObject({ items: [] });
    expect((await ask(world, 'GET', `/admin/messages/${item?.id}`, { admin: true })).status).toBe(
      404,
    );
    expect(world.outbox()).toHaveLength(1);
  });

  it('has a link to unsubscribe that explains itself and unsubscribes nobody', async () => {
    await using world = await aWorld({ hostile });
    await save(world);
    await somePeople(world, 1);
    await send(world, { to: 'me@example.com', profile: 'person-0000' });
    await settled(world, hostile);
    const header = world.outbox()[0]?.headers['List-Unsubscribe'] ?? '';
    const path = new URL(header.slice(1, -1)).pathname;
    for (const method of ['GET', 'POST'] as const) {
      const page = await ask(world, method, path);
      expect(page.status).toBe(200);
      expect(page.text).toContain('This was a test message');
    }
    expect((await ask(world, 'GET', `${path.slice(0, -2)}xx`)).status).toBe(404);
    expect(await timelineOf(world, 'person-0000')).toEqual([]);
  });

  it.each<[string, Record<string, unknown>, number, string]>([
    ['no address', { to: 'nobody', profile }, 422, 'to'],
    ['a version that is none', { to: 'me@example.com', profile, version: 9 }, 404, ''],
    ['a language that is none', { to: 'me@example.com', profile, language: 'de' }, 422, 'language'],
    ['a value that is missing', { to: 'me@example.com' }, 422, 'profile.attributes.firstName'],
    ['a suppressed address', { to: 'gone@example.com', profile }, 409, 'suppressed'],
  ])('to %s is refused, and nothing is sent', async (_, body, status, word) => {
    await using world = await aWorld({ hostile });
    await save(world);
    const why = { reason: 'bounce', at: world.now(), message: 'm' } as const;
    await world.ports.table.write(suppress('email', 'gone@example.com', why));
    const answer = await send(world, body);
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(word);
    await settled(world, hostile);
    expect(world.outbox()).toEqual([]);
  });

  it('goes to a phone as well, and nowhere on channels that have no test', async () => {
    await using world = await aWorld({ hostile });
    const text = 'Hi {{ profile.attributes.firstName }}';
    await save(world, { name: 'S', channel: 'sms', text });
    await send(world, { to: '+371 2000 0001', profile });
    await settled(world, hostile);
    expect(world.outbox()).toMatchObject([{ channel: 'sms', to: '+37120000001', text: 'Hi Eve' }]);
    const push = { name: 'P', channel: 'push', title: 'T', text: 'T' };
    await ask(world, 'PUT', '/admin/templates/push', { body: push, admin: true });
    const body = { to: 'x', profile };
    const answer = await ask(world, 'POST', '/admin/templates/push/test', { body, admin: true });
    expect(answer.status).toBe(422);
  });
});

const breaks: readonly Omit<Break, 'at'>[] = [
  { when: 'before', how: 'kill' },
  { when: 'after', how: 'kill' },
  { when: 'before', how: 'stumble' },
  { when: 'after', how: 'stumble' },
];

describe('a test message whose sender is cut off', () => {
  it.each(breaks)('$when any call ($how) goes out once at most', async (kind) => {
    let reached = true;
    let at = 0;
    let sent = 0;
    while (reached) {
      at += 1;
      const breaker = new Breaker({ ...kind, at });
      await using world = await aWorld({
        around: (row, ports) =>
          row.file.endsWith('send-emails.ts') ? breaker.around(ports) : ports,
      });
      await save(world);
      await send(world, { to: 'me@example.com', profile });
      await world.settle();
      breaker.revive();
      await world.advance('PT1H');
      expect(world.outbox().length).toBeLessThanOrEqual(1);
      sent += world.outbox().length;
      reached = breaker.hasBroken;
    }
    // Only a break around the record of the call and the call itself may lose it.
    expect(at).toBe(3);
    expect(sent).toBeGreaterThanOrEqual(at - 2);
  });

  it.each(modes)(
    'delivered to its sender again and again (hostile %s) goes out once',
    async (hostile) => {
      await using world = await aWorld({ hostile });
      const content = {
        id: 'test-1',
        to: 'me@example.com',
        subject: 'Hi',
        html: 'Hi',
        text: 'Hi',
        headers: {},
        tags: { test: 'test-1' },
      };
      const body = { test: { id: 'test-1', attempt: 1, content } };
      for (let time = 1; time <= 3; time += 1) {
        await world.ports.queue.send('emails', [{ body }, { body }]);
        await settled(world, hostile);
      }
      await world.advance('PT1H');
      expect(world.outbox()).toHaveLength(1);
    },
  );

  it('is tried again while the provider takes nothing, and arrives once', async () => {
    let refusals = 0;
    await using world = await aWorld({
      around: (row, ports) =>
        row.file.endsWith('send-emails.ts')
          ? {
              ...ports,
              email: {
                ...ports.email,
                send: async (emails) => {
                  refusals += 1;
                  if (refusals === 1) throw new NotSent('not now');
                  if (refusals === 2) return [{ kind: 'throttled', reason: 'too fast' }];
                  return ports.email.send(emails);
                },
              },
            }
          : ports,
    });
    await save(world);
    await send(world, { to: 'me@example.com', profile });
    await world.advance('PT10M');
    expect(world.outbox()).toHaveLength(1);
  });
});
