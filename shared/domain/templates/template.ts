import * as z from 'zod';
import { sameJson } from '../profiles/same-json.ts';
import { type LiquidKind, parseLiquid } from './liquid.ts';

/** UTF-8 bytes: a stored item and a provider's call both have to hold a whole template. */
const maxBytes = {
  subject: 1_000,
  html: 200_000,
  text: 100_000,
  title: 1_000,
  url: 4_000,
  data: 2_000,
  body: 200_000,
} as const;

type Source = keyof typeof maxBytes;

/** How the outputs of a field are escaped. */
const kindOf = (field: Source): LiquidKind =>
  field === 'html' ? 'html' : field === 'body' ? 'json' : 'plain';

const source = (field: Source) =>
  z.string('is missing: write it in Liquid').superRefine((text, check) => {
    if (new TextEncoder().encode(text).length > maxBytes[field]) {
      check.addIssue({
        code: 'custom',
        message: `is larger than ${maxBytes[field]} bytes: make it shorter`,
      });
      return;
    }
    const parsed = parseLiquid(kindOf(field), text);
    if ('error' in parsed) check.addIssue({ code: 'custom', message: parsed.error });
  });

const filled = (field: Source) =>
  source(field).refine((text) => text.trim() !== '', 'is empty: write what the person should see');

const name = z
  .string('give it a name')
  .trim()
  .min(1, 'give it a name')
  .max(200, 'use at most 200 characters');

const emailSchema = z.strictObject({
  name,
  channel: z.literal('email'),
  subject: filled('subject'),
  html: filled('html'),
  /** The part for readers without HTML; made from `html` when absent. */
  text: source('text').optional(),
});

const smsSchema = z.strictObject({
  name,
  channel: z.literal('sms'),
  text: filled('text'),
});

/** What apps can hand on beside the words, beneath what the services take of one message (4 KB). */
const maxDataNames = 20;

const pushSchema = z.strictObject({
  name,
  channel: z.literal('push'),
  title: filled('title'),
  text: filled('text'),
  url: filled('url').optional().describe('What the app opens when it is touched.'),
  data: z
    .record(
      z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/, 'must be a name such as orderId'),
      source('data'),
    )
    .refine(
      (data) => Object.keys(data).length <= maxDataNames,
      `holds more than ${maxDataNames} names: leave some out`,
    )
    .refine(
      (data) => !Object.keys(data).some(isReservedData),
      'uses a name that the services keep for themselves: from, message_type, url, aps, message, or one that begins with google or gcm',
    )
    .optional()
    .describe('For the app, text by name.'),
});

const isReservedData = (key: string): boolean =>
  /^(from|message_type|url|aps|message|google.*|gcm.*)$/i.test(key);

const webhookSchema = z.strictObject({
  name,
  channel: z.literal('webhook'),
  body: filled('body').describe(
    'JSON in Liquid. Outputs are escaped for a JSON text: `"name": "{{ profile.attributes.firstName }}"`; lists and objects come as JSON; `| json` gives any value with its quotes.',
  ),
});

/**
 * What a marketer writes, in Liquid. It can name `profile` (`id`, `identifiers`, `attributes`, and
 * computed values by id in `computed`), `event` (`name`, `occurredAt`, `properties`), `campaign`, `unsubscribeUrl` and `preferencesUrl`
 * (the same page as `unsubscribeUrl`). Outputs in `html` are escaped.
 */
export const templateContentSchema = z.discriminatedUnion(
  'channel',
  [emailSchema, smsSchema, pushSchema, webhookSchema],
  {
    error: (issue) =>
      issue.code === 'invalid_union' ? 'must be "email", "sms", "push" or "webhook"' : undefined,
  },
);
export type TemplateContent = z.infer<typeof templateContentSchema>;

/** Whether a template may name computed values: only then are they worked out for everybody it goes to. */
export const asksComputed = (content: TemplateContent): boolean =>
  sourcesOf(content).some((text) => text.includes('computed'));

/** Everything in it that is Liquid. */
function sourcesOf(content: TemplateContent): readonly string[] {
  switch (content.channel) {
    case 'email':
      return [content.subject, content.html, content.text ?? ''];
    case 'sms':
      return [content.text];
    case 'push':
      return [content.title, content.text, content.url ?? '', ...Object.values(content.data ?? {})];
    case 'webhook':
      return [content.body];
  }
}

/** One saved version of a template; a message names the version it is rendered from. */
export type Template = TemplateContent & {
  readonly id: string;
  /** 1 for the first save, one more for each that changes something. */
  readonly version: number;
  readonly savedAt: string;
};

/** What a save makes of a template: the next version, or the one that stands when nothing changes. */
export function nextVersion(
  id: string,
  content: TemplateContent,
  known: { readonly head: Template | undefined; readonly now: number },
): Template {
  const { head } = known;
  if (head !== undefined && isSame(head, content)) return head;
  return {
    ...content,
    id,
    version: (head?.version ?? 0) + 1,
    savedAt: new Date(known.now).toISOString(),
  };
}

function isSame(head: Template, content: TemplateContent): boolean {
  const { id: _id, version: _version, savedAt: _savedAt, ...known } = head;
  return sameJson(withoutAbsent(known), withoutAbsent(content));
}

const withoutAbsent = (content: TemplateContent): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(content).filter(([, value]) => value !== undefined));
