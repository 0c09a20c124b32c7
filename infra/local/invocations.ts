import type { Context } from 'aws-lambda';
import type { FunctionRow } from '../function-row.ts';
import { asInvocation } from './invoke-store.ts';
import { lambdaContext } from './lambda-context.ts';

/** A function of the manifest, bound to the ports its row grants. */
export type LoadedFunction = {
  readonly row: FunctionRow;
  readonly call: (event: unknown, context: Context) => Promise<unknown>;
};

/** Told of every invocation as it begins, with the event that Lambda would hand over. */
export type OnInvocation = (row: FunctionRow, event: unknown) => void;

/** The function ran longer than its row allows; on Lambda it would have been killed. */
export class TimedOut extends Error {
  override readonly name = 'TimedOut';
}

/** Everything that runs right now, so that the world knows when it is idle and who must be waited for. */
export class Invocations {
  readonly #running = new Map<Promise<unknown>, string>();
  readonly #onStart: OnInvocation | undefined;

  constructor(onStart?: OnInvocation) {
    this.#onStart = onStart;
  }

  get count(): number {
    return this.#running.size;
  }

  /** Runs a function within its timeout, in real time. Rejects with what it threw, or `TimedOut`. */
  start(loaded: LoadedFunction, event: unknown): Promise<unknown> {
    const { row } = loaded;
    this.#onStart?.(row, event);
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      const late = () => reject(new TimedOut(`${row.file} ran over ${row.timeoutSeconds} s.`));
      timer = setTimeout(late, row.timeoutSeconds * 1000);
    });
    const invocation = Promise.race([
      // A macrotask apart, as on Lambda: no function ever runs inside its caller's stack.
      nextTurn().then(() => asInvocation(() => loaded.call(event, lambdaContext(row)))),
      timeout,
    ]).finally(() => {
      clearTimeout(timer);
      this.#running.delete(invocation);
    });
    this.#running.set(invocation, row.file);
    return invocation;
  }

  /** Resolves when all invocations of other functions that run now have ended. */
  async othersEnded(file: string): Promise<void> {
    const others = [...this.#running].filter(([, other]) => other !== file);
    await Promise.allSettled(others.map(([invocation]) => invocation));
  }

  /** Resolves when one of the running invocations has ended; at once when none runs. */
  async oneEnded(): Promise<void> {
    if (this.#running.size > 0) await Promise.race([...this.#running.keys()].map(quiet));
  }
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const quiet = (invocation: Promise<unknown>): Promise<unknown> => invocation.catch(() => undefined);
