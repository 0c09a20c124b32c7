import { createHmac, createSecretKey, type KeyObject, type webcrypto } from 'node:crypto';
import { compactVerify } from 'jose';
import * as z from 'zod';
import type { Secrets } from '../../../ports/secrets.ts';

/** What an unsubscribe link says: this person wants nothing more about this topic on this channel. */
const claimsSchema = z.object({
  aud: z.literal('unsubscribe'),
  profile: z.string(),
  topic: z.string(),
  channel: z.string(),
  /** The message that carried the link. */
  message: z.string(),
});
export type UnsubscribeClaims = Omit<z.infer<typeof claimsSchema>, 'aud'>;

/** The key of all links in messages; what a link is for stands in its `aud`. */
export const signingKey = async (secrets: Secrets): Promise<webcrypto.CryptoKey> =>
  crypto.subtle.importKey(
    'raw',
    // A copy of its own: Web Crypto's type refuses memory that could be shared.
    new Uint8Array(await secrets.get('link-signing')),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign', 'verify'],
  );

const encoded = (claims: unknown): string =>
  Buffer.from(JSON.stringify(claims)).toString('base64url');
const header = encoded({ alg: 'HS256' });

/** The key for whoever signs at once. As bytes it would be taken apart for each signature. */
export const hmacKey = async (secrets: Secrets): Promise<KeyObject> =>
  createSecretKey(await secrets.get('link-signing'));

/** Signs what links say (JWS, HS256), at once: Web Crypto would go to another thread and back for each link. */
export async function tokenSigner(secrets: Secrets): Promise<(claims: unknown) => string> {
  const key = await hmacKey(secrets);
  return (claims) => {
    const signed = `${header}.${encoded(claims)}`;
    return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
  };
}

/** Signs unsubscribe links for a batch of messages. They never expire: people unsubscribe from old mail. */
export async function unsubscribeSigner(
  secrets: Secrets,
): Promise<(claims: UnsubscribeClaims) => string> {
  const sign = await tokenSigner(secrets);
  return (claims) => sign({ aud: 'unsubscribe', ...claims });
}

/** What a link says; undefined when it was not signed here, or for another purpose. */
export async function readUnsubscribe(
  secrets: Secrets,
  token: string,
): Promise<UnsubscribeClaims | undefined> {
  if (!isCanonical(token)) return undefined;
  try {
    const key = await signingKey(secrets);
    const { payload } = await compactVerify(token, key, { algorithms: ['HS256'] });
    return claimsSchema.parse(JSON.parse(new TextDecoder().decode(payload)));
  } catch {
    return undefined;
  }
}

const testClaimsSchema = z.object({ aud: z.literal('test'), message: z.string() });

/** The link to unsubscribe in a test message: it unsubscribes nobody. */
export async function testLinkToken(secrets: Secrets, message: string): Promise<string> {
  const claims: z.infer<typeof testClaimsSchema> = { aud: 'test', message };
  const sign = await tokenSigner(secrets);
  return sign(claims);
}

/** Whether a link comes from a test message. */
export async function isTestLink(secrets: Secrets, token: string): Promise<boolean> {
  if (!isCanonical(token)) return false;
  try {
    const key = await signingKey(secrets);
    const { payload } = await compactVerify(token, key, { algorithms: ['HS256'] });
    return testClaimsSchema.safeParse(JSON.parse(new TextDecoder().decode(payload))).success;
  } catch {
    return false;
  }
}

/** Written just as it was signed: a link that is written in several ways is several links to a log or a cache. */
export const isCanonical = (token: string): boolean =>
  token.split('.').every((part) => Buffer.from(part, 'base64url').toString('base64url') === part);
