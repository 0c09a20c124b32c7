import type { z } from 'zod';
import { unprocessable } from '../problem.ts';

/** A path parameter as its schema has it; 422 naming it otherwise. */
export function pathParam<Value>(
  params: Readonly<Record<string, string>>,
  name: string,
  schema: z.ZodType<Value>,
): Value {
  const parsed = schema.safeParse(params[name]);
  if (parsed.success) return parsed.data;
  throw unprocessable(parsed.error.issues.map(({ message }) => ({ path: [name], message })));
}
