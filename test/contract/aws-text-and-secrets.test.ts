import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { describe, expect, it } from 'vitest';
import { AwsSecrets } from '../../shared/adapters/aws/secrets.ts';
import { SnsTextSender } from '../../shared/adapters/aws/text.ts';
import { NotSent } from '../../shared/ports/senders.ts';
import { connection, endpoint } from './aws-world.ts';

const aText = { id: '01JDTEXT', to: '+37120000000', text: 'Sveika, Anna!' };

describe.runIf(endpoint !== undefined)('on AWS', () => {
  it('accepts a text message and says by which id its fate is told', async () => {
    const client = new SNSClient({ ...connection, maxAttempts: 1 });
    const answer = await new SnsTextSender({ client, smsType: 'Promotional' }).send(aText);
    expect(answer).toEqual({ kind: 'accepted', providerId: expect.stringMatching(/^[\w-]{10,}$/) });
  });

  it('rejects a number that is none, for good', async () => {
    const client = new SNSClient({ ...connection, maxAttempts: 1 });
    const sender = new SnsTextSender({ client, smsType: 'Promotional' });
    expect(await sender.send({ ...aText, to: 'anna' })).toMatchObject({ kind: 'rejected' });
  });

  it('reads a secret once', async () => {
    const client = new SecretsManagerClient(connection);
    const value = 'k'.repeat(64);
    const made = await client.send(
      new CreateSecretCommand({ Name: crypto.randomUUID(), SecretString: value }),
    );
    let reads = 0;
    client.middlewareStack.add(
      (next) => async (request) => {
        reads += 1;
        return next(request);
      },
      { step: 'initialize' },
    );
    const secrets = new AwsSecrets({ client, arns: { 'link-signing': made.ARN ?? '' } });
    expect(await secrets.get('link-signing')).toEqual(new TextEncoder().encode(value));
    await secrets.get('link-signing');
    expect(reads).toBe(1);
  });
});

describe('a text message', () => {
  it('is free to be sent again when nobody was there', async () => {
    const client = new SNSClient({
      ...connection,
      endpoint: 'http://127.0.0.1:1',
      maxAttempts: 1,
    });
    const sending = new SnsTextSender({ client, smsType: 'Promotional' }).send(aText);
    await expect(sending).rejects.toThrow(NotSent);
  });
});
