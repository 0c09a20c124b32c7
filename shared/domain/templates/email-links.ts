import { QuoteType, Tokenizer } from 'htmlparser2';
import type { RenderedEmail } from './email-rendering.ts';
import {
  distinctTargets,
  edited,
  editsOfText,
  type LinkPlace,
  type LinkPlan,
  linksInText,
  placesWithUrls,
  webTarget,
} from './links.ts';

type HtmlPlace = LinkPlace & { readonly isQuoted: boolean };

/** The links of an email: those of its HTML first, then those that stand in its text alone. */
export function emailLinkPlan(email: RenderedEmail): LinkPlan<RenderedEmail> {
  const { places, bodyEnd } = linksInHtml(email.html);
  const placesInText = linksInText(email.text);
  const targets = distinctTargets([...places, ...placesInText]);
  return {
    targets,
    withUrls: (urls, hidden) => {
      const edits = placesWithUrls(places, targets, urls).map(({ start, end, url, isQuoted }) => ({
        start,
        end,
        text: isQuoted ? escaped(url) : `"${escaped(url)}"`,
      }));
      const last = hidden === undefined ? '' : hiddenLink(hidden);
      const html = edited(email.html, [...edits, { start: bodyEnd, end: bodyEnd, text: last }]);
      return { ...email, html, text: edited(email.text, editsOfText(placesInText, targets, urls)) };
    },
  };
}

/** Neither seen, nor read out, nor reached by a key: whoever follows it is no person. */
const hiddenLink = (url: string): string =>
  `<a href="${escaped(url)}" rel="nofollow" aria-hidden="true" tabindex="-1" style="display:none;max-height:0;font-size:0;line-height:0;overflow:hidden"></a>`;

const escaped = (url: string): string =>
  url
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');

/** Between an attribute's name and its value. */
const equalsSign = /[ \t\n\f\r]*=[ \t\n\f\r]*["']?/y;

/**
 * Where the values of `href` stand, of the elements that people click, and where the body ends. The
 * tokenizer knows comments, scripts and every way to quote; entities in values come decoded.
 */
function linksInHtml(html: string): {
  readonly places: readonly HtmlPlace[];
  readonly bodyEnd: number;
} {
  const places: HtmlPlace[] = [];
  let bodyEnd: number | undefined;
  /** The last place at which nothing is open that would swallow what is written there. */
  let textEnd = 0;
  let isLink = false;
  let name = '';
  let nameEnd = 0;
  let value = '';
  const nothing = (): void => {};
  const leaveTag = (end: number): void => {
    textEnd = end + 1;
  };
  const tokenizer = new Tokenizer(
    { decodeEntities: true },
    {
      onopentagname: (start, end) => {
        isLink = ['a', 'area'].includes(html.slice(start, end).toLowerCase());
      },
      onattribname: (start, end) => {
        name = html.slice(start, end).toLowerCase();
        nameEnd = end;
        value = '';
      },
      onattribdata: (start, end) => {
        if (isLink) value += html.slice(start, end);
      },
      onattribentity: (codePoint) => {
        value += String.fromCodePoint(codePoint);
      },
      onattribend: (quote, end) => {
        if (!isLink || name !== 'href' || quote === QuoteType.NoValue) return;
        isLink = false; // the first `href` of an element is the one that counts
        const target = webTarget(value);
        equalsSign.lastIndex = nameEnd;
        if (target === undefined || !equalsSign.test(html)) return;
        const isQuoted = quote !== QuoteType.Unquoted;
        const place = { start: equalsSign.lastIndex, end: isQuoted ? end - 1 : end };
        places.push({ ...place, target, isQuoted });
      },
      onclosetag: (start, end) => {
        if (html.slice(start, end).toLowerCase() === 'body')
          bodyEnd = html.lastIndexOf('</', start);
        leaveTag(end);
      },
      onopentagend: leaveTag,
      onselfclosingtag: leaveTag,
      ontext: (_, end) => {
        textEnd = end;
      },
      ontextentity: (_, end) => {
        textEnd = end;
      },
      oncomment: nothing,
      oncdata: nothing,
      ondeclaration: nothing,
      onprocessinginstruction: nothing,
      onend: nothing,
    },
  );
  tokenizer.write(html);
  tokenizer.end();
  return { places, bodyEnd: bodyEnd ?? textEnd };
}
