import { compile } from 'html-to-text';
import type { Profile } from '../profiles/profile.ts';
import {
  EmptyRendering,
  type LiquidSource,
  parseLiquid,
  RenderError,
  type RenderingTime,
  renderLiquid,
} from './liquid.ts';
import type { TemplateContent } from './template.ts';

/** What one person's message is made of. The same data and template version give the same message. */
export type RenderingData = RenderingTime & {
  readonly profile: Pick<Profile, 'id' | 'identifiers' | 'attributes'>;
  readonly event:
    | {
        readonly name: string;
        readonly occurredAt: string;
        readonly properties: Readonly<Record<string, unknown>>;
      }
    | undefined;
  readonly campaign: { readonly id: string; readonly name: string };
  /** The person's page to unsubscribe; undefined where there is nothing to unsubscribe from. */
  readonly unsubscribeUrl: string | undefined;
  /** Marketing emails carry the unsubscribe link in any case. */
  readonly kind: 'marketing' | 'transactional';
};

export type RenderedEmail = {
  readonly subject: string;
  readonly html: string;
  readonly text: string;
};
export type Rendered = RenderedEmail | { readonly text: string };

/** A function that renders one template version for many people; that function throws `RenderError`, this one nothing. */
export function renderer(template: TemplateContent): (data: RenderingData) => Rendered {
  try {
    return parsedRenderer(template);
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

function parsedRenderer(template: TemplateContent): (data: RenderingData) => Rendered {
  const text = template.text === undefined ? undefined : parsed('plain', template.text);
  if (template.channel === 'sms') {
    return (data) => {
      const rendered = text === undefined ? '' : renderLiquid(text, scopeOf(data), data);
      if (isBlank(rendered)) throw new EmptyRendering('the text is empty with this data');
      return { text: rendered };
    };
  }
  const subject = parsed('plain', template.subject);
  const html = parsed('html', template.html);
  return (data) => {
    const scope = scopeOf(data);
    const body = withHtmlFooter(renderLiquid(html, scope, data), data);
    const words = text === undefined ? textOfHtml(body) : renderLiquid(text, scope, data);
    const line = oneLine(renderLiquid(subject, scope, data));
    if (isBlank(line)) throw new EmptyRendering('the subject is empty with this data');
    return { subject: line, html: body, text: withTextFooter(words, data) };
  };
}

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

/** Whether there is nothing to see: spaces and characters without a shape are nothing. */
const isBlank = (text: string): boolean => !/[^\s\p{C}]/u.test(text);

/** Saved templates have been parsed before; what is nested to the limits of the stack may fail all the same. */
function parsed(kind: 'html' | 'plain', source: string): LiquidSource {
  const result = parseLiquid(kind, source);
  if ('error' in result) throw new RenderError(`it does not parse: ${result.error}`);
  return result.source;
}

function scopeOf(data: RenderingData): Record<string, unknown> {
  const { id, identifiers, attributes } = data.profile;
  return {
    profile: { id, identifiers, attributes },
    event: data.event,
    campaign: data.campaign,
    unsubscribeUrl: data.unsubscribeUrl,
    preferencesUrl: data.unsubscribeUrl,
  };
}

/** A line break in a subject would begin a new header. */
const oneLine = (subject: string): string => subject.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();

/** The link that a message must show; undefined where none is due. */
const dueLink = ({ kind, unsubscribeUrl }: RenderingData): string | undefined =>
  kind === 'marketing' ? unsubscribeUrl : undefined;

function withHtmlFooter(html: string, data: RenderingData): string {
  const link = dueLink(data);
  if (link === undefined || showsLink(html, link)) return html;
  const footer = `<p style="font-size:12px;color:#595959"><a href="${link}" style="color:#595959">Unsubscribe</a></p>`;
  const ends = [...html.matchAll(/<\/body>/gi)].map(({ index }) => index);
  // The end may lie within a comment that nobody closed: then the footer goes to the top.
  const places = [...ends.slice(-1), html.length, 0];
  for (const at of places) {
    const whole = `${html.slice(0, at)}\n${footer}\n${html.slice(at)}`;
    if (textOfHtml(whole).includes(link)) return whole;
  }
  throw new RenderError('there is no place where a link to unsubscribe would be seen');
}

/** Whether a reader can see the link: a comment with it shows nothing. */
function showsLink(html: string, link: string): boolean {
  const at = html.indexOf(link);
  if (at < 0) return false;
  const before = html.slice(html.lastIndexOf('<', at), at);
  const isPlain = /^<a\s[^>]*href\s*=\s*["']?$/i.test(before) && !mayHide.test(html);
  return isPlain || textOfHtml(html).includes(link);
}

function withTextFooter(text: string, data: RenderingData): string {
  const link = dueLink(data);
  return link === undefined || text.includes(link) ? text : `${text}\n\nUnsubscribe: ${link}`;
}

/** Elements whose content a mail program does not show as text. */
const hidden = ['title', 'style', 'script', 'template', 'noscript', 'textarea', 'iframe', 'select'];
const mayHide = new RegExp(`<(?:!(?!doctype)|${hidden.join('|')})`, 'i');

/** Deeper than any layout; the conversion calls itself at each level. */
const maxDepth = 400;

/** Stands where the conversion went no deeper: no character that anybody writes. */
const tooDeep = '\u{10fffd}';

/** Compiled once: its selectors cost more than most conversions. */
const convert = compile({
  wordwrap: false,
  // The whole document: what stands behind its body is seen as well.
  baseElements: { selectors: [], returnDomByDefault: true },
  limits: { maxDepth, ellipsis: tooDeep },
  selectors: [
    ...['img', ...hidden].map((selector) => ({ selector, format: 'skip' })),
    { selector: 'a', options: { hideLinkHrefIfSameAsText: true, linkBrackets: ['(', ')'] } },
  ],
});

/** What a reader of the HTML sees, and where its links lead. */
function textOfHtml(html: string): string {
  let text: string;
  try {
    text = convert(html);
  } catch (cause) {
    throw new RenderError('the html cannot be read', { cause });
  }
  if (!text.includes(tooDeep)) return text;
  throw new RenderError(`the html has elements more than ${maxDepth} deep in each other`);
}
