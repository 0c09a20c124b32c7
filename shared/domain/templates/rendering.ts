import { compile } from 'html-to-text';
import type { Profile } from '../profiles/profile.ts';
import {
  type LiquidSource,
  parseLiquid,
  RenderError,
  type RenderingTime,
  renderLiquid,
} from './liquid.ts';
import type { Template } from './template.ts';

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

/** A function that renders one template version for many people; it throws `RenderError`. */
export function renderer(template: Template): (data: RenderingData) => Rendered {
  const text = template.text === undefined ? undefined : parsed('plain', template.text);
  if (template.channel === 'sms') {
    return (data) => {
      const rendered = text === undefined ? '' : renderLiquid(text, scopeOf(data), data);
      if (rendered.trim() === '') throw new RenderError('the text is empty with this data');
      return { text: rendered };
    };
  }
  const subject = parsed('plain', template.subject);
  const html = parsed('html', template.html);
  return (data) => {
    const scope = scopeOf(data);
    const body = withHtmlFooter(renderLiquid(html, scope, data), data);
    return {
      subject: oneLine(renderLiquid(subject, scope, data)),
      html: body,
      text:
        text === undefined
          ? textOfHtml(body)
          : withTextFooter(renderLiquid(text, scope, data), data),
    };
  };
}

/** Saved templates have been parsed before, so an error here is a broken invariant. */
function parsed(kind: 'html' | 'plain', source: string): LiquidSource {
  const result = parseLiquid(kind, source);
  if ('error' in result) throw new Error(`A saved template does not parse: ${result.error}`);
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

const missesLink = (
  rendered: string,
  data: RenderingData,
): data is RenderingData & { unsubscribeUrl: string } =>
  data.kind === 'marketing' &&
  data.unsubscribeUrl !== undefined &&
  !rendered.includes(data.unsubscribeUrl);

function withHtmlFooter(html: string, data: RenderingData): string {
  if (!missesLink(html, data)) return html;
  const footer = `<p style="font-size:12px;color:#595959"><a href="${data.unsubscribeUrl}" style="color:#595959">Unsubscribe</a></p>`;
  const end = html.toLowerCase().lastIndexOf('</body>');
  return end < 0 ? `${html}\n${footer}` : `${html.slice(0, end)}${footer}\n${html.slice(end)}`;
}

function withTextFooter(text: string, data: RenderingData): string {
  return missesLink(text, data) ? `${text}\n\nUnsubscribe: ${data.unsubscribeUrl}` : text;
}

/** Compiled once: its selectors cost more than most conversions. */
const textOfHtml = compile({
  wordwrap: false,
  selectors: [
    { selector: 'img', format: 'skip' },
    { selector: 'a', options: { hideLinkHrefIfSameAsText: true, linkBrackets: ['(', ')'] } },
  ],
});
