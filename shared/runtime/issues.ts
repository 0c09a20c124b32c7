import type { z } from 'zod';

/** What is wrong with a value: paths and codes only, for the values may be personal data. */
export const issuesOf = (error: z.ZodError): readonly string[] =>
  error.issues.map((issue) => `${issue.path.join('.')}: ${issue.code}`);
