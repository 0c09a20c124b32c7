import { Readable } from 'node:stream';
import {
  CreatePlatformApplicationCommand,
  ListEndpointsByPlatformApplicationCommand,
  SetEndpointAttributesCommand,
  SNSClient,
  type SNSClientConfig,
} from '@aws-sdk/client-sns';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { SnsPushSender } from '../../shared/adapters/aws/push.ts';
import { VirtualClock } from '../../shared/adapters/embedded/clock.ts';
import { openDatabase } from '../../shared/adapters/embedded/database.ts';
import { Outbox, outboxPushSender } from '../../shared/adapters/embedded/senders.ts';
import { NotSent } from '../../shared/ports/senders.ts';
import { connection, endpoint } from './aws-world.ts';
import { aPush, pushSuite } from './push-suite.ts';
import { takenInputsOf } from './stand-in.ts';

const client = new SNSClient({ ...connection, maxAttempts: 1 });

async function applicationFor(platform: 'APNS_SANDBOX' | 'GCM'): Promise<string> {
  const made = await client.send(
    new CreatePlatformApplicationCommand({
      Name: crypto.randomUUID(),
      Platform: platform,
      Attributes: { PlatformCredential: 'key' },
    }),
  );
  return made.PlatformApplicationArn ?? '';
}

const endpointsOf = async (application: string) => {
  const command = { PlatformApplicationArn: application };
  const answer = await client.send(new ListEndpointsByPlatformApplicationCommand(command));
  return answer.Endpoints ?? [];
};

/** A client, and what it has published. */
function aClient() {
  const client = new SNSClient({ ...connection, maxAttempts: 1 });
  const taken = takenInputsOf(client);
  return { client, published: () => taken.flatMap((input) => publishOf(input)) };
}

const publishSchema = z.object({ TargetArn: z.string(), Message: z.string() });
const publishOf = (input: object) => {
  const { data } = publishSchema.safeParse(input);
  return data === undefined ? [] : [data];
};

pushSuite('embedded', async () => {
  const clock = new VirtualClock(Date.UTC(2027, 2, 8));
  const outbox = new Outbox({ database: openDatabase(':memory:'), clock });
  const gone = new Set<string>();
  return {
    sender: outboxPushSender(outbox, {
      answer: ({ device }) => (gone.has(device.token) ? { kind: 'gone' } : undefined),
    }),
    arrived: () =>
      outbox.list().map(({ to, subject, text, tags }) => {
        const { platform: _, url, ...data } = tags;
        return { token: to, title: subject, text, ...(url !== undefined && { url }), data };
      }),
    remove: async (token) => {
      gone.add(token);
    },
  };
});

const apnsSchema = z
  .object({
    aps: z.object({ alert: z.object({ title: z.string(), body: z.string() }) }),
    message: z.string(),
    url: z.string().optional(),
  })
  .catchall(z.string());

