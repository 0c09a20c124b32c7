import {
  CreatePlatformApplicationCommand,
  ListEndpointsByPlatformApplicationCommand,
  SetEndpointAttributesCommand,
  SNSClient,
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
