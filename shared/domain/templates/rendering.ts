import { emailRenderer, type RenderedEmail } from './email-rendering.ts';
import { EmptyRendering, RenderError, type RenderingTime } from './liquid.ts';
import type { Renderer } from './rendering-data.ts';
import type { TemplateContent } from './template.ts';
import { type RenderedText, textRenderer } from './text-rendering.ts';

/** Renders a template of either channel. A sender knows its own and takes that one alone. */
export const renderer = (template: TemplateContent): Renderer<RenderedEmail | RenderedText> =>
  template.channel === 'sms' ? textRenderer(template) : emailRenderer(template);

/** The field that cannot be rendered with any data, and why; undefined when a template only may need some. */
export function faultOf(
  content: TemplateContent,
  time: RenderingTime,
): { readonly field: 'subject' | 'html' | 'text'; readonly message: string } | undefined {
  for (const [field, alone] of eachAlone(content)) {
    const message = messageOfFault(alone, time);
    if (message !== undefined) return { field, message };
  }
  return undefined;
}

/** The template once per field, with nothing else in it that could fail. */
function eachAlone(
  content: TemplateContent,
): readonly (readonly ['subject' | 'html' | 'text', TemplateContent])[] {
  if (content.channel === 'sms') return [['text', content]];
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
