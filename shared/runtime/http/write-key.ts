import { createHash, randomInt } from 'node:crypto';
import type { Ports } from '../../ports/ports.ts';
import { findSourceOfKey, keyCopies } from '../../stores/sources.ts';
import { Problem } from '../problem.ts';

/** What is stored of a write key: its SHA-256, hex. Keys are 32 random bytes, so no salt is needed. */
export const hashWriteKey = (key: string): string => createHash('sha256').update(key).digest('hex');

/** The source whose write key a request carries; 401 when it carries none or an unknown one. */
export async function sourceOfWriteKey(
  headers: Readonly<Record<string, string | undefined>>,
  body: unknown,
  ports: Pick<Ports, 'table'>,
): Promise<string> {
  const key = writeKeyIn(headers, body);
  if (key === undefined || key === '') {
    throw new Problem(
      401,
      'A write key is missing: send it as "Authorization: Basic base64(key:)", as header x-write-key or as field writeKey.',
    );
  }
  const source = await findSourceOfKey(ports.table, hashWriteKey(key), randomInt(keyCopies));
  if (source === undefined) {
    throw new Problem(
      401,
      'This write key is not known: make one with POST /admin/sources/{id}/keys.',
    );
  }
  return source;
}

function writeKeyIn(
  headers: Readonly<Record<string, string | undefined>>,
  body: unknown,
): string | undefined {
  const basic = /^Basic\s+([A-Za-z0-9+/=]+)$/i.exec(headers['authorization'] ?? '')?.[1];
  if (basic !== undefined) return Buffer.from(basic, 'base64').toString('utf8').split(':')[0];
  const header = headers['x-write-key'];
  if (header !== undefined) return header;
  const field =
    typeof body === 'object' && body !== null && 'writeKey' in body ? body.writeKey : undefined;
  return typeof field === 'string' ? field : undefined;
}
