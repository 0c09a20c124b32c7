import * as z from 'zod';
import { filled, type SourceField, source } from './template-source.ts';

/** What each channel's templates say, in one language. */

const subject = filled('subject');
const text = source('text')
  .optional()
  .describe('The part for readers without HTML; made from the HTML when absent.');

/** An email as it is stored: its HTML may have been made from MJML. */
export const emailWords = { subject, html: filled('html'), mjml: source('mjml').optional(), text };

/** An email as a marketer writes it: `html` or `mjml`. */
export const emailDraftWords = {
  subject,
  html: filled('html').optional(),
  mjml: filled('mjml')
    .optional()
    .describe(
      'Instead of `html`: MJML 4 with Liquid, compiled when it is saved. Loops and conditions around sections stand in `<mj-raw>`.',
    ),
  text,
};

/** An email needs exactly one of the two. */
export function checkBody(
  { html, mjml }: { readonly html?: string | undefined; readonly mjml?: string | undefined },
  check: z.RefinementCtx,
): void {
  const report = (path: string, message: string): void =>
    check.addIssue({ code: 'custom', path: [path], message });
  if (html === undefined && mjml === undefined) {
    report('html', 'is missing: write it in Liquid, or give "mjml" instead');
  } else if (html !== undefined && mjml !== undefined) {
    report('mjml', 'is compiled to the html: leave one of the two out');
  }
}

export const smsWords = { text: filled('text') };

/** What apps can hand on beside the words, beneath what the services take of one message (4 KB). */
const maxDataNames = 20;

const isReservedData = (key: string): boolean =>
  /^(from|message_type|url|aps|message|google.*|gcm.*)$/i.test(key);

export const pushWords = {
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
};

export const webhookWords = {
  body: filled('body').describe(
    'JSON in Liquid. Outputs are escaped for a JSON text: `"name": "{{ profile.attributes.firstName }}"`; lists and objects come as JSON; `| json` gives any value with its quotes.',
  ),
};

/** The words of any channel: which fields there are, the channel says. */
export type Words = {
  readonly subject?: string | undefined;
  readonly html?: string | undefined;
  readonly mjml?: string | undefined;
  readonly text?: string | undefined;
  readonly title?: string | undefined;
  readonly url?: string | undefined;
  readonly data?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
};

/** The fields that are a language's own. */
export const wordFields = [
  'subject',
  'html',
  'mjml',
  'text',
  'title',
  'url',
  'data',
  'body',
] as const satisfies readonly SourceField[];

/** Everything in it that is rendered, field by field: of MJML that is its HTML. */
export const sourcesOf = (words: Words): readonly (readonly [SourceField, string])[] =>
  wordFields.flatMap((field) => {
    const said = words[field];
    if (said === undefined || field === 'mjml') return [];
    const sources = typeof said === 'string' ? [said] : Object.values(said);
    return sources.map((one) => [field, one] as const);
  });
