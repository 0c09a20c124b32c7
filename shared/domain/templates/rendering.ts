import { emailRenderer, type RenderedEmail } from './email-rendering.ts';
import { EmptyRendering, RenderError, type RenderingTime } from './liquid.ts';
import { pushRenderer, type RenderedPush } from './push-rendering.ts';
import type { Renderer } from './rendering-data.ts';
import type { TemplateContent } from './template.ts';
import { type RenderedText, textRenderer } from './text-rendering.ts';
import { type RenderedWebhook, webhookRenderer } from './webhook-rendering.ts';

/** Renders a template of any channel. A sender knows its own and takes that one alone. */
export function renderer(
  template: TemplateContent,
): Renderer<RenderedEmail | RenderedText | RenderedPush | RenderedWebhook> {
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

type Field = 'subject' | 'html' | 'text' | 'title' | 'url' | 'data' | 'body';

/** The field that cannot be rendered with any data, and why; undefined when a template only may need some. */
export function faultOf(
  content: TemplateContent,
  time: RenderingTime,
): { readonly field: Field; readonly message: string } | undefined {
  for (const [field, alone] of eachAlone(content)) {
    const message = messageOfFault(alone, time);
    if (message !== undefined) return { field, message };
  }
  return undefined;
}

/** The template once per field, with nothing else in it that could fail. */
function eachAlone(content: TemplateContent): readonly (readonly [Field, TemplateContent])[] {
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
    });
    return undefined;
  } catch (error) {
    if (!(error instanceof RenderError)) throw error;
    return error instanceof EmptyRendering ? undefined : error.message;
  }
}
