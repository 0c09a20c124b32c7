import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  RestoreSecretCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, describe, expect, it } from 'vitest';
import { AwsSecrets } from '../../shared/adapters/aws/secrets.ts';
import { systemClock } from '../../shared/adapters/embedded/clock.ts';
import { systemIds } from '../../shared/adapters/embedded/ids.ts';
import { folderSecrets } from '../../shared/adapters/embedded/secrets.ts';
import { connection, endpoint } from './aws-world.ts';
import { secretsSuite } from './secrets-suite.ts';
import { inputsOf } from './stand-in.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

secretsSuite('embedded', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'secrets-'));
  folders.push(folder);
  const [own, aside] = [join(folder, 'own'), join(folder, 'aside')];
  return {
    open: () => folderSecrets(own, systemIds(systemClock())),
    breakDown: async () => {
      renameSync(own, aside);
      writeFileSync(own, 'no folder');
    },
    repair: async () => {
      rmSync(own);
      renameSync(aside, own);
    },
  };
});

describe.runIf(endpoint !== undefined)('on AWS', () => {
  const made = async (value: { SecretString: string } | { SecretBinary: Uint8Array }) => {
    const client = new SecretsManagerClient(connection);
    const create = new CreateSecretCommand({ Name: crypto.randomUUID(), ...value });
    const { ARN = '' } = await client.send(create);
    return {
      client,
      ARN,
      secrets: () => new AwsSecrets({ client, arns: { 'link-signing': ARN } }),
    };
  };

  secretsSuite('Secrets Manager', async () => {
    const { client, ARN, secrets } = await made({ SecretString: 'k'.repeat(64) });
    return {
      open: secrets,
      breakDown: async () => {
        await client.send(new DeleteSecretCommand({ SecretId: ARN, RecoveryWindowInDays: 7 }));
      },
      repair: async () => {
        await client.send(new RestoreSecretCommand({ SecretId: ARN }));
      },
    };
  });

  it('a secret is read once, whether it is text or bytes', async () => {
    const bytes = new TextEncoder().encode('k'.repeat(64));
    for (const value of [{ SecretString: 'k'.repeat(64) }, { SecretBinary: bytes }]) {
      const { client, secrets } = await made(value);
      const inputs = inputsOf(client);
      const own = secrets();
      expect(new Uint8Array(await own.get('link-signing'))).toEqual(bytes);
      await own.get('link-signing');
      expect(inputs).toHaveLength(1);
    }
  });

  it('a secret that is not granted is not asked for', async () => {
    const client = new SecretsManagerClient(connection);
    const inputs = inputsOf(client);
    await expect(new AwsSecrets({ client, arns: {} }).get('link-signing')).rejects.toThrow(
      'not granted',
    );
    expect(inputs).toEqual([]);
  });
});
