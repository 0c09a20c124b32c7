import { parseLiquid } from '../../domain/templates/liquid.ts';
import type { TemplateContent, TemplateDraft } from '../../domain/templates/template.ts';
import { bytesOf, maxBytes } from '../../domain/templates/template-source.ts';
import type { ProblemError } from '../../runtime/problem.ts';
import { compileMjml } from './compile-mjml.ts';

type EmailDraft = Extract<TemplateDraft, { readonly channel: 'email' }>;
type EmailDraftWords = NonNullable<EmailDraft['languages']>[string];

/** A template with the HTML of its MJML, in every language; or what is wrong, all of it. */
export async function compileTemplate(
  draft: TemplateDraft,
): Promise<{ readonly content: TemplateContent } | { readonly errors: readonly ProblemError[] }> {
  if (draft.channel !== 'email') return { content: draft };
  const errors: ProblemError[] = [];
  const { languages: drafts, html, ...rest } = draft;
  const main = { ...rest, ...(await htmlOf({ html, mjml: rest.mjml }, 'mjml', errors)) };
  const languages: Record<string, Omit<EmailDraftWords, 'html'> & { readonly html: string }> = {};
  for (const [language, words] of Object.entries(drafts ?? {})) {
    const made = await htmlOf(words, `languages.${language}.mjml`, errors);
    languages[language] = { ...words, ...made };
  }
  if (errors.length > 0) return { errors };
  return { content: { ...main, ...(drafts !== undefined && { languages }) } };
}

async function htmlOf(
  { html, mjml }: Pick<EmailDraftWords, 'html' | 'mjml'>,
  path: string,
  errors: ProblemError[],
): Promise<{ readonly html: string }> {
  if (mjml === undefined) return { html: html ?? '' };
  const compiled = await compileMjml(mjml);
  const made = 'html' in compiled ? compiled.html : '';
  const error = 'error' in compiled ? compiled.error : faultOf(made);
  if (error !== undefined) errors.push({ path, message: error });
  return { html: made };
}

function faultOf(html: string): string | undefined {
  if (bytesOf(html) > maxBytes.html) {
    return `gives html larger than ${maxBytes.html} bytes: make it shorter`;
  }
  const parsed = parseLiquid('html', html);
  return 'error' in parsed ? `gives html that is no Liquid: ${parsed.error}` : undefined;
}
