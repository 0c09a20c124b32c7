import { createHmac } from 'node:crypto';
import { compactVerify } from 'jose';
import * as z from 'zod';
import { type MessageKey, messageWays } from '../../../domain/messaging/message.ts';
import type { Secrets } from '../../../ports/secrets.ts';
import { hmacKey, isCanonical, signingKey, tokenSigner } from './unsubscribe-tokens.ts';

/** A link of one message: who follows it gets to `url`. */
export type TrackedLink = {
  readonly message: MessageKey;
  /** Its number in the message, from 1; -1: the one that people do not see. */
  readonly link: number;
  /** How many links that people see the message has, where they lead to different places. */
  readonly links: number;
  readonly url: string;
};

/** Named in single letters, and the message by its key's parts: whoever looks at a link sees its length. */
const claimsSchema = z.object({
  aud: z.literal('link'),
  m: z.tuple([z.string(), z.string(), z.string(), z.enum(messageWays), z.string()]),
  l: z.int(),
  n: z.int(),
  u: z.string(),
});

/** Makes the links of messages. */
export type LinkSigner = {
  /** JWS, HS256: all that the link says, so that nothing is stored for it. */
  readonly token: (link: TrackedLink) => string;
  /** Twelve letters and digits (71 bits) that nobody can guess, the same for the same message and number. */
  readonly shortId: (message: string, link: number) => string;
};

export async function linkSigner(secrets: Secrets): Promise<LinkSigner> {
  const sign = await tokenSigner(secrets);
  const key = await hmacKey(secrets);
  return {
    token: ({ message, link, links, url }) => {
      const { run, step, profileId, way, trigger } = message;
      const claims: z.infer<typeof claimsSchema> = {
        aud: 'link',
        m: [run, step, profileId, way, trigger],
        l: link,
        n: links,
        u: url,
      };
      return sign(claims);
    },
    // No token that is signed begins like this.
    shortId: (message, link) =>
      base62(createHmac('sha256', key).update(`short link\n${message}\n${link}`).digest()),
  };
}

/** What a link says; undefined when it was not signed here, for another purpose, or is written differently. */
export async function readLinkToken(
  secrets: Secrets,
  token: string,
): Promise<TrackedLink | undefined> {
  if (!isCanonical(token)) return undefined;
  try {
    const key = await signingKey(secrets);
    const { payload } = await compactVerify(token, key, { algorithms: ['HS256'] });
    const { m, l, n, u } = claimsSchema.parse(JSON.parse(new TextDecoder().decode(payload)));
    const [run, step, profileId, way, trigger] = m;
    return { message: { run, step, profileId, way, trigger }, link: l, links: n, url: u };
  } catch {
    return undefined;
  }
}

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const shortIdLength = 12;

export const isShortId = (text: string): boolean => /^[0-9A-Za-z]{12}$/.test(text);

function base62(bytes: Uint8Array): string {
  let number = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  let text = '';
  while (text.length < shortIdLength) {
    text += digits[Number(number % 62n)] ?? '';
    number /= 62n;
  }
  return text;
}
