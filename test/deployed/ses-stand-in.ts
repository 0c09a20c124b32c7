import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import * as z from 'zod';
import { type Feedback, sesEvent } from '../../infra/local/ses-event.ts';
import type { Exchange } from './wire.ts';

// A CommonJS package: the test runner's interop and Node's disagree about its default import.
const sesLocal = createRequire(import.meta.url)(
  'aws-ses-v2-local',
) as typeof import('aws-ses-v2-local');

/** The account as SES tells of it, out of the sandbox. */
const account = {
  DedicatedIpAutoWarmupEnabled: false,
  Details: {
    AdditionalContactEmailAddresses: [],
    ContactLanguage: 'EN',
    MailType: 'MARKETING',
    ReviewDetails: { CaseId: '1', Status: 'GRANTED' },
    UseCaseDescription: '',
    WebsiteURL: 'https://www.example.com',
  },
  EnforcementStatus: 'HEALTHY',
  ProductionAccessEnabled: true,
  SendingEnabled: true,
  SendQuota: { Max24HourSend: 50_000, MaxSendRate: 100, SentLast24Hours: 0 },
  SuppressionAttributes: { SuppressedReasons: ['BOUNCE', 'COMPLAINT'] },
};

/** A server of the story's own: the contracts empty theirs as they go. */
export async function startSes(): Promise<{ readonly url: string; close(): void }> {
  process.env['AWS_SES_ACCOUNT'] = JSON.stringify(account);
  const server: Server = await sesLocal.default({ port: 0, host: '127.0.0.1' });
  // A server that listens on TCP has an address object.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

const storeSchema = z.object({
  emails: z.array(
    z.object({
      messageId: z.string(),
      from: z.string(),
      destination: z.object({ to: z.array(z.string()) }),
      subject: z.string(),
      body: z.object({ html: z.string(), text: z.string() }),
      headers: z.array(z.object({ name: z.string(), value: z.string() })),
    }),
  ),
});

const sentSchema = z.object({
  ConfigurationSetName: z.string(),
  BulkEmailEntries: z.array(
    z.object({
      ReplacementTags: z.array(z.object({ Name: z.string(), Value: z.string() })),
    }),
  ),
});
const answeredSchema = z.object({
  BulkEmailEntryResults: z.array(z.object({ Status: z.string(), MessageId: z.string() })),
});

/** An email that the server took, with what only its request had. */
export type Arrived = {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly configurationSet: string;
};

/** What lies in the inbox, in the order in which it came; tags are those that stood in the requests. */
export async function inbox(url: string, exchanges: readonly Exchange[]): Promise<Arrived[]> {
  const { emails } = storeSchema.parse(await (await fetch(`${url}/store`)).json());
  const told = new Map(
    exchanges.filter(({ operation }) => operation === 'SendBulkEmail').flatMap(tagsById),
  );
  return emails.map((email) => ({
    id: email.messageId,
    from: email.from,
    to: email.destination.to.join(),
    subject: email.subject,
    html: email.body.html,
    text: email.body.text,
    headers: Object.fromEntries(email.headers.map(({ name, value }) => [name, value])),
    ...(told.get(email.messageId) ?? { tags: {}, configurationSet: '' }),
  }));
}

function tagsById({ input, answer }: Exchange) {
  const { ConfigurationSetName, BulkEmailEntries } = sentSchema.parse(input);
  const { BulkEmailEntryResults } = answeredSchema.parse(JSON.parse(answer.body));
  return BulkEmailEntryResults.map(({ MessageId }, index) => {
    const tags = BulkEmailEntries[index]?.ReplacementTags ?? [];
    return [
      MessageId,
      {
        tags: Object.fromEntries(tags.map(({ Name, Value }) => [Name, Value])),
        configurationSet: ConfigurationSetName,
      },
    ] as const;
  });
}

/**
 * What SES would publish of an email. The server publishes nothing, so the event is put on the account's
 * default bus in the documented shape; the rule of the template must catch it there.
 */
export async function publish(
  email: Arrived,
  feedback: Feedback,
  about: { readonly events: EventBridgeClient; readonly now: number },
): Promise<void> {
  const now = new Date(about.now).toISOString();
  const event = sesEvent({ ...email, providerId: email.id, sentAt: now }, feedback, now);
  const { mail, ...outcome } = z
    .looseObject({ mail: z.looseObject({ tags: z.record(z.string(), z.unknown()) }) })
    .parse(event.detail);
  const tags = { ...mail.tags, 'ses:configuration-set': [email.configurationSet] };
  const { FailedEntryCount, Entries } = await about.events.send(
    new PutEventsCommand({
      Entries: [
        {
          EventBusName: 'default',
          Source: event.source,
          DetailType: event['detail-type'],
          Time: new Date(about.now),
          Detail: JSON.stringify({ ...outcome, mail: { ...mail, tags } }),
        },
      ],
    }),
  );
  if (FailedEntryCount !== 0) throw new Error(JSON.stringify(Entries));
}
