import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SesEmailSender } from '../../shared/adapters/aws/email.ts';
import { type Email, NotSent } from '../../shared/ports/senders.ts';
import { anEmail } from './email-suite.ts';

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