describe.runIf(endpoint !== undefined)('on AWS, a push message', () => {
  pushSuite('SNS', async () => {
    const ios = await applicationFor('APNS_SANDBOX');
    const { client: own, published } = aClient();
    const tokens = new Map<string, string>();
    const learn = async () => {
      for (const { EndpointArn = '', Attributes } of await endpointsOf(ios)) {
        tokens.set(EndpointArn, Attributes?.['Token'] ?? '');
      }
    };
    const sender = new SnsPushSender({ client: own, applications: { ios } });
    return {
      sender: {
        send: async (push) => {
          const answer = await sender.send(push);
          await learn();
          return answer;
        },
      },
      arrived: () =>
        published().map(({ TargetArn, Message }) => {
          const payload: unknown = JSON.parse(JSON.parse(Message).APNS_SANDBOX);
          const { aps, message: _, url, ...data } = apnsSchema.parse(payload);
          return {
            token: tokens.get(TargetArn) ?? '',
            title: aps.alert.title,
            text: aps.alert.body,
            ...(url !== undefined && { url }),
            data,
          };
        }),
      remove: async (token) => {
        const [EndpointArn] = [...tokens].find(([, known]) => known === token) ?? [];
        const attributes = { EndpointArn, Attributes: { Enabled: 'false' } };
        await client.send(new SetEndpointAttributesCommand(attributes));
      },
    };
  });

  it('goes to the one endpoint of its device, however often, in the words of APNs', async () => {
    const ios = await applicationFor('APNS_SANDBOX');
    const { client: own, published } = aClient();
    const sender = new SnsPushSender({ client: own, applications: { ios } });
    const push = aPush({ title: 'Sale' });
    await sender.send(push);
    await sender.send(push);
    expect(await endpointsOf(ios)).toHaveLength(1);
    const { default: words, APNS_SANDBOX: payload } = JSON.parse(published()[0]?.Message ?? '');
    expect(words).toBe('Today only');
    expect(JSON.parse(payload)).toEqual({
      aps: { alert: { title: 'Sale', body: 'Today only' }, sound: 'default' },
      order: '7',
      url: 'shop://sale',
      message: 'm-1',
    });
  });

  it('speaks to Firebase in the words of its HTTP v1 API', async () => {
    const android = await applicationFor('GCM');
    const { client: own, published } = aClient();
    const sender = new SnsPushSender({ client: own, applications: { android } });
    await sender.send(aPush({ title: 'Sale', device: { token: 'token-2', platform: 'android' } }));
    const { GCM } = JSON.parse(published()[0]?.Message ?? '');
    expect(JSON.parse(GCM)).toEqual({
      fcmV1Message: {
        message: {
          notification: { title: 'Sale', body: 'Today only' },
          data: { order: '7', url: 'shop://sale', message: 'm-1' },
        },
      },
    });
  });

  it('finds a disabled endpoint gone, and leaves none behind', async () => {
    const ios = await applicationFor('APNS_SANDBOX');
    const sender = new SnsPushSender({ client, applications: { ios } });
    const push = aPush();
    await sender.send(push);
    const [made] = await endpointsOf(ios);
    const attributes = { EndpointArn: made?.EndpointArn, Attributes: { Enabled: 'false' } };
    await client.send(new SetEndpointAttributesCommand(attributes));
    expect(await sender.send(push)).toEqual({ kind: 'gone' });
    expect(await endpointsOf(ios)).toEqual([]);
  });

  it('to a platform that has no application is rejected; where there is none by that name, nothing was sent', async () => {
    const none = new SnsPushSender({ client, applications: {} });
    expect(await none.send(aPush())).toEqual({ kind: 'rejected', reason: 'no-application' });
    const ios = 'arn:aws:sns:eu-west-1:123456789012:app/APNS/nobody';
    const wrong = new SnsPushSender({ client, applications: { ios } });
    await expect(wrong.send(aPush())).rejects.toThrow(NotSent);
  });
});

type HttpHandlerOptions = { readonly abortSignal?: AbortSignal };

/** What the service does with each action: answers, or never comes back. */
const serviceThat = (answers: Readonly<Record<string, string>>): SNSClient =>
  new SNSClient({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
    maxAttempts: 1,
    requestHandler: {
      handle: async ({ body }: { readonly body: string }, options: HttpHandlerOptions = {}) => {
        const action = new URLSearchParams(body).get('Action') ?? '';
        const answer = answers[action];
        if (answer === undefined) await aborted(options.abortSignal);
        const xml = `<${action}Response><${action}Result>${answer}</${action}Result></${action}Response>`;
        const headers = { 'content-type': 'text/xml' };
        return { response: { statusCode: 200, headers, body: Readable.from([Buffer.from(xml)]) } };
      },
      // The SDK reads nothing else of what it is answered with.
    } as unknown as NonNullable<SNSClientConfig['requestHandler']>,
  });

const aborted = (signal: HttpHandlerOptions['abortSignal']): Promise<never> =>
  new Promise((_, reject) => {
    if (signal === undefined) return; // then for ever
    signal.onabort = () => reject(Object.assign(new Error('Cut off.'), { name: 'AbortError' }));
  });

describe('a service that does not come back', () => {
  const ios = 'arn:aws:sns:eu-west-1:123456789012:app/APNS/Shop';
  const made = '<EndpointArn>arn:aws:sns:eu-west-1:123456789012:endpoint/APNS/Shop/1</EndpointArn>';
  const sendingTo = (answers: Readonly<Record<string, string>>): Promise<unknown> =>
    new SnsPushSender({ client: serviceThat(answers), applications: { ios }, timeoutMs: 50 })
      .send(aPush())
      .catch((error: unknown) => error);

  it('has sent nothing as long as the device has no endpoint: the message goes later', async () => {
    expect(await sendingTo({})).toBeInstanceOf(NotSent);
  });

  it('leaves open whether the message went, and is waited for no longer than a sender reckons with', async () => {
    const error = await sendingTo({ CreatePlatformEndpoint: made });
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(NotSent);
  });

  it('accepts what it has answered', async () => {
    const answers = { CreatePlatformEndpoint: made, Publish: '<MessageId>m</MessageId>' };
    expect(await sendingTo(answers)).toEqual({ kind: 'accepted', providerId: 'm' });
  });
});
