import * as z from 'zod';
import { type Words, wordFields } from './template-words.ts';

const maxLanguages = 50;

/** BCP 47, as far as languages, scripts and regions go: `lv`, `zh-Hant`, `pt-BR`. */
const languageTag = z
  .string()
  .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'must be a language such as "lv" or "pt-BR"');

/** The words of a template in other languages, by language. */
export const languagesOf = <Said extends z.ZodType>(words: Said) =>
  z
    .record(languageTag, words)
    .refine(
      (languages) => Object.keys(languages).length <= maxLanguages,
      `are more than ${maxLanguages}: leave some out`,
    )
    .refine((languages) => {
      const tags = Object.keys(languages).map((tag) => tag.toLowerCase());
      return new Set(tags).size === tags.length;
    }, 'name one language twice')
    .optional()
    .describe(
      'The same in other languages. A person gets the language of `attributes.language`, else `attributes.locale`: `lv-LV`, else `lv`, else the main words.',
    );

type Spoken = { readonly languages?: Readonly<Record<string, Words>> | undefined };

/**
 * The language of a template that a person gets; undefined: its main words. Tags are cut from their end
 * until one is there ("Lookup", RFC 4647).
 */
export function languageFor(
  { languages }: Spoken,
  attributes: Readonly<Record<string, unknown>>,
): string | undefined {
  if (languages === undefined) return undefined;
  const { language, locale } = attributes;
  const asked = [language, locale].find((one) => typeof one === 'string' && one.trim() !== '');
  if (typeof asked !== 'string') return undefined;
  const tags = new Map(Object.keys(languages).map((tag) => [tag.toLowerCase(), tag]));
  // `lv_LV.UTF-8`, as systems write it, is `lv-LV`.
  let parts = (asked.trim().toLowerCase().split(/[.@]/)[0] ?? '').split(/[-_]/);
  while (parts.length > 0) {
    const found = tags.get(parts.join('-'));
    if (found !== undefined) return found;
    parts = parts.slice(0, -1);
  }
  return undefined;
}

/** The template with the words of one of its languages as the main ones. */
export function inLanguage<Content extends Spoken>(
  content: Content,
  language: string | undefined,
): Content {
  if (language === undefined) return content;
  const words: Words | undefined = content.languages?.[language];
  if (words === undefined) throw new Error(`The template has no ${language}.`);
  const common = Object.fromEntries(
    Object.entries(content).filter(([field]) => !wordFields.some((word) => word === field)),
  );
  // Each language has the words of its template's channel, as the schema says.
  return { ...common, ...words } as Content;
}
