import type { Context } from 'aws-lambda';
import type { z } from 'zod';
import type { Ports } from '../ports/ports.ts';
import { Tellable } from './error-name.ts';
import { issuesOf } from './issues.ts';
import { type LambdaFunction, lambdaFunction } from './lambda-function.ts';

/** The event is none that the function takes: the fields that are wrong, without what they hold. */
class WrongEvent extends Tellable {
  override readonly name = 'WrongEvent';
}

/** A use case called with one event of its own: the minute tick, or by hand. A wrong event is refused by its schema. */
export function plainFunction<Event, Answer>(
  schema: z.ZodType<Event>,
  handle: (event: Event, ports: Ports, context: Context) => Promise<Answer>,
): LambdaFunction<unknown, Answer> {
  return lambdaFunction(async (event, ports, context) => {
    const parsed = schema.safeParse(event);
    if (!parsed.success) throw new WrongEvent(issuesOf(parsed.error).join('; '));
    return handle(parsed.data, ports, context);
  });
}
