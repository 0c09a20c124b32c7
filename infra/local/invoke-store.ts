import { AsyncLocalStorage } from 'node:async_hooks';

type Context = Record<PropertyKey, unknown>;

const contexts = new AsyncLocalStorage<Context>();

/**
 * What Lambda's runtime puts on `globalThis.awslambda` where invocations share a process: each has
 * values of its own. Powertools keeps there what a log line says about its invocation.
 */
const invokeStore = {
  getContext: () => contexts.getStore(),
  hasContext: () => contexts.getStore() !== undefined,
  get: (key: PropertyKey): unknown => contexts.getStore()?.[key],
  set: (key: PropertyKey, value: unknown): void => {
    const context = contexts.getStore();
    if (context !== undefined) context[key] = value;
  },
  run: <Result>(context: Context, work: () => Result): Result => contexts.run(context, work),
  // The AWS SDK asks these; nothing is traced here.
  getRequestId: () => '-',
  getXRayTraceId: () => undefined,
  getTenantId: () => undefined,
};

/** Lets functions that run at the same time log each under its own name. */
export function provideInvokeStore(): void {
  // The variable with which Lambda says that invocations share a process.
  process.env['AWS_LAMBDA_MAX_CONCURRENCY'] ??= '1000';
  Object.assign(globalThis, { awslambda: { InvokeStore: invokeStore } });
}

/** What tells the invocation that asks from all others; undefined outside of one. */
export const currentInvocation = (): object | undefined => contexts.getStore();

/** Runs one invocation with values of its own. */
export const asInvocation = <Result>(work: () => Result): Result => contexts.run({}, work);
