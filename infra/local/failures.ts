import type { Clock } from '../../shared/ports/clock.ts';

/** An invocation that failed, or a batch that was given up. Without the event: it may hold personal data. */
export type Failure = { readonly at: string; readonly file: string; readonly error: string };

const kept = 200;

/** The last failures, newest first: what CloudWatch's alarms tell on AWS. */
export class Failures {
  readonly #clock: Clock;
  readonly #onFailure: ((failure: Failure) => void) | undefined;
  #failures: readonly Failure[] = [];

  constructor(clock: Clock, onFailure?: (failure: Failure) => void) {
    this.#clock = clock;
    this.#onFailure = onFailure;
  }

  add(file: string, error: unknown): void {
    const failure = {
      at: new Date(this.#clock.now()).toISOString(),
      file,
      error: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    };
    this.#failures = [failure, ...this.#failures].slice(0, kept);
    this.#onFailure?.(failure);
  }

  list(): readonly Failure[] {
    return this.#failures;
  }
}
