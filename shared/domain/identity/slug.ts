import * as z from 'zod';

/** The name a company gives a segment, campaign, template, topic or source in its URLs. */
export const slugSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/,
    'use 1 to 64 letters, digits, "-", "_" or ".", beginning with a letter or digit',
  );
