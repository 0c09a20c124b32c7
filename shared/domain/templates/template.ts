import * as z from 'zod';
import { parseLiquid } from './liquid.ts';

/** UTF-8 bytes: a stored item and a provider's call both have to hold a whole template. */
const maxBytes = { subject: 1_000, html: 200_000, text: 100_000 } as const;

type Source = keyof typeof maxBytes;

const source = (field: Source) =>
  z.string('is missing: write it in Liquid').superRefine((text, check) => {
    if (new TextEncoder().encode(text).length > maxBytes[field]) {
      check.addIssue({
        code: 'custom',
        message: `is larger than ${maxBytes[field]} bytes: make it shorter`,
      });
      return;
    }
    const parsed = parseLiquid(field === 'html' ? 'html' : 'plain', text);
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

/**
 * What a marketer writes, in Liquid. It can name `profile` (`id`, `identifiers`, `attributes`, and
 * computed values by id in `computed`), `event` (`name`, `occurredAt`, `properties`), `campaign`, `unsubscribeUrl` and `preferencesUrl`
 * (the same page as `unsubscribeUrl`). Outputs in `html` are escaped.
 */
export const templateContentSchema = z.discriminatedUnion('channel', [emailSchema, smsSchema], {
  error: (issue) => (issue.code === 'invalid_union' ? 'must be "email" or "sms"' : undefined),
});
export type TemplateContent = z.infer<typeof templateContentSchema>;

/** Whether a template may name computed values: only then are they worked out for everybody it goes to. */
export const asksComputed = (content: TemplateContent): boolean =>
  (content.channel === 'sms' ? [content.text] : [content.subject, content.html, content.text]).some(
    (text) => text?.includes('computed') === true,
  );

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
  if (head.name !== content.name || head.text !== content.text) return false;
  if (head.channel === 'sms' || content.channel === 'sms') return head.channel === content.channel;
  return head.subject === content.subject && head.html === content.html;
}
