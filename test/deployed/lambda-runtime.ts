/**
 * What runs inside a Lambda's process: it loads the bundle as Lambda does, by the name of its handler,
 * and answers the events it is sent. Its clock can be moved.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What the process is sent, and what it answers, as JSON. */
export type Invocation = {
  readonly id: string;
  readonly event: unknown;
  /** How far the story's clock is ahead of the machine's. */
  readonly aheadMs: number;
  readonly timeoutMs: number;
};
export type Outcome =
  /** The bundle is loaded: Lambda's timeout counts from here. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'answered'; readonly id: string; readonly answer: unknown }
  | { readonly kind: 'failed'; readonly id: string; readonly error: string };

let aheadMs = Number(process.argv[2]);
const machineNow = Date.now;
const now = (): number => machineNow() + aheadMs;
globalThis.Date = new Proxy(Date, {
  construct: (target, args, newTarget) =>
    // `construct` answers an object, which a Date is.
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as Date,
  get: (target, key, receiver) => (key === 'now' ? now : Reflect.get(target, key, receiver)),
});

const [file = '', name = ''] = (process.env['_HANDLER'] ?? '').split('.');
const path = join(process.env['LAMBDA_TASK_ROOT'] ?? '', file);
// Lambda's order: first what `require` loads, then ES modules.
const bundle: Readonly<Record<string, unknown>> = existsSync(`${path}.js`)
  ? createRequire(import.meta.url)(`${path}.js`)
  : await import(pathToFileURL(`${path}.mjs`).href);
const exported = bundle[name];
if (typeof exported !== 'function') throw new Error(`The bundle has no handler '${name}'.`);
const handler: (event: unknown, context: unknown) => unknown = exported.bind(undefined);

process.on('message', (message) => {
  void invoke(message as Invocation); // sent by LambdaProcess alone
});

say({ kind: 'ready' });

async function invoke({ id, event, ...about }: Invocation): Promise<void> {
  aheadMs = about.aheadMs;
  const trace = id.replaceAll('-', '').slice(0, 24);
  process.env['_X_AMZN_TRACE_ID'] =
    `Root=1-${id.slice(0, 8)}-${trace};Parent=${trace.slice(0, 16)};Sampled=1`;
  try {
    say({ id, kind: 'answered', answer: await handler(event, contextOf(id, about.timeoutMs)) });
  } catch (error) {
    say({ id, kind: 'failed', error: String(error) });
  }
}

function say(outcome: Outcome): void {
  process.send?.(outcome);
}

function contextOf(id: string, timeoutMs: number) {
  const endsAtMs = performance.now() + timeoutMs;
  const functionName = process.env['AWS_LAMBDA_FUNCTION_NAME'] ?? '';
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: process.env['STORY_FUNCTION_ARN'],
    memoryLimitInMB: process.env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'],
    awsRequestId: id,
    logGroupName: process.env['AWS_LAMBDA_LOG_GROUP_NAME'],
    logStreamName: process.env['AWS_LAMBDA_LOG_STREAM_NAME'],
    getRemainingTimeInMillis: () => Math.max(0, Math.round(endsAtMs - performance.now())),
  };
}
