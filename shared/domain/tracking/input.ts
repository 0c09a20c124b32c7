import * as z from 'zod';
import { consentChangeSchema } from '../consent/consent.ts';
import { devicePlatforms } from '../profiles/profile.ts';

/** Identifiers of a person as an input gives them, normalised. */
const inputIdentifiersSchema = z.strictObject({
  externalId: z.string().optional(),
  email: z.string().optional(),
  phone: z.string().optional(),
  anonymousId: z.string().optional(),
});

/** One thing said about one person, in the one form that leads and all Segment calls become on the queue. */
export const inputSchema = z.strictObject({
  kind: z.enum(['lead', 'identify', 'event']),
  /** The client's id of the message: recorded once per source. */
  messageId: z.string(),
  /** The source whose write key was used. */
  source: z.string(),
  /** What the lead itself calls its source, else the same. */
  origin: z.string(),
  occurredAt: z.iso.datetime(),
  receivedAt: z.iso.datetime(),
  identifiers: inputIdentifiersSchema,
  attributes: z.record(z.string(), z.unknown()),
  consents: z.array(consentChangeSchema),
  event: z
    .strictObject({ name: z.string(), properties: z.record(z.string(), z.unknown()) })
    .optional(),
  context: z.record(z.string(), z.unknown()),
  /** The device it comes from, where that takes push messages. */
  device: z.strictObject({ token: z.string(), platform: z.enum(devicePlatforms) }).optional(),
});
export type Input = z.infer<typeof inputSchema>;
export type InputIdentifiers = z.infer<typeof inputIdentifiersSchema>;

/** The body of a message on the `inputs` queue. */
export const inputsMessageSchema = z.strictObject({ inputs: z.array(inputSchema).min(1) });
