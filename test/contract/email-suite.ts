import { describe, expect, it } from 'vitest';
import type { SendingQuota } from '../../shared/domain/messaging/pace/sending-rate.ts';
import { type Email, type EmailSender, NotSent } from '../../shared/ports/senders.ts';
import { itRefuses, type StandIn } from './stand-in.ts';

/** What lies in the recipient's inbox. */
export type ReceivedEmail = Pick<Email, 'to' | 'subject' | 'html' | 'text' | 'headers'>;

/** An email sender, and the inboxes behind it. */
export type EmailWorld = {
  readonly sender: EmailSender;
  /** Every email that has arrived, in order. */
  readonly arrived: () => Promise<readonly ReceivedEmail[]>;
  /** What the account may send from now on; undefined: the provider does not say. */
  readonly permit: (quota: SendingQuota | undefined) => void;
};

export const anEmail = (change: Partial<Email> = {}): Email => ({
  id: '01JDEMAIL',
  to: 'anna@example.com',
  subject: 'Sveika, Anna & "draugi"',
  html: '<p class="a">Pavasaris — {{ not a tag }} &amp; <b>Ā</b></p>',
  text: 'Pavasaris < vasara',
  headers: { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
  tags: { message: '01JDEMAIL' },
  ...change,
});

const rejected = (reason: string) => ({ kind: 'rejected', reason });

/** What every email sender does. */
export const emailSuite = (
  adapter: string,
  open: () => Promise<EmailWorld>,
  standIn?: StandIn,
): void => {
  describe(`email: ${adapter}`, () => {
    it('gives each recipient their own subject, content and headers, unescaped', async () => {
      const { sender, arrived } = await open();
      const anna = anEmail();
      const bob = anEmail({ to: 'bob@example.com', subject: 'Hi', headers: { 'X-Entity': 'bob' } });
      const answers = await sender.send([anna, bob]);
      expect(answers.map(({ kind }) => kind)).toEqual(['accepted', 'accepted']);
      const content = ({ to, subject, html, text, headers }: Email) => ({
        to,
        subject,
        html,
        text,
        headers,
      });
      expect(await arrived()).toEqual([content(anna), content(bob)]);
    });

    it('names each sending by an id of its own, of the same message too', async () => {
      const { sender } = await open();
      const answers = [
        ...(await sender.send([anEmail(), anEmail({ to: 'bob@example.com' })])),
        ...(await sender.send([anEmail()])),
      ];
      const ids = answers.map((answer) => (answer.kind === 'accepted' ? answer.providerId : ''));
      expect(ids.every((id) => id !== '')).toBe(true);
      expect(new Set(ids).size).toBe(3);
    });

    it.each(['anna', '@example.com', 'anna@', 'ļ@example.com', 'an na@example.com'])(
      'rejects the address %s alone, and sends to the others, in order',
      async (to) => {
        const { sender, arrived } = await open();
        const answers = await sender.send([anEmail({ to }), anEmail()]);
        expect(answers).toMatchObject([rejected('INVALID_ADDRESS'), { kind: 'accepted' }]);
        expect((await arrived()).map((email) => email.to)).toEqual(['anna@example.com']);
      },
    );

    it('writes an international domain as SES takes it', async () => {
      const { sender, arrived } = await open();
      const [answer] = await sender.send([anEmail({ to: 'anna@bücher.example' })]);
      expect(answer?.kind).toBe('accepted');
      expect((await arrived()).map(({ to }) => to)).toEqual(['anna@xn--bcher-kva.example']);
    });

    it('rejects alone whose content or header is too long', async () => {
      const { sender, arrived } = await open();
      const answers = await sender.send([
        anEmail({ html: 'x'.repeat(300_000) }),
        anEmail({ headers: { 'List-Unsubscribe': 'x'.repeat(871) } }),
        anEmail({ headers: { 'List-Unsubscribe': 'x'.repeat(870) } }),
      ]);
      expect(answers).toMatchObject([
        rejected('CONTENT_TOO_LARGE'),
        rejected('HEADER_TOO_LONG'),
        { kind: 'accepted' },
      ]);
      expect(await arrived()).toHaveLength(1);
    });

    it('leaves for a later call what makes a call too large', async () => {
      const { sender, arrived } = await open();
      const emails = Array.from({ length: 6 }, () => anEmail({ html: '"'.repeat(100_000) }));
      const answers = await sender.send(emails);
      const last = { kind: 'throttled', reason: 'CALL_TOO_LARGE' };
      expect(answers.map(({ kind }) => kind).slice(0, 2)).toEqual(['accepted', 'accepted']);
      expect(answers.slice(2)).toEqual([last, last, last, last]);
      expect(await arrived()).toHaveLength(2);
    });

    it('takes as many as a batch has, and as many bytes, in one call', async () => {
      const { sender, arrived } = await open();
      const html = 'x'.repeat(Math.floor(sender.batchBytes / sender.batchSize) - 100);
      const emails = Array.from({ length: sender.batchSize }, () => anEmail({ html }));
      const answers = await sender.send(emails);
      expect(new Set(answers.map(({ kind }) => kind))).toEqual(new Set(['accepted']));
      expect(await arrived()).toHaveLength(sender.batchSize);
    });

    it('says what the account may send, and fails when the provider does not say', async () => {
      const { sender, permit } = await open();
      for (const sentLastDay of [0, 17]) {
        const quota = { perSecond: 14, perDay: 50_000, sentLastDay };
        permit(quota);
        expect(await sender.quota?.()).toEqual(quota);
      }
      permit(undefined);
      await expect(sender.quota?.()).rejects.toBeInstanceOf(Error);
    });

    for (const [name, emails] of Object.entries(badCalls)) {
      itRefuses(
        name,
        async () => {
          const { sender, arrived } = await open();
          return {
            act: () => sender.send(emails),
            nothingDone: async () => {
              await expect(sender.send(emails)).rejects.toBeInstanceOf(NotSent);
              expect(await arrived()).toEqual([]);
            },
          };
        },
        { adapter, standIn },
      );
    }
  });
};

/** Of these SES takes nothing, whoever else is in the call. */
export const badCalls: Readonly<Record<string, readonly Email[]>> = {
  'a call for 51 recipients': Array.from({ length: 51 }, () => anEmail()),
  'a tag with a dot': [anEmail(), anEmail({ tags: { message: 'a.b' } })],
  'a tag of 257 characters': [anEmail(), anEmail({ tags: { message: 'x'.repeat(257) } })],
  'a header with a colon in its name': [anEmail(), anEmail({ headers: { 'X:A': 'a' } })],
  'a header with a line break': [
    anEmail(),
    anEmail({ headers: { 'X-A': 'a\r\nBcc: b@example.com' } }),
  ],
};
