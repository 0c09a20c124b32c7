import { setTimeout as sleep } from 'node:timers/promises';
import type { Change } from '../../shared/adapters/embedded/change-feed.ts';
import type { Hostility } from '../../shared/adapters/embedded/hostility.ts';
import type { Failures } from './failures.ts';
import type { Invocations, LoadedFunction } from './invocations.ts';
import { failedIdentifiers } from './sqs-event.ts';
import { sequenceNumber, streamEvent } from './stream-event.ts';

/** After so many failures a batch is set aside, as on AWS, so that those behind it go on. */
const maxTries = 10;
const shards = 4;

/** The stream of one table as the world stores it, with the reader's own position in it. */
export type StreamSource = {
  read(after: number, limit: number): readonly Change[];
  position(): number;
  savePosition(sequence: number): void;
  /** Keeps a batch that was given up; `republish` rebuilds it from the table. */
  setAside(changes: readonly Change[], error: string): void;
};

type Options = {
  readonly loaded: LoadedFunction;
  readonly batch: number;
  readonly source: StreamSource;
  readonly invocations: Invocations;
  readonly failures: Failures;
  readonly hostility: Hostility | undefined;
  readonly retryDelaySeconds: (tries: number) => number;
  /** Called when the end of the stream was reached: more may have come meanwhile. */
  readonly onEnd: () => void;
};

/** Lambda's event source mapping for a stream: in order, partial failures, halves of what throws, tries, a durable position. */
export class StreamReader {
  readonly #options: Options;
  readonly #stopping = new AbortController();
  #reading: Promise<void> | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  get reading(): readonly Promise<void>[] {
    return this.#reading ? [this.#reading] : [];
  }

  /** Gives up waiting for a retry; the batch comes again after a restart. */
  stop(): void {
    this.#stopping.abort();
  }

  /** Reads on, unless it is reading. */
  pump(): void {
    const { source } = this.#options;
    if (this.#reading || source.read(source.position(), 1).length === 0) return;
    this.#reading = this.#readToEnd().finally(() => {
      this.#reading = undefined;
      this.#options.onEnd();
    });
  }

  async #readToEnd(): Promise<void> {
    const { source, batch } = this.#options;
    for (;;) {
      const changes = source.read(source.position(), batch);
      const last = changes.at(-1);
      if (last === undefined) return;
      await Promise.all(this.#shardsOf(changes).map(async (shard) => this.#deliver(shard)));
      if (this.#stopping.signal.aborted) return;
      source.savePosition(last.sequence);
    }
  }

  /** Order holds within a partition key only: hostile, the batch comes as several shards at once, some twice. */
  #shardsOf(changes: readonly Change[]): readonly (readonly Change[])[] {
    const { hostility } = this.#options;
    if (!hostility) return [changes];
    const byShard = Object.groupBy(changes, ({ keys }) => shardOf(keys.pk));
    const parts = Object.values(byShard).flatMap((part) => (part ? [part] : []));
    const twice = parts.filter(() => hostility.chance(0.2));
    return hostility.shuffle([...parts, ...twice]);
  }

  /** A batch that throws comes again as two halves, so that one change that always fails ends alone. */
  async #deliver(changes: readonly Change[]): Promise<void> {
    const { loaded, invocations, failures, source } = this.#options;
    let rest = changes;
    let error: unknown = new Error('The function reported the batch as failed.');
    for (let tries = 1; tries <= maxTries; tries += 1) {
      try {
        const answer = await invocations.start(loaded, streamEvent(rest));
        rest = restOf(rest, answer);
      } catch (thrown) {
        error = thrown;
        failures.add(loaded.row.file, thrown);
        if (rest.length > 1) return this.#deliverHalves(rest);
      }
      if (rest.length === 0) return;
      await this.#waitSeconds(this.#options.retryDelaySeconds(tries));
      if (this.#stopping.signal.aborted) return;
    }
    source.setAside(rest, error instanceof Error ? error.message : String(error));
  }

  async #deliverHalves(changes: readonly Change[]): Promise<void> {
    const middle = changes.length >> 1;
    await this.#waitSeconds(this.#options.retryDelaySeconds(1));
    for (const half of [changes.slice(0, middle), changes.slice(middle)]) {
      if (this.#stopping.signal.aborted) return;
      await this.#deliver(half);
    }
  }

  async #waitSeconds(seconds: number): Promise<void> {
    if (seconds === 0) return;
    // Being stopped only ends the waiting.
    await sleep(seconds * 1000, undefined, { signal: this.#stopping.signal }).catch(() => {});
  }
}

const shardOf = (pk: string): number =>
  Buffer.from(pk).reduce((sum, byte) => sum + byte, 0) % shards;

/** Lambda goes on from the lowest sequence number that failed, those behind it included. */
function restOf(changes: readonly Change[], answer: unknown): readonly Change[] {
  const failed = failedIdentifiers(answer, changes.map(sequenceNumber)).toSorted()[0];
  return failed === undefined ? [] : changes.filter((change) => sequenceNumber(change) >= failed);
}
