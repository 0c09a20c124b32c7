import type { Context } from 'aws-lambda';
import type { z } from 'zod';
import type { Ports } from '../ports/ports.ts';
import { type LambdaFunction, lambdaFunction } from './lambda-function.ts';

/** A use case called with one event of its own: the minute tick, or by hand. A wrong event is refused by its schema. */
export function plainFunction<Event, Answer>(
  schema: z.ZodType<Event>,
  handle: (event: Event, ports: Ports, context: Context) => Promise<Answer>,
): LambdaFunction<unknown, Answer> {
  return lambdaFunction(async (event, ports, context) =>
    handle(schema.parse(event), ports, context),
  );
}
