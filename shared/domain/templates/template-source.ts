import * as z from 'zod';
import { type LiquidKind, parseLiquid } from './liquid.ts';

/** UTF-8 bytes: a stored item and a provider's call both have to hold a whole template. */
export const maxBytes = {
  subject: 1_000,
  html: 200_000,
  mjml: 100_000,
  text: 100_000,
  title: 1_000,
  url: 4_000,
  data: 2_000,
  body: 200_000,
} as const;

/** What holds Liquid. */
export type SourceField = keyof typeof maxBytes;

/** How the outputs of a field are escaped. */
export const kindOf = (field: SourceField): LiquidKind =>
  field === 'html' || field === 'mjml' ? 'html' : field === 'body' ? 'json' : 'plain';

export const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

/** A field in Liquid: what does not parse is refused with its line and the way out. */
export const source = (field: SourceField) =>
  z.string('is missing: write it in Liquid').superRefine((text, check) => {
    if (bytesOf(text) > maxBytes[field]) {
      check.addIssue({
        code: 'custom',
        message: `is larger than ${maxBytes[field]} bytes: make it shorter`,
      });
      return;
    }
    const parsed = parseLiquid(kindOf(field), text);
    if ('error' in parsed) check.addIssue({ code: 'custom', message: parsed.error });
  });

export const filled = (field: SourceField) =>
  source(field).refine((text) => text.trim() !== '', 'is empty: write what the person should see');
