import * as z from 'zod';

const maxUrlCharacters = 2_000;

/** Where a webhook is posted to, and whose it is. */
export const webhookEndpointSchema = z.strictObject({
  name: z
    .string('give it a name')
    .trim()
    .min(1, 'give it a name')
    .max(200, 'use at most 200 characters')
    .describe('For people to read.'),
  url: z
    .string('is missing: where it is posted to')
    .max(maxUrlCharacters, `is longer than ${maxUrlCharacters} characters`)
    .describe('An https URL with the name of a host on the public internet.'),
});

/** One of its signing keys; the key itself is derived, and kept nowhere. Instants are ISO. */
type WebhookKey = {
  readonly id: string;
  readonly createdAt: string;
  /** Until when it signs beside a newer one; absent: it is the newest. */
  readonly until?: string | undefined;
};

/** A system of the company's own that campaigns may call. */
export type WebhookEndpoint = z.infer<typeof webhookEndpointSchema> & {
  readonly id: string;
  /** The newest first; never empty. */
  readonly keys: readonly WebhookKey[];
  /** Optimistic lock; 0 is not stored yet. */
  readonly revision: number;
  readonly createdAt: string;
  readonly updatedAt: string;
};

/** What is wrong with a URL that webhooks would go to; undefined: nothing. `isLocal`: this is the local world. */
export function faultOfUrl(text: string, isLocal: boolean): string | undefined {
  if (!URL.canParse(text)) return 'is no URL: write it like https://api.example.com/hooks';
  // A parser drops or mends them, and Liquid is not rendered here: it would not lead where it says.
  if (/[\s\p{Cc}\\{}]/u.test(text)) {
    return 'holds a space, a break, a backslash or a brace: write what belongs there percent-encoded';
  }
  const url = new URL(text);
  if (isLocal && url.protocol === 'http:' && url.hostname === 'localhost') return undefined;
  if (url.protocol !== 'https:') return 'must begin with https://';
  if (url.username !== '' || url.password !== '') {
    return 'holds a password, which others would see: the signature says who calls';
  }
  if (url.hash !== '') return 'has a part after "#", which is never sent: remove it';
  const isName = /^([a-z0-9_-]+\.)+[a-z][a-z0-9-]*$/.test(url.hostname);
  if (!isName || /\.(localhost|local|internal|home\.arpa)$/.test(url.hostname)) {
    return 'must name a host on the public internet, such as api.example.com';
  }
  return undefined;
}

/** How long an older key goes on signing beside the newest, in ms. */
const overlapMs = 24 * 60 * 60_000;

/** Keys that sign at the same time, at most: each is one more signature in a header. */
const maxKeys = 5;

/** The endpoint with a new key; the older ones sign on for a day. Undefined: too many do already. */
export function rotated(
  endpoint: WebhookEndpoint,
  key: string,
  now: number,
): WebhookEndpoint | undefined {
  const older = signingKeys(endpoint, now);
  if (older.length >= maxKeys) return undefined;
  const at = new Date(now).toISOString();
  const until = new Date(now + overlapMs).toISOString();
  const keys = older.map((one) => ({ ...one, until: one.until ?? until }));
  return { ...endpoint, keys: [{ id: key, createdAt: at }, ...keys], updatedAt: at };
}

/** The keys that sign now, the newest first. */
export const signingKeys = ({ keys }: WebhookEndpoint, now: number): readonly WebhookKey[] =>
  keys.filter(({ until }) => until === undefined || now < Date.parse(until));
