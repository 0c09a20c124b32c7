import { Tokenizer } from 'htmlparser2';
import type { MjmlFault, PlainMjml } from './mjml-source.ts';

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

/** No comment is read in two ways: many of them would take longer than anybody waits. */
const beginning = /^(?:\s|<!--(?:(?!-->)[\s\S])*-->)*<mjml[\s>]/;

/** Deeper than any layout: the compiler calls itself at each level, and breaks for good at about 300. */
const maxDepth = 100;

type Tag = { readonly name: string; readonly index: number };

/** What is no MJML; elements that it does not know, that are never closed, or that read other files. */
export function elementFault({ text, lineAt }: PlainMjml): MjmlFault | undefined {
  if (!beginning.test(text)) {
    return { line: 1, message: 'it is no MJML: begin with <mjml> and <mj-body>' };
  }
  const open: Tag[] = [];
  let fault: MjmlFault | undefined;
  let tag: Tag = { name: '', index: 0 };
  const found = (message: string | undefined, { index }: Tag): void => {
    if (message !== undefined) fault ??= { line: lineAt(index), message };
  };
  const nothing = (): void => {};
  const tokenizer = new Tokenizer(
    { xmlMode: true, decodeEntities: false },
    {
      onopentagname: (start, end) => {
        tag = { name: text.slice(start, end), index: start };
        found(nameFault(tag.name), tag);
      },
      onopentagend: () => {
        if (isVoid(tag)) return;
        open.push(tag);
        if (open.length <= maxDepth) return;
        found(`elements are more than ${maxDepth} deep in each other: nest fewer`, tag);
      },
      onclosetag: (start, end) => {
        const closing = { name: text.slice(start, end), index: start };
        found(nameFault(closing.name), closing);
        if (isVoid(closing)) return;
        const last = open.pop();
        if (last === undefined) found(`</${closing.name}> closes nothing: remove it`, closing);
        else if (last.name.toLowerCase() !== closing.name.toLowerCase())
          found(unclosed(last), last);
      },
      onselfclosingtag: nothing,
      onattribname: nothing,
      onattribdata: nothing,
      onattribentity: nothing,
      onattribend: nothing,
      oncdata: nothing,
      oncomment: nothing,
      ondeclaration: nothing,
      onprocessinginstruction: nothing,
      ontext: nothing,
      ontextentity: nothing,
      onend: nothing,
    },
  );
  tokenizer.write(text);
  tokenizer.end();
  const last = open.at(-1);
  if (last !== undefined) found(unclosed(last), last);
  return fault;
}

const isVoid = ({ name }: Tag): boolean => empty.has(name.toLowerCase());

const unclosed = ({ name }: Tag): string => `<${name}> is not closed: add </${name}>`;

function nameFault(name: string): string | undefined {
  if (name === 'mj-include') return '<mj-include> is not possible: put its content here';
  const isMjml = name.startsWith('mj-') || name === 'mjml';
  return isMjml && !elements.has(name) ? `MJML has no <${name}>: correct its name` : undefined;
}
