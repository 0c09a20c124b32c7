/** The elements of MJML 4. Others would be left out without a word. */
const elements = new Set(
  `mjml mj-head mj-body mj-attributes mj-all mj-class mj-breakpoint mj-font mj-html-attributes
  mj-selector mj-html-attribute mj-preview mj-style mj-title mj-accordion mj-accordion-element
  mj-accordion-title mj-accordion-text mj-button mj-carousel mj-carousel-image mj-column mj-divider
  mj-group mj-hero mj-image mj-navbar mj-navbar-link mj-raw mj-section mj-social mj-social-element
  mj-spacer mj-table mj-text mj-wrapper`.split(/\s+/),
);

/** Elements of HTML that nobody closes. */
const empty = new Set(
  'area base br col embed hr img input link meta param source track wbr'.split(' '),
);

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

const liquid = /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g;

/** Takes the Liquid out of MJML: quotes, angles and ampersands in it are no markup. */
export function withoutLiquid(mjml: string): PlainMjml {
  const mark = markNotIn(mjml);
  const tags: { readonly source: string; readonly line: number }[] = [];
  const text = mjml.replaceAll(liquid, (source, index: number) => {
    tags.push({ source, line: lineOf(mjml, index) });
    return `${mark}${tags.length - 1}x`;
  });
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
      return { line: lost.line, message };
    },
  };
}

function markNotIn(text: string): string {
  let number = 0;
  while (text.includes(`xliquid${number}x`)) number += 1;
  return `xliquid${number}x`;
}

const lines = (text = ''): number => text.split('\n').length - 1;

export const lineOf = (text: string, index: number): number => lines(text.slice(0, index)) + 1;

const markup =
  /<!--[\s\S]*?(?:-->|$)|<(\/?)([\p{L}_:][^\s<>"'/=]*)((?:[^<>"']|"[^"]*"|'[^']*')*?)(\/?)>/gu;

/** No comment is read in two ways: many of them would take longer than anybody waits. */
const beginning = /^(?:\s|<!--(?:(?!-->)[\s\S])*-->)*<mjml[\s>]/;

/** Deeper than any layout: the compiler calls itself at each level, and breaks for good at about 300. */
const maxDepth = 100;

/** What is no MJML; elements that it does not know, that are never closed, or that read other files. */
export function elementFault({ text, lineAt }: PlainMjml): MjmlFault | undefined {
  if (!beginning.test(text)) {
    return { line: 1, message: 'it is no MJML: begin with <mjml> and <mj-body>' };
  }
  const open: { readonly name: string; readonly index: number }[] = [];
  for (const { index, 1: closing, 2: name, 4: selfClosing } of text.matchAll(markup)) {
    if (name === undefined) continue;
    const fault = (message: string): MjmlFault => ({ line: lineAt(index), message });
    const isMjml = name.startsWith('mj-') || name === 'mjml';
    if (name === 'mj-include') return fault('<mj-include> is not possible: put its content here');
    if (isMjml && !elements.has(name)) return fault(`MJML has no <${name}>: correct its name`);
    if (empty.has(name.toLowerCase()) || selfClosing === '/') continue;
    if (closing === '') {
      open.push({ name, index });
      if (open.length > maxDepth) {
        return fault(`elements are more than ${maxDepth} deep in each other: nest fewer`);
      }
      continue;
    }
    const last = open.pop();
    if (last === undefined) return fault(`</${name}> closes nothing: remove it`);
    if (last.name.toLowerCase() !== name.toLowerCase()) {
      return {
        line: lineAt(last.index),
        message: `<${last.name}> is not closed: add </${last.name}>`,
      };
    }
  }
  const last = open.at(-1);
  if (last === undefined) return undefined;
  return { line: lineAt(last.index), message: `<${last.name}> is not closed: add </${last.name}>` };
}
