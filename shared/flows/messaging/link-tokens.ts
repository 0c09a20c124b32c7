import type { webcrypto } from 'node:crypto';
import { CompactSign, compactVerify } from 'jose';
import * as z from 'zod';
import type { Secrets } from '../../ports/secrets.ts';

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

/** Signs unsubscribe links (JWS, HS256) for a batch of messages. They never expire: people unsubscribe from old mail. */
export async function unsubscribeSigner(
  secrets: Secrets,
): Promise<(claims: UnsubscribeClaims) => Promise<string>> {
  const key = await signingKey(secrets);
  return async (claims) =>
    new CompactSign(new TextEncoder().encode(JSON.stringify({ aud: 'unsubscribe', ...claims })))
      .setProtectedHeader({ alg: 'HS256' })
      .sign(key);
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
  return new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
    .setProtectedHeader({ alg: 'HS256' })
    .sign(await signingKey(secrets));
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
