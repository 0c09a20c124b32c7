import * as z from 'zod';
import { consentChangeSchema } from '../consent/consent.ts';
import { jsonObjectSchema } from './json-object.ts';
import {
  noIdentifier,
  type Reading,
  type ReadingContext,
  readIdentifiers,
  readInstant,
  renamed,
  wholeInput,
  wrongInstant,
} from './reading.ts';

const text = z.string().max(2048);

/** A lead as a form or a site posts it. At least one identifier; all else is optional. Unknown fields are refused. */
export const leadSchema = z.strictObject({
  /** The site's id of the lead: a repeat is recorded once. */
  messageId: z.string().min(1).max(256).optional(),
  /** When it happened, ISO 8601 with offset; absent: now. */
  occurredAt: z.iso.datetime({ offset: true }).optional(),
  /** What the site calls its source: a landing page, a form. */
  source: z.string().min(1).max(256).optional(),
  email: text.optional(),
  /** E.164, or a national number of the company's default country. */
  phone: text.optional(),
  externalId: text.optional(),
  anonymousId: text.optional(),
  /** Anything about the person; `null` removes. */
  attributes: jsonObjectSchema.optional(),
  consents: z.array(consentChangeSchema).max(20).optional(),
  /** Where it happened: page, referrer, utm and whatever else the site knows. */
  context: jsonObjectSchema.optional(),
  /** The write key, for clients that can set no header. */
  writeKey: z.string().optional(),
});
export type Lead = z.infer<typeof leadSchema>;

/** The lead in the one form of the queue. */
export function readLead(lead: Lead, context: ReadingContext): Reading {
  const { externalId, email, phone, anonymousId } = lead;
  const raw = { externalId, email, phone, anonymousId };
  const { identifiers, issues } = readIdentifiers(raw, context.defaultCountry);
  const occurredAt = readInstant(Date.parse(lead.occurredAt ?? context.receivedAt));
  const found = [...issues];
  if (occurredAt === undefined) found.push(wrongInstant('occurredAt'));
  if (Object.keys(identifiers).length === 0 && issues.length === 0) {
    found.push(noIdentifier('email, phone, externalId, anonymousId'));
  }
  if (found.length > 0 || occurredAt === undefined) return { ok: false, issues: found };
  const whole = wholeInput({
    kind: 'lead',
    messageId: lead.messageId ?? context.newId(),
    source: context.source,
    origin: lead.source ?? context.source,
    occurredAt,
    receivedAt: context.receivedAt,
    identifiers,
    attributes: lead.attributes ?? {},
    consents: lead.consents ?? [],
    context: lead.context ?? {},
  });
  return renamed(whole, ([top, ...rest]) => [top === 'origin' ? 'source' : top, ...rest]);
}
