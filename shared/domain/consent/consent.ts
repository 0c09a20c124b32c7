import * as z from 'zod';
import { slugSchema } from '../identity/slug.ts';
import type { Consents } from '../profiles/profile.ts';

/** Ways to reach a person that somebody can allow. Messages go out by `email` and `sms`; the rest is kept for its time. */
export const channelSchema = z.enum([
  'email',
  'sms',
  'push',
  'webhook',
  'telegram',
  'whatsapp',
  'call',
]);
export type Channel = z.infer<typeof channelSchema>;

/** What a form or a site says about permission: topic, channel, yes or no, and which wording was shown. */
export const consentChangeSchema = z.strictObject({
  topic: slugSchema,
  channel: channelSchema,
  given: z.boolean(),
  /** Version of the wording the person saw. */
  text: z.string().max(500).optional(),
});
export type ConsentChange = z.infer<typeof consentChangeSchema>;

export const consentKey = (topic: string, channel: string): string => `${topic}/${channel}`;

/** Whether messages about a topic may go to a channel. */
export const hasConsent = (consents: Consents, topic: string, channel: string): boolean =>
  consents[consentKey(topic, channel)]?.given === true;

/**
 * The consents after a change, or undefined when something newer is known. Saying the same again is no
 * news, but is kept: what was said in between may still arrive, and must not count.
 */
export function withConsent(
  consents: Consents,
  change: ConsentChange,
  said: { readonly at: string; readonly source: string },
): { readonly consents: Consents; readonly isNews: boolean } | undefined {
  const key = consentKey(change.topic, change.channel);
  const known = consents[key];
  if (known !== undefined && known.at > said.at) return undefined;
  const { given, text } = change;
  const wording = text === undefined ? {} : { text };
  return {
    consents: { ...consents, [key]: { given, at: said.at, source: said.source, ...wording } },
    isNews: known?.given !== given,
  };
}
