import { QuoteType, Tokenizer } from 'htmlparser2';

/** Stands for what an output writes, and for a tag of Liquid: characters that no HTML gives a meaning. */
const output = '\uE000';
const tag = '\uE001';

/**
 * The first output of an HTML source that stands in an element but not between quotes. Escaping cannot
 * help there: a space in somebody's name would begin an attribute, such as another `href`.
 */
export function unquotedOutput(html: string): string | undefined {
  const masked = withoutLiquid(html);
  let found: number | undefined;
  const look = (start: number, end: number): void => {
    const at = masked.slice(start, end).indexOf(output);
    if (at >= 0) found ??= start + at;
  };
  let value: readonly [number, number] = [0, 0];
  const nothing = (): void => {};
  const tokenizer = new Tokenizer(
    { decodeEntities: false },
    {
      onopentagname: look,
      onattribname: (start, end) => {
        look(start, end);
        value = [end, end];
      },
      onattribdata: (start, end) => {
        value = [value[1] === value[0] ? start : value[0], end];
      },
      onattribend: (quote) => {
        if (quote === QuoteType.Unquoted) look(...value);
      },
      onattribentity: nothing,
      onclosetag: nothing,
      onopentagend: nothing,
      onselfclosingtag: nothing,
      ontext: nothing,
      ontextentity: nothing,
      oncomment: nothing,
      oncdata: nothing,
      ondeclaration: nothing,
      onprocessinginstruction: nothing,
      onend: nothing,
    },
  );
  tokenizer.write(masked);
  tokenizer.end();
  if (found === undefined) return undefined;
  const end = html.indexOf('}}', found);
  return html.slice(found, end < 0 ? undefined : end + 2);
}

/** Of the same length, so that places stay places. */
function withoutLiquid(html: string): string {
  const parts: string[] = [];
  let at = 0;
  for (;;) {
    const start = nextOpening(html, at);
    if (start < 0) break;
    const isOutput = html[start + 1] === '{';
    const close = html.indexOf(isOutput ? '}}' : '%}', start + 2);
    const end = close < 0 ? html.length : close + 2;
    parts.push(html.slice(at, start), (isOutput ? output : tag).repeat(end - start));
    at = end;
  }
  return parts.join('') + html.slice(at);
}

function nextOpening(html: string, from: number): number {
  let at = html.indexOf('{', from);
  while (at >= 0 && html[at + 1] !== '{' && html[at + 1] !== '%') at = html.indexOf('{', at + 1);
  return at;
}
