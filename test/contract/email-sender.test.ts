import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { SesEmailSender } from '../../shared/adapters/aws/email.ts';
import { VirtualClock } from '../../shared/adapters/embedded/clock.ts';
import { openDatabase } from '../../shared/adapters/embedded/database.ts';
import { Outbox, outboxEmailSender } from '../../shared/adapters/embedded/senders.ts';
import type { SendingQuota } from '../../shared/domain/messaging/pace/sending-rate.ts';
import { anEmail, badCalls, type EmailWorld, emailSuite } from './email-suite.ts';
import { inputsOf, type StandIn } from './stand-in.ts';

// A CommonJS package: the test runner's interop and Node's disagree about its default import.
const sesLocal = createRequire(import.meta.url)(
  'aws-ses-v2-local',
) as typeof import('aws-ses-v2-local');

emailSuite('embedded', async () => {
  const clock = new VirtualClock(Date.UTC(2027, 2, 8));
  const outbox = new Outbox({ database: openDatabase(':memory:'), clock });
  let permitted: SendingQuota | undefined;
  const quota = (): SendingQuota => {
    if (permitted === undefined) throw new Error('The provider does not say.');
    return permitted;
  };
  return {
    sender: outboxEmailSender(outbox, { quota }),
    permit: (given) => {
      permitted = given;
    },
    arrived: async () =>
      outbox.list().map(({ to, subject, html, text, headers }) => ({
        to,
        subject,
        html,
        text,
        headers,
      })),
  };
});

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

let server: Server;
let requests: readonly object[] = [];
beforeAll(async () => {
  server = await sesLocal.default({ port: 0, host: '127.0.0.1' });
});
afterEach(() => {
  vi.unstubAllEnvs();
});
afterAll(() => server.close());

// A server that listens on TCP has an address object.
const endpoint = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const stored = async () => {
  const answer = await fetch(`${endpoint()}/store`);
  return storedSchema.parse(await answer.json()).emails;
};

/** An account as aws-ses-v2-local reads it, from its environment: this process's. */
const accountWith = ({ perSecond, perDay, sentLastDay }: SendingQuota) => ({
  DedicatedIpAutoWarmupEnabled: false,
  Details: {
    AdditionalContactEmailAddresses: [],
    ContactLanguage: 'EN',
    MailType: 'MARKETING',
    ReviewDetails: { CaseId: '1', Status: 'GRANTED' },
    UseCaseDescription: '',
    WebsiteURL: 'https://example.com',
  },
  EnforcementStatus: 'HEALTHY',
  ProductionAccessEnabled: true,
  SendingEnabled: true,
  SendQuota: { MaxSendRate: perSecond, Max24HourSend: perDay, SentLast24Hours: sentLastDay },
  SuppressionAttributes: { SuppressedReasons: [] },
});

const sesWorld = async (): Promise<EmailWorld> => {
  await fetch(`${endpoint()}/clear-store`, { method: 'POST' });
  const client = new SESv2Client({
    endpoint: endpoint(),
    region: 'eu-west-1',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    maxAttempts: 1,
  });
  requests = inputsOf(client);
  const sender = new SesEmailSender({
    client,
    from: 'Shop <shop@example.com>',
    configurationSet: 'perennial',
  });
  return {
    sender,
    permit: (quota) => vi.stubEnv('AWS_SES_ACCOUNT', quota && JSON.stringify(accountWith(quota))),
    arrived: async () =>
      (await stored()).map(({ destination, subject, body, headers }) => ({
        to: destination.to.join(),
        subject,
        ...body,
        headers: Object.fromEntries(headers.map(({ name, value }) => [name, value])),
      })),
  };
};

/** aws-ses-v2-local takes any number of entries, and any tags and headers. */
const sesOfTests: StandIn = {
  name: 'aws-ses-v2-local',
  takes: Object.fromEntries(
    Object.entries(badCalls).map(([name, emails]) => [
      name,
      {
        BulkEmailEntries: emails.map(({ tags, headers }) => ({
          ReplacementTags: Object.entries(tags).map(([Name, Value]) => ({ Name, Value })),
          ReplacementHeaders: Object.entries(headers).map(([Name, Value]) => ({ Name, Value })),
        })),
      },
    ]),
  ),
  asked: () => requests.at(-1),
};

emailSuite('SES v2', sesWorld, sesOfTests);

describe('an email through SES v2', () => {
  it('comes from the company', async () => {
    const { sender } = await sesWorld();
    await sender.send([anEmail()]);
    expect(await stored()).toMatchObject([{ from: 'Shop <shop@example.com>' }]);
  });

  it('keeps every link out of click tracking: SES is not the one to tell', async () => {
    const { sender } = await sesWorld();
    const link = 'https://api.example.com/u/token';
    const html = `<a href="${link}">Unsubscribe</a> <A\nhref='https://example.com'>Shop</A><abbr>a</abbr>`;
    const headers = { 'List-Unsubscribe': `<${link}>` };
    await sender.send([anEmail({ html, headers })]);
    const [email] = await stored();
    expect(email?.body.html).toBe(
      `<a ses:no-track href="${link}">Unsubscribe</a> <A ses:no-track\nhref='https://example.com'>Shop</A><abbr>a</abbr>`,
    );
  });
});
