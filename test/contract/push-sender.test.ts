import { Readable } from 'node:stream';
import {
  CreatePlatformApplicationCommand,
  ListEndpointsByPlatformApplicationCommand,
  SetEndpointAttributesCommand,
  SNSClient,
  type SNSClientConfig,
} from '@aws-sdk/client-sns';
import { describe, expect, it } from 'vitest';
import { SnsPushSender } from '../../shared/adapters/aws/push.ts';
import { NotSent } from '../../shared/ports/senders.ts';
import { connection, endpoint } from './aws-world.ts';

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

const aPush = (token: string) => ({
  id: 'm-1',
  device: { token, platform: 'ios' as const },
  title: 'Sale',
  text: 'Today only',
  url: 'shop://sale',
  data: { order: '7' },
});

/** What is published, as the service is asked to. */
function listening(): { readonly published: Record<string, unknown>[]; readonly spied: SNSClient } {
  const published: Record<string, unknown>[] = [];
  const spied = new SNSClient({ ...connection, maxAttempts: 1 });
  spied.middlewareStack.add(
    (next) => async (args) => {
      const input: unknown = args.input;
      if (typeof input === 'object' && input !== null && 'TargetArn' in input) {
        published.push({ ...input });
      }
      return next(args);
    },
    { step: 'initialize' },
  );
  return { published, spied };
}

describe.runIf(endpoint !== undefined)('on AWS, a push message', () => {
  it('goes to the one endpoint of its device, however often', async () => {
    const ios = await applicationFor('APNS_SANDBOX');
    const { published, spied } = listening();
    const sender = new SnsPushSender({ client: spied, applications: { ios } });
    const first = await sender.send(aPush('token-1'));
    await sender.send(aPush('token-1'));
    expect(first).toEqual({ kind: 'accepted', providerId: expect.stringMatching(/^[\w-]{10,}$/) });
    expect(await endpointsOf(ios)).toHaveLength(1);
    const { default: words, APNS_SANDBOX: payload } = JSON.parse(String(published[0]?.['Message']));
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
    const { published, spied } = listening();
    const sender = new SnsPushSender({ client: spied, applications: { android } });
    await sender.send({ ...aPush('token-2'), device: { token: 'token-2', platform: 'android' } });
    const { GCM } = JSON.parse(String(published[0]?.['Message']));
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
    await sender.send(aPush('token-3'));
    const [made] = await endpointsOf(ios);
    const attributes = { EndpointArn: made?.EndpointArn, Attributes: { Enabled: 'false' } };
    await client.send(new SetEndpointAttributesCommand(attributes));
    expect(await sender.send(aPush('token-3'))).toEqual({ kind: 'gone' });
    expect(await endpointsOf(ios)).toEqual([]);
  });

  it('to a platform that has no application is rejected; where there is none by that name, nothing was sent', async () => {
    const none = new SnsPushSender({ client, applications: {} });
    expect(await none.send(aPush('t'))).toEqual({ kind: 'rejected', reason: 'no-application' });
    const ios = 'arn:aws:sns:eu-west-1:123456789012:app/APNS/nobody';
    const wrong = new SnsPushSender({ client, applications: { ios } });
    await expect(wrong.send(aPush('t'))).rejects.toThrow(NotSent);
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
      .send(aPush('t'))
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
