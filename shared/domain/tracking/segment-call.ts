import * as z from 'zod';
import { consentChangeSchema } from '../consent/consent.ts';
import { readDevice } from './device-registration.ts';
import type { Input } from './input.ts';
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

/** Ids that some clients send as numbers. */
const idSchema = z.union([z.string(), z.number().transform(String)]).nullish();

const callContextSchema = jsonObjectSchema.and(
  z.looseObject({
    consents: z.array(consentChangeSchema).max(20).optional(),
    traits: jsonObjectSchema.nullish(),
  }),
);

const dateSchema = z.iso.datetime({ offset: true });

/** What all calls of the Segment HTTP tracking spec have; what the spec or its clients add is let through. */
const common = {
  messageId: z.string().min(1).max(256).nullish(),
  userId: idSchema,
  anonymousId: idSchema,
  context: callContextSchema.nullish(),
  timestamp: dateSchema.nullish(),
  sentAt: dateSchema.nullish(),
};

const eventName = z.string().trim().min(1, 'must not be empty').max(200);

export const identifyCallSchema = z.looseObject({ ...common, traits: jsonObjectSchema.nullish() });
export const trackCallSchema = z.looseObject({
  ...common,
  event: eventName,
  properties: jsonObjectSchema.nullish(),
});
/** `page` and `screen`: behaviour with a name of its own. */
export const viewCallSchema = z.looseObject({
  ...common,
  name: z.string().max(200).nullish(),
  category: z.string().max(200).nullish(),
  properties: jsonObjectSchema.nullish(),
});

export const callTypes = ['identify', 'track', 'page', 'screen'] as const;
export type CallType = (typeof callTypes)[number];

export const batchCallSchema = z.looseObject({
  batch: z
    .array(z.unknown())
    .min(1, 'must hold at least one item')
    .max(500, 'holds more than 500 items: send several batches'),
  context: callContextSchema
    .nullish()
    .describe('Part of each item, beneath its own; counted so, at most 2 MB in all.'),
  sentAt: dateSchema.nullish(),
});

const schemas = {
  identify: identifyCallSchema,
  track: trackCallSchema,
  page: viewCallSchema,
  screen: viewCallSchema,
} as const;

type CallContext = z.infer<typeof callContextSchema>;

/** `shared`: what a batch says of all its items, read once; what an item says itself wins. */
type CallReadingContext = ReadingContext & { readonly shared?: CallContext | undefined };

/** One call in the one form of the queue. `type` is the endpoint's, or the item's in a batch. */
export function readCall(type: CallType, body: unknown, context: CallReadingContext): Reading {
  const parsed = schemas[type].safeParse(body);
  if (!parsed.success) return { ok: false, issues: parsed.error.issues };
  const call = parsed.data;
  const said: CallContext = { ...context.shared, ...call.context };
  const { consents = [], traits: contextTraits, ...callContext } = said;
  const traits = {
    ...contextTraits,
    ...('traits' in call ? jsonObjectSchema.parse(call['traits'] ?? {}) : {}),
  };
  const { email, phone, attributes } = splitTraits(traits, context.defaultCountry);
  const raw = { externalId: call.userId ?? undefined, anonymousId: call.anonymousId ?? undefined };
  const { identifiers, issues } = readIdentifiers(raw, context.defaultCountry);
  const found = issues.map((issue) =>
    issue.path[0] === 'externalId' ? { ...issue, path: ['userId'] } : issue,
  );
  const occurredAt = readInstant(spokenAt(call, context.receivedAt));
  if (occurredAt === undefined) found.push(wrongInstant('timestamp'));
  const all = { ...identifiers, ...email, ...phone };
  if (Object.keys(all).length === 0 && found.length === 0)
    found.push(noIdentifier('userId, anonymousId, traits.email, traits.phone'));
  if (found.length > 0 || occurredAt === undefined) return { ok: false, issues: found };
  const event = eventOf(type, call);
  const device = readDevice(callContext);
  const whole = wholeInput({
    kind: type === 'identify' ? 'identify' : 'event',
    messageId: call.messageId ?? context.newId(),
    source: context.source,
    origin: context.source,
    occurredAt,
    receivedAt: context.receivedAt,
    identifiers: all,
    attributes,
    consents,
    ...(event && { event }),
    context: callContext,
    ...(device && { device }),
  });
  return renamed(whole, callPath);
}

/** Where a call has what the input has at a path. */
function callPath([top, inner, ...rest]: readonly PropertyKey[]): PropertyKey[] {
  const below = inner === undefined ? [] : [inner, ...rest];
  switch (top) {
    case 'externalId':
      return ['userId', ...below];
    case 'email':
    case 'phone':
      return ['traits', top, ...below];
    case 'attributes':
      return ['traits', ...below];
    case 'consents':
      return ['context', top, ...below];
    case 'event':
      return inner === 'properties' ? below : [top];
    case undefined:
      return [];
    default:
      return [top, ...below];
  }
}

/**
 * When it happened by our clock: the client's `timestamp`, moved by how far its clock (`sentAt`) is
 * from ours, as the Segment spec has it.
 */
function spokenAt(
  call: {
    readonly timestamp?: string | null | undefined;
    readonly sentAt?: string | null | undefined;
  },
  receivedAt: string,
): number {
  const { timestamp, sentAt } = call;
  const skew = Date.parse(receivedAt) - Date.parse(sentAt ?? receivedAt);
  return timestamp === undefined || timestamp === null
    ? Date.parse(receivedAt)
    : Date.parse(timestamp) + skew;
}

/** Email and phone are identifiers; one that is none stays an attribute, for a client cannot mend it. */
function splitTraits(
  traits: Readonly<Record<string, unknown>>,
  defaultCountry: string | undefined,
) {
  const { email, phone, ...attributes } = traits;
  const read = readIdentifiers(
    {
      email: typeof email === 'string' ? email : undefined,
      phone: typeof phone === 'string' ? phone : undefined,
    },
    defaultCountry,
  ).identifiers;
  return {
    email: read.email === undefined ? {} : { email: read.email },
    phone: read.phone === undefined ? {} : { phone: read.phone },
    attributes: {
      ...attributes,
      ...(email !== undefined && read.email === undefined && { email }),
      ...(phone !== undefined && read.phone === undefined && { phone }),
    },
  };
}

function eventOf(
  type: CallType,
  call:
    | z.infer<typeof trackCallSchema>
    | z.infer<typeof viewCallSchema>
    | z.infer<typeof identifyCallSchema>,
): Input['event'] {
  if (type === 'identify') return undefined;
  const properties = jsonObjectSchema.parse(call['properties'] ?? {});
  if (type === 'track') return { name: eventName.parse(call['event']), properties };
  const { name, category } = viewCallSchema.parse(call);
  return {
    name: type === 'page' ? 'Page Viewed' : 'Screen Viewed',
    properties: { ...properties, ...(name && { name }), ...(category && { category }) },
  };
}
