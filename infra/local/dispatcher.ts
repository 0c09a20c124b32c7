import type { EmbeddedQueue, Received } from '../../shared/adapters/embedded/queue.ts';
import type { QueueName } from '../../shared/ports/queue.ts';
import type { Trigger } from '../function-row.ts';
import type { Failures } from './failures.ts';
import type { Invocations, LoadedFunction } from './invocations.ts';
import { failedIdentifiers, sqsEvent } from './sqs-event.ts';

/** Invocations of one function at the same time, unless its row allows fewer: enough for races to be real. */
const defaultConcurrency = 4;

type Worker = {
  readonly loaded: LoadedFunction;
  readonly queue: QueueName;
  readonly batch: number;
  readonly concurrency: number;
  running: number;
  /** False when the queue was empty at the last look and nothing has come since. */
  mayHaveMessages: boolean;
};

type Options = {
  readonly functions: readonly LoadedFunction[];
  readonly queue: EmbeddedQueue;
  readonly invocations: Invocations;
  readonly failures: Failures;
  /** How long a message that failed stays hidden, by how often it was received. */
  readonly retryDelaySeconds: (receives: number) => number;
  /** Called when a batch has ended: there may be more to do. */
  readonly onEnd: () => void;
};

/** Lambda's event source mappings for queues: batches, concurrency, partial failures, retries. */
export class QueueDispatcher {
  readonly #options: Options;
  readonly #workers: readonly Worker[];
  readonly #batches = new Set<Promise<void>>();

  constructor(options: Options) {
    this.#options = options;
    this.#workers = options.functions.flatMap((loaded) => {
      const { trigger } = loaded.row;
      return trigger.kind === 'queue' ? [workerOf(loaded, trigger)] : [];
    });
  }

  /** Batches in hand. */
  get batches(): readonly Promise<void>[] {
    return [...this.#batches];
  }

  messagesMayWaitIn(queue: QueueName): void {
    for (const worker of this.#workers) {
      if (worker.queue === queue) worker.mayHaveMessages = true;
    }
  }

  messagesMayWaitAnywhere(): void {
    for (const worker of this.#workers) worker.mayHaveMessages = true;
  }

  /** Hands out whatever waits, as far as concurrency allows. */
  pump(): void {
    for (const worker of this.#workers) {
      while (worker.mayHaveMessages && worker.running < worker.concurrency) {
        const messages = this.#options.queue.receive(worker.queue, worker.batch);
        worker.mayHaveMessages = messages.length > 0;
        if (messages.length > 0) this.#begin(worker, messages);
      }
    }
  }

  #begin(worker: Worker, messages: readonly Received[]): void {
    worker.running += 1;
    const batch = this.#work(worker, messages).finally(() => {
      worker.running -= 1;
      worker.mayHaveMessages = true;
      this.#batches.delete(batch);
      this.#options.onEnd();
    });
    this.#batches.add(batch);
  }

  async #work(worker: Worker, messages: readonly Received[]): Promise<void> {
    const { queue } = this.#options;
    const failed = new Set(await this.#invoke(worker, messages));
    const done = messages.filter((message) => !failed.has(message.messageId));
    queue.remove(
      worker.queue,
      done.map((message) => message.receiptHandle),
    );
    for (const message of messages) {
      if (!failed.has(message.messageId)) continue;
      const delaySeconds = this.#options.retryDelaySeconds(message.receives);
      queue.release(worker.queue, [message.receiptHandle], { delaySeconds });
    }
  }

  /** The ids of the messages that failed: a thrown error or a timeout fails them all. */
  async #invoke(worker: Worker, messages: readonly Received[]): Promise<readonly string[]> {
    const { invocations, failures } = this.#options;
    const { row } = worker.loaded;
    const ids = messages.map((message) => message.messageId);
    try {
      if (row.settles) await invocations.othersEnded(row.file);
      const answer = await invocations.start(worker.loaded, sqsEvent(worker.queue, messages));
      return failedIdentifiers(answer, ids);
    } catch (error) {
      failures.add(row.file, error);
      return ids;
    }
  }
}

const workerOf = (
  loaded: LoadedFunction,
  trigger: Extract<Trigger, { kind: 'queue' }>,
): Worker => ({
  loaded,
  queue: trigger.queue,
  batch: trigger.batch,
  concurrency: Math.min(defaultConcurrency, trigger.concurrency),
  running: 0,
  mayHaveMessages: true,
});
