import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ids } from '../../ports/ids.ts';
import type { SecretName, Secrets } from '../../ports/secrets.ts';

/**
 * Secrets in files that only their owner may read, each made when it is first asked for. Without a
 * directory they last as long as the process.
 */
export const folderSecrets = (directory: string | undefined, ids: Ids): Secrets => {
  const known = new Map<SecretName, Uint8Array>();
  return {
    async get(name) {
      const secret = known.get(name) ?? decoded(readOrMake(directory, name, ids), name);
      known.set(name, secret);
      return secret;
    },
  };
};

const readOrMake = (directory: string | undefined, name: SecretName, ids: Ids): string => {
  if (directory === undefined) return ids.secret();
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, `${name}.key`);
  try {
    // `wx`: whoever comes second reads what the first one made.
    writeFileSync(path, ids.secret(), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return readFileSync(path, 'utf8');
};

const decoded = (text: string, name: SecretName): Uint8Array => {
  const secret = Buffer.from(text.trim(), 'base64url');
  if (secret.length < 32) throw new Error(`The secret ${name} is shorter than 32 bytes.`);
  return secret;
};
