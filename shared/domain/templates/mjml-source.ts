/** What is wrong, and on which line of what the marketer wrote. */
export type MjmlFault = { readonly line: number; readonly message: string };

/** MJML whose Liquid has given way to words that no compiler touches. */
export type PlainMjml = {
  readonly text: string;
  /** The line of the source at which a character of the plain text stands. */
  readonly lineAt: (index: number) => number;
  /** Compiled HTML with its Liquid again; or where Liquid got lost. */
  readonly restore: (html: string) => { readonly html: string } | MjmlFault;
};

/** Takes the Liquid out of MJML: quotes, angles and ampersands in it are no markup. */
export function withoutLiquid(mjml: string): PlainMjml {
  const mark = markNotIn(mjml);
  const tags = liquidTags(mjml);
  const marked = (from: number, to: number | undefined, at: number): string =>
    mjml.slice(from, to) + (to === undefined ? '' : `${mark}${at}x`);
  const text = tags
    .map(({ index }, at) => marked(tags[at - 1]?.end ?? 0, index, at))
    .concat(marked(tags.at(-1)?.end ?? 0, undefined, tags.length))
    .join('');
  const marks = new RegExp(`${mark}(\\d+)x`, 'g');
  const lineAt = (index: number): number => {
    const before = text.slice(0, index);
    // Liquid over several lines stands on one in the plain text.
    const swallowed = [...before.matchAll(marks)].map(([, at]) => lines(tags[Number(at)]?.source));
    return lines(before) + 1 + swallowed.reduce((sum, count) => sum + count, 0);
  };
  return {
    text,
    lineAt,
    restore: (compiled) => {
      const met = new Set<number>();
      const html = compiled.replaceAll(marks, (_, at: string) => {
        met.add(Number(at));
        return tags[Number(at)]?.source ?? '';
      });
      const lost = tags.find((_, at) => !met.has(at));
      if (lost === undefined) return { html };
      const message = `${lost.source} gets lost: MJML computes with this attribute, or has no place for it here; write a fixed value, or put it into <mj-raw>`;
      return { line: lines(mjml.slice(0, lost.index)) + 1, message };
    },
  };
}

function markNotIn(text: string): string {
  let number = 0;
  while (text.includes(`xliquid${number}x`)) number += 1;
  return `xliquid${number}x`;
}

const lines = (text = ''): number => text.split('\n').length - 1;

type LiquidTag = { readonly source: string; readonly index: number; readonly end: number };

/** Where Liquid stands, from left to right; what is never closed is none. Each character is looked at once. */
function liquidTags(text: string): readonly LiquidTag[] {
  const tags: LiquidTag[] = [];
  const unclosed = new Set<string>();
  for (let index = text.indexOf('{'); index >= 0; index = text.indexOf('{', index)) {
    const close = { '{{': '}}', '{%': '%}' }[text.slice(index, index + 2)];
    const at = close === undefined || unclosed.has(close) ? -1 : text.indexOf(close, index + 2);
    if (close !== undefined && at < 0) unclosed.add(close);
    const end = at < 0 ? index + 1 : at + 2;
    if (at >= 0) tags.push({ source: text.slice(index, end), index, end });
    index = end;
  }
  return tags;
}
