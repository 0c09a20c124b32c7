import { compile, type HtmlToTextOptions } from 'html-to-text';
import { EmptyRendering, RenderError, renderLiquid } from './liquid.ts';
import {
  isBlank,
  type MissingPolicy,
  parsed,
  type Renderer,
  type RenderingData,
  rendererOf,
  scopeOf,
} from './rendering-data.ts';

export type RenderedEmail = {
  readonly subject: string;
  readonly html: string;
  readonly text: string;
};

type EmailTemplate = MissingPolicy & {
  readonly subject: string;
  readonly html: string;
  /** Absent: made from the HTML. */
  readonly text?: string | undefined;
};

/** An email; marketing shows a link to unsubscribe in any case. */
export const emailRenderer = (template: EmailTemplate): Renderer<RenderedEmail> =>
  rendererOf(template, () => {
    const text = template.text === undefined ? undefined : parsed('plain', template.text);
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
  });

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

let converter: ReturnType<typeof compile> | undefined;

/** Compiled once, where it is first needed: its selectors cost more than most conversions. */
const convert = (html: string): string => {
  converter ??= compile(conversion);
  return converter(html);
};

const conversion: HtmlToTextOptions = {
  wordwrap: false,
  // The whole document: what stands behind its body is seen as well.
  baseElements: { selectors: [], returnDomByDefault: true },
  limits: { maxDepth, ellipsis: tooDeep },
  selectors: [
    ...['img', ...hidden].map((selector) => ({ selector, format: 'skip' })),
    { selector: 'a', options: { hideLinkHrefIfSameAsText: true, linkBrackets: ['(', ')'] } },
  ],
};

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
