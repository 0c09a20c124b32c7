import { emailRenderer, type RenderedEmail } from './email-rendering.ts';
import { EmptyRendering, RenderError, type RenderingTime } from './liquid.ts';
import { pushRenderer, type RenderedPush } from './push-rendering.ts';
import type { Renderer } from './rendering-data.ts';
import type { TemplateContent } from './template.ts';
import { inLanguage } from './template-language.ts';
import type { SourceField } from './template-source.ts';
import { type RenderedText, textRenderer } from './text-rendering.ts';
import { type RenderedWebhook, webhookRenderer } from './webhook-rendering.ts';

/** What becomes of a template of any channel. */
export type Rendered = RenderedEmail | RenderedText | RenderedPush | RenderedWebhook;

/** Renders a template of any channel. A sender knows its own and takes that one alone. */
export function renderer(template: TemplateContent): Renderer<Rendered> {
  switch (template.channel) {
    case 'email':
      return emailRenderer(template);
    case 'sms':
      return textRenderer(template);
    case 'push':
      return pushRenderer(template);
    case 'webhook':
      return webhookRenderer(template);
  }
}

/** The field that cannot be rendered with any data, and why; undefined when a template only may need some. */
export function faultOf(
  content: TemplateContent,
  time: RenderingTime,
): { readonly field: string; readonly message: string } | undefined {
  for (const language of [undefined, ...Object.keys(content.languages ?? {})]) {
    const said = inLanguage(content, language);
    for (const [field, alone] of eachAlone(said)) {
      const message = messageOfFault(alone, time);
      if (message === undefined) continue;
      return { field: writtenField(said, field, language), message };
    }
  }
  return undefined;
}

/** Where a marketer wrote what is at fault: the HTML may have been made from MJML. */
export function writtenField(
  said: TemplateContent,
  field: SourceField,
  language: string | undefined,
): string {
  const isMade = said.channel === 'email' && said.mjml !== undefined && field === 'html';
  const own = isMade ? 'mjml' : field;
  return language === undefined ? own : `languages.${language}.${own}`;
}

/** The template once per field, with nothing else in it that could fail. */
function eachAlone(content: TemplateContent): readonly (readonly [SourceField, TemplateContent])[] {
  if (content.channel === 'sms') return [['text', content]];
  if (content.channel === 'webhook') return [['body', content]];
  if (content.channel === 'push') {
    const blank = { name: '-', channel: 'push', title: '-', text: '-' } as const;
    const { title, text, url, data } = content;
    return [
      ['title', { ...blank, title }],
      ['text', { ...blank, text }],
      ...(url === undefined ? [] : [['url', { ...blank, url }] as const]),
      ...(data === undefined ? [] : [['data', { ...blank, data }] as const]),
    ];
  }
  const { text } = content;
  return [
    ['subject', { ...content, html: '-', text: '-' }],
    ['html', { ...content, subject: '-', ...(text !== undefined && { text: '-' }) }],
    ...(text === undefined ? [] : [['text', { ...content, subject: '-', html: '-' }] as const]),
  ];
}

function messageOfFault(content: TemplateContent, time: RenderingTime): string | undefined {
  try {
    renderer(content)({
      ...time,
      profile: { id: '', identifiers: {}, attributes: {} },
      event: undefined,
      campaign: { id: '', name: '' },
      unsubscribeUrl: 'https://unsubscribe.example',
      kind: 'marketing',
      missing: new Set(),
    });
    return undefined;
  } catch (error) {
    if (!(error instanceof RenderError)) throw error;
    return error instanceof EmptyRendering ? undefined : error.message;
  }
}
