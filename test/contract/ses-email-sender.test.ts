import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { SesEmailSender } from '../../shared/adapters/aws/email.ts';
import { type Email, NotSent } from '../../shared/ports/senders.ts';

// A CommonJS package: the test runner's interop and Node's disagree about its default import.
const sesLocal = createRequire(import.meta.url)(
  'aws-ses-v2-local',
) as typeof import('aws-ses-v2-local');

const anEmail = (change: Partial<Email> = {}): Email => ({
  id: '01JDEMAIL',
  to: 'anna@example.com',
  subject: 'Sveika, Anna & "draugi"',
  html: '<p class="a">Pavasaris — {{ not a tag }} &amp; <b>Ā</b></p>',
  text: 'Pavasaris < vasara',
  headers: { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
  tags: { message: '01JDEMAIL' },
  ...change,
});

const senderAt = (port: number): SesEmailSender =>
  new SesEmailSender({
    client: new SESv2Client({
      endpoint: `http://127.0.0.1:${port}`,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
      maxAttempts: 1,
    }),
    from: 'Shop <shop@example.com>',
    configurationSet: 'perennial',
  });

const portOf = (server: Server): number => {
  // A server that listens on TCP has an address object.
  return (server.address() as AddressInfo).port;
};

const storedSchema = z.object({
  emails: z.array(
    z.object({
      from: z.string(),
      destination: z.object({ to: z.array(z.string()) }),
      subject: z.string(),
      body: z.object({ html: z.string(), text: z.string() }),
      headers: z.array(z.object({ name: z.string(), value: z.string() })),
    }),
  ),
});

describe('emails through a server that speaks SES v2', () => {
  let server: Server;
  beforeAll(async () => {
    server = await sesLocal.default({ port: 0, host: '127.0.0.1' });
  });
  beforeEach(async () => {
    await fetch(`http://127.0.0.1:${portOf(server)}/clear-store`, { method: 'POST' });
  });
  afterAll(() => server.close());

  const inbox = async () => {
    const answer = await fetch(`http://127.0.0.1:${portOf(server)}/store`);
    return storedSchema.parse(await answer.json()).emails;
  };

  it('gives each recipient their own subject, content and headers, unescaped', async () => {
    const answers = await senderAt(portOf(server)).send([
      anEmail(),
      anEmail({ to: 'bob@example.com', subject: 'Hi Bob', headers: { 'X-Entity': 'bob' } }),
    ]);
    expect(answers.map((answer) => answer.kind)).toEqual(['accepted', 'accepted']);
    const [anna, bob] = await inbox();
    expect(anna).toEqual({
      from: 'Shop <shop@example.com>',
      destination: { to: ['anna@example.com'] },
      subject: anEmail().subject,
      body: { html: anEmail().html, text: anEmail().text },
      headers: [{ name: 'List-Unsubscribe-Post', value: 'List-Unsubscribe=One-Click' }],
    });
    expect(bob?.subject).toBe('Hi Bob');
    expect(bob?.headers).toEqual([{ name: 'X-Entity', value: 'bob' }]);
  });

  it('keeps every link out of click tracking: SES is not the one to tell', async () => {
    const link = 'https://api.example.com/u/token';
    const html = `<a href="${link}">Unsubscribe</a> <A\nhref='https://example.com'>Shop</A><abbr>a</abbr>`;
    const headers = { 'List-Unsubscribe': `<${link}>` };
    await senderAt(portOf(server)).send([anEmail({ html, headers })]);
    const [email] = await inbox();
    expect(email?.body.html).toBe(
      `<a ses:no-track href="${link}">Unsubscribe</a> <A ses:no-track\nhref='https://example.com'>Shop</A><abbr>a</abbr>`,
    );
  });

  it('sends to the others when a recipient is malformed, and answers in order', async () => {
    const answers = await senderAt(portOf(server)).send([
      anEmail({ to: 'not an address' }),
      anEmail({ to: 'anna@bücher.example' }),
      anEmail({ to: 'ļ@example.com' }),
      anEmail({ html: 'x'.repeat(300_000) }),
      anEmail({ headers: { 'List-Unsubscribe': 'x'.repeat(900) } }),
    ]);
    expect(answers).toEqual([
      { kind: 'rejected', reason: 'INVALID_ADDRESS' },
      { kind: 'accepted', providerId: expect.stringMatching(/^ses-/) },
      { kind: 'rejected', reason: 'INVALID_ADDRESS' },
      { kind: 'rejected', reason: 'CONTENT_TOO_LARGE' },
      { kind: 'rejected', reason: 'HEADER_TOO_LONG' },
    ]);
    expect((await inbox()).map((email) => email.destination.to)).toEqual([
      ['anna@xn--bcher-kva.example'],
    ]);
  });

  it('leaves for a later call what makes a call too large', async () => {
    const answers = await senderAt(portOf(server)).send(
      Array.from({ length: 6 }, () => anEmail({ html: '"'.repeat(100_000) })),
    );
    const last = { kind: 'throttled', reason: 'CALL_TOO_LARGE' };
    expect(answers.map((answer) => answer.kind).slice(0, 2)).toEqual(['accepted', 'accepted']);
    expect(answers.slice(2)).toEqual([last, last, last, last]);
    expect(await inbox()).toHaveLength(2);
  });
});

describe('what SES may answer', () => {
  let reply: { readonly status: number; readonly body: object } | 'hang up';
  let asked: unknown[] = [];
  let server: Server;
  beforeAll(async () => {
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        asked.push(body === '' ? request.url : JSON.parse(body));
        if (reply === 'hang up') {
          request.socket.destroy();
          return;
        }
        response.writeHead(reply.status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(reply.body));
      });
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
  });
  beforeEach(() => {
    asked = [];
  });
  afterAll(() => server.close());

  const sendWhen = (answer: typeof reply, emails: readonly Email[] = [anEmail(), anEmail()]) => {
    reply = answer;
    return senderAt(portOf(server)).send(emails);
  };
  const refusal = (type: string, status = 400) => ({ status, body: { __type: type, message: '' } });

  it('carries tags, configuration set and one inline template in a single call', async () => {
    const results = { BulkEmailEntryResults: [{ Status: 'SUCCESS', MessageId: 'm-1' }] };
    const answers = await sendWhen({ status: 200, body: results }, [anEmail()]);
    expect(answers).toEqual([{ kind: 'accepted', providerId: 'm-1' }]);
    expect(asked).toEqual([
      expect.objectContaining({
        ConfigurationSetName: 'perennial',
        BulkEmailEntries: [
          expect.objectContaining({ ReplacementTags: [{ Name: 'message', Value: '01JDEMAIL' }] }),
        ],
      }),
    ]);
  });

  it.each([
    ['MESSAGE_REJECTED', 'rejected'],
    ['INVALID_PARAMETER', 'rejected'],
    ['FAILED', 'rejected'],
    ['A_STATUS_OF_TOMORROW', 'rejected'],
    ['TRANSIENT_FAILURE', 'throttled'],
    ['ACCOUNT_THROTTLED', 'throttled'],
    ['ACCOUNT_DAILY_QUOTA_EXCEEDED', 'throttled'],
    ['MAIL_FROM_DOMAIN_NOT_VERIFIED', 'throttled'],
    ['ACCOUNT_SENDING_PAUSED', 'throttled'],
  ])('answers %s of one recipient with "%s" and leaves the other alone', async (Status, kind) => {
    const results = { BulkEmailEntryResults: [{ Status }, { Status: 'SUCCESS', MessageId: 'm' }] };
    const [first, second] = await sendWhen({ status: 200, body: results });
    const tooFast = Status === 'ACCOUNT_THROTTLED' ? { tooFast: true } : {};
    expect(first).toEqual({ kind, reason: Status, ...tooFast });
    expect(second).toEqual({ kind: 'accepted', providerId: 'm' });
  });

  it.each(['TooManyRequestsException', 'SendingPausedException', 'BadRequestException'])(
    'frees the rows of a call refused as a whole with %s, and calls once',
    async (type) => {
      await expect(sendWhen(refusal(type))).rejects.toThrow(NotSent);
      expect(asked).toHaveLength(1);
    },
  );

  it.each([
    ['TooManyRequestsException', 429, true],
    ['ThrottlingException', 400, true],
    ['SendingPausedException', 400, false],
  ])(
    'says of a call refused with %s (%i) whether it was too fast',
    async (type, status, isTooFast) => {
      await expect(sendWhen(refusal(type, status))).rejects.toMatchObject({ isTooFast });
    },
  );

  it('says what the account may send', async () => {
    const SendQuota = { MaxSendRate: 14, Max24HourSend: 50_000, SentLast24Hours: 17 };
    reply = { status: 200, body: { SendQuota } };
    const quota = await senderAt(portOf(server)).quota();
    expect(quota).toEqual({ perSecond: 14, perDay: 50_000, sentLastDay: 17 });
    expect(asked).toEqual(['/v2/email/account']);
    reply = { status: 200, body: { SendQuota: { ...SendQuota, Max24HourSend: -1 } } };
    const endless = await senderAt(portOf(server)).quota();
    expect(endless?.perDay).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('says of a malformed call to several that each is to be sent alone', async () => {
    const sending = sendWhen(refusal('BadRequestException'), [anEmail(), anEmail()]);
    await expect(sending).rejects.toMatchObject({ name: 'NotSent', isMalformed: true });
  });

  it('rejects the only recipient of a malformed call', async () => {
    const answers = await sendWhen(refusal('BadRequestException'), [anEmail()]);
    expect(answers).toEqual([{ kind: 'rejected', reason: 'BadRequestException' }]);
  });

  it.each([
    ['a server error', refusal('InternalServiceErrorException', 500)],
    ['a connection cut after the request', 'hang up' as const],
    ['answers that do not match', { status: 200, body: { BulkEmailEntryResults: [] } }],
  ])('claims no knowledge after %s, and calls once', async (_, answer) => {
    const failure = await sendWhen(answer).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    expect(failure).not.toBeInstanceOf(NotSent);
    expect(asked).toHaveLength(1);
  });

  it('knows that nothing was sent when nobody is there', async () => {
    const gone = createServer();
    await new Promise<void>((resolve) => {
      gone.listen(0, '127.0.0.1', resolve);
    });
    const port = portOf(gone);
    await new Promise((resolve) => gone.close(resolve));
    await expect(senderAt(port).send([anEmail()])).rejects.toThrow(NotSent);
  });
});
