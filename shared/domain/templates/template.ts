import * as z from 'zod';
import { sameJson } from '../profiles/same-json.ts';
import { defaultsSchema } from './defaults.ts';
import { languagesOf } from './template-language.ts';
import { bytesOf } from './template-source.ts';
import {
  checkBody,
  emailDraftWords,
  emailWords,
  pushWords,
  smsWords,
  sourcesOf,
  type Words,
  webhookWords,
} from './template-words.ts';

const common = {
  name: z
    .string('give it a name')
    .trim()
    .min(1, 'give it a name')
    .max(200, 'use at most 200 characters'),
  defaults: defaultsSchema
    .optional()
    .describe('What is written for a missing value, by its path: `profile.attributes.firstName`.'),
  missing: z
    .enum(['withhold', 'empty'])
    .optional()
    .describe(
      'What becomes of a message with an output whose value is missing, and that has no default: `withhold` (unless said: `missing-value`), or `empty`: nothing is written in its place.',
    ),
};

const emailDraftSchema = z.strictObject({
  ...common,
  channel: z.literal('email'),
  ...emailDraftWords,
  languages: languagesOf(z.strictObject(emailDraftWords).superRefine(checkBody)),
});

const emailSchema = z.strictObject({
  ...common,
  channel: z.literal('email'),
  ...emailWords,
  languages: languagesOf(z.strictObject(emailWords)),
});

const smsSchema = z.strictObject({
  ...common,
  channel: z.literal('sms'),
  ...smsWords,
  languages: languagesOf(z.strictObject(smsWords)),
});

const pushSchema = z.strictObject({
  ...common,
  channel: z.literal('push'),
  ...pushWords,
  languages: languagesOf(z.strictObject(pushWords)),
});

const webhookSchema = z.strictObject({
  ...common,
  channel: z.literal('webhook'),
  ...webhookWords,
  languages: languagesOf(z.strictObject(webhookWords)),
});

const channelError = {
  error: (issue: { readonly code?: string | undefined }) =>
    issue.code === 'invalid_union' ? 'must be "email", "sms", "push" or "webhook"' : undefined,
};

/**
 * What a marketer writes, in Liquid. It can name `profile` (`id`, `identifiers`, `attributes`, and
 * computed values by id in `computed`), `event` (`name`, `occurredAt`, `properties`), `campaign`, `unsubscribeUrl` and `preferencesUrl`
 * (the same page as `unsubscribeUrl`). Outputs in `html` are escaped.
 */
export const templateDraftSchema = z.discriminatedUnion(
  'channel',
  [emailDraftSchema.superRefine(checkBody), smsSchema, pushSchema, webhookSchema],
  channelError,
);
export type TemplateDraft = z.infer<typeof templateDraftSchema>;

/** What is rendered: emails have their HTML, whatever it was made from. */
export const templateContentSchema = z.discriminatedUnion(
  'channel',
  [emailSchema, smsSchema, pushSchema, webhookSchema],
  channelError,
);
export type TemplateContent = z.infer<typeof templateContentSchema>;

/** All languages of a template share a stored item: 400 KB, with room for its keys. */
const maxContentBytes = 380_000;

/** What is wrong with a template as a whole; undefined when it can be stored. */
export const oversize = (content: TemplateContent): string | undefined =>
  bytesOf(JSON.stringify(content)) > maxContentBytes
    ? `is larger than ${maxContentBytes} bytes with all its languages: make it shorter`
    : undefined;

/** The main words of a template, then those of its languages. */
export const wordsOfAll = (content: TemplateContent): readonly Words[] => [
  content,
  ...Object.values<Words>(content.languages ?? {}),
];

/** Whether a template may name computed values: only then are they worked out for everybody it goes to. */
export const asksComputed = (content: TemplateContent): boolean =>
  wordsOfAll(content).some((words) =>
    sourcesOf(words).some(([, text]) => text.includes('computed')),
  );

/** One saved version of a template; a message names the version it is rendered from. */
export type Template = TemplateContent & {
  readonly id: string;
  /** 1 for the first save, one more for each that changes something. */
  readonly version: number;
  readonly savedAt: string;
  /** Who wrote it, who may not approve it; absent in what was saved before that was kept. */
  readonly savedBy?: string | undefined;
};

/** What a save makes of a template: the next version, or the one that stands when nothing changes. */
export function nextVersion(
  id: string,
  content: TemplateContent,
  known: {
    readonly head: Template | undefined;
    readonly now: number;
    readonly by?: string | undefined;
  },
): Template {
  const { head } = known;
  if (head !== undefined && isSame(head, content)) return head;
  return {
    ...content,
    id,
    version: (head?.version ?? 0) + 1,
    savedAt: new Date(known.now).toISOString(),
    ...(known.by !== undefined && { savedBy: known.by }),
  };
}

function isSame(head: Template, content: TemplateContent): boolean {
  const { id: _id, version: _version, savedAt: _savedAt, savedBy: _savedBy, ...known } = head;
  return sameJson(withoutAbsent(known), withoutAbsent(content));
}

const withoutAbsent = (content: TemplateContent): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(content).filter(([, value]) => value !== undefined));
