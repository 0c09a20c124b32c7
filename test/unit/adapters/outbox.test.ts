import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../shared/adapters/embedded/clock.ts';
import { openDatabase } from '../../../shared/adapters/embedded/database.ts';
import { createHostility } from '../../../shared/adapters/embedded/hostility.ts';
import {
  Outbox,
  outboxEmailSender,
  outboxTextSender,
} from '../../../shared/adapters/embedded/senders.ts';
import { type Email, NotSent } from '../../../shared/ports/senders.ts';

const now = Date.UTC(2027, 2, 8, 10);

const openOutbox = (path = ':memory:') => {
  const database = openDatabase(path);
  return { database, outbox: new Outbox({ database, clock: new VirtualClock(now) }) };
};

const anEmail = (overrides: Partial<Email> = {}): Email => ({
  id: 'message-1',
  to: 'anna@example.com',
  subject: 'Sveiki, Anna',
  html: '<p>Labdien</p>',
  text: 'Labdien',
  headers: { 'List-Unsubscribe': '<https://example.com/u/1>' },
  tags: { message: 'bWVzc2FnZS0x' },
  ...overrides,
});

describe('the outbox', () => {
  it('shows what each recipient was sent, as they got it', async () => {
    const { outbox } = openOutbox();
    const answers = await outboxEmailSender(outbox).send([anEmail(), anEmail({ id: 'message-2' })]);
    const text = { id: 'message-3', to: '+37120000001', text: 'Labdien' };
    const textAnswer = await outboxTextSender(outbox).send(text);
    expect(outbox.list().map(({ id, channel }) => [id, channel])).toEqual([
      ['message-1', 'email'],
      ['message-2', 'email'],
      ['message-3', 'text'],
    ]);
    expect(outbox.find('message-1')).toEqual({
      ...anEmail(),
      channel: 'email',
      at: now,
      providerId: expect.any(String),
    });
    expect([...answers, textAnswer]).toEqual(
      outbox.list().map(({ providerId }) => ({ kind: 'accepted', providerId })),
    );
    expect(outbox.find('message-4')).toBeUndefined();
  });

  it('shows a message twice that was sent twice', async () => {
    const { outbox } = openOutbox();
    const sender = outboxEmailSender(outbox);
    const [first] = await sender.send([anEmail()]);
    const [second] = await sender.send([anEmail()]);
    expect(outbox.list()).toHaveLength(2);
    expect(second).not.toEqual(first);
  });

  it('keeps what was sent when the process ends', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'outbox-'));
    try {
      const before = openOutbox(join(folder, 'world.db'));
      await outboxEmailSender(before.outbox).send([anEmail()]);
      before.database.close();
      const after = openOutbox(join(folder, 'world.db'));
      expect(after.outbox.list()).toMatchObject([anEmail()]);
      after.database.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each([
    'anna',
    '@example.com',
    'anna@',
    'anna@example',
    'anna@@example.com',
    'an na@example.com',
    'anna.@example.com',
    'anna@-example.com',
    'anna@example..com',
    'ānna@example.com',
    `${'a'.repeat(65)}@example.com`,
  ])('refuses the address %s alone, and sends the rest of the call', async (to) => {
    const { outbox } = openOutbox();
    const answers = await outboxEmailSender(outbox).send([
      anEmail({ id: 'bad', to }),
      anEmail({ id: 'good', to: "anna.o'neill+news@mail.example.com" }),
    ]);
    expect(answers).toMatchObject([{ kind: 'rejected' }, { kind: 'accepted' }]);
    expect(outbox.list().map(({ id }) => id)).toEqual(['good']);
  });

  it.each<[string, readonly Email[]]>([
    ['no email', []],
    ['51 emails', Array.from({ length: 51 }, () => anEmail())],
    ['a tag with a dot', [anEmail({ tags: { message: 'a.b' } })]],
    ['a tag of 257 characters', [anEmail({ tags: { message: 'x'.repeat(257) } })]],
    ['a header with a line break', [anEmail({ headers: { 'X-A': 'a\r\nBcc: b@example.com' } })]],
    ['a header with a colon in its name', [anEmail({ headers: { 'X:A': 'a' } })]],
  ])('takes nothing of a call with %s', async (_, emails) => {
    const { outbox } = openOutbox();
    await expect(outboxEmailSender(outbox).send(emails)).rejects.toBeInstanceOf(NotSent);
    expect(outbox.list()).toEqual([]);
  });

  it('refuses a number that is not E.164', async () => {
    const { outbox } = openOutbox();
    const answer = await outboxTextSender(outbox).send({ id: 'a', to: '20000001', text: 'x' });
    expect(answer).toMatchObject({ kind: 'rejected' });
    expect(outbox.list()).toEqual([]);
  });

  it('lets a test answer for the provider, and lose the answer', async () => {
    const { outbox } = openOutbox();
    const sender = outboxEmailSender(outbox, {
      answer: ({ id }) => {
        if (id === 'lost') throw new Error('socket hang up');
        return id === 'full' ? { kind: 'rejected', reason: 'Mailbox full' } : undefined;
      },
    });
    expect(await sender.send([anEmail({ id: 'full' }), anEmail({ id: 'one' })])).toMatchObject([
      { kind: 'rejected', reason: 'Mailbox full' },
      { kind: 'accepted' },
    ]);
    await expect(sender.send([anEmail({ id: 'two' }), anEmail({ id: 'lost' })])).rejects.toThrow(
      'socket hang up',
    );
    expect(outbox.list().map(({ id }) => id)).toEqual(['one', 'two']);
  });

  it('throttles some recipients in hostile mode, and sends them nothing', async () => {
    const { outbox } = openOutbox();
    const sender = outboxEmailSender(outbox, { hostility: createHostility(5) });
    const emails = Array.from({ length: 50 }, (_, index) => anEmail({ id: `message-${index}` }));
    const answers = await sender.send(emails);
    const accepted = emails.filter((_, index) => answers[index]?.kind === 'accepted');
    expect(answers.some(({ kind }) => kind === 'throttled')).toBe(true);
    expect(outbox.list().map(({ id }) => id)).toEqual(accepted.map(({ id }) => id));
  });
});
