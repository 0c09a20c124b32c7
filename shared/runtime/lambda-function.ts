import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { awsPorts } from '#aws-ports';
import type { Ports } from '../ports/ports.ts';
import { framesOf, nameOf, Tellable } from './error-name.ts';
import { logger, metrics } from './observability.ts';

/** A use case as the triggers call it: the event, what the function may reach, Lambda's context. */
export type Handle<Event, Answer> = (
  event: Event,
  ports: Ports,
  context: Context,
) => Promise<Answer>;

export type BoundFunction<Event, Answer> = (event: Event, context: Context) => Promise<Answer>;

/** What a function file exports as `handler`: Lambda calls it; the local world binds it to its own ports. */
export type LambdaFunction<Event, Answer> = BoundFunction<Event, Answer> & {
  in(ports: Ports): BoundFunction<Event, Answer>;
};

/** What leaves a function that failed, without the words of what went wrong: Lambda writes it to the log, X-Ray keeps it. */
class InvocationFailed extends Error {
  override readonly name: string;

  constructor(error: unknown) {
    // No cause: it is written out as well.
    super(error instanceof Tellable ? error.message : 'See "invocation-failed" in the log.');
    this.name = nameOf(error);
  }
}

/** The one stack around every use case: log context, metrics. Lambda itself traces (decision 32). */
export function lambdaFunction<Event, Answer>(
  handle: Handle<Event, Answer>,
): LambdaFunction<Event, Answer> {
  const within = (ports: Ports): BoundFunction<Event, Answer> => {
    const stack = middy<Event, Answer>()
      .use(injectLambdaContext(logger, { resetKeys: true }))
      .use(logMetrics(metrics))
      .handler(async (event, context) => {
        try {
          return await handle(event, ports, context);
        } catch (error) {
          logger.error('invocation-failed', { error: nameOf(error), at: framesOf(error) });
          throw new InvocationFailed(error);
        }
      });
    // middy types its handler by Lambda's callback style; called with two arguments it is a promise.
    return (event, context) => stack(event, context) as Promise<Answer>;
  };

  // On Lambda the clients load while the function initialises; elsewhere only if it is called.
  let onAws = process.env['AWS_LAMBDA_FUNCTION_NAME'] === undefined ? undefined : bindToAws();
  onAws?.catch(() => {}); // the first invocation awaits it and reports the failure

  async function bindToAws(): Promise<BoundFunction<Event, Answer>> {
    return within(await awsPorts());
  }

  return Object.assign(
    async (event: Event, context: Context): Promise<Answer> => {
      onAws ??= bindToAws();
      return (await onAws)(event, context);
    },
    { in: within },
  );
}
