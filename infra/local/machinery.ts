import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Hostility } from '../../shared/adapters/embedded/hostility.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import { Clockwork } from './clockwork.ts';
import { QueueDispatcher } from './dispatcher.ts';
import type { EmbeddedPorts } from './embedded-ports.ts';
import { FailedBatches } from './failed-batches.ts';
import type { Failures } from './failures.ts';
import type { Invocations, LoadedFunction } from './invocations.ts';
import { StreamReader } from './stream-reader.ts';

type Options = {
  readonly embedded: EmbeddedPorts;
  readonly functions: readonly LoadedFunction[];
  readonly invocations: Invocations;
  readonly failures: Failures;
  readonly clock: Clock;
  readonly isVirtual: boolean;
  readonly hostility: Hostility | undefined;
};

const longestRetrySeconds = 30;

/** Everything that calls functions without being asked from outside: queues, the stream, time. */
export class Machinery {
  readonly clockwork: Clockwork;
  readonly failedBatches: FailedBatches;
  readonly #options: Options;
  readonly #dispatcher: QueueDispatcher;
  readonly #streams: readonly StreamReader[];
  #firing: Promise<void> | undefined;
  #willPump = false;
  #stopped = false;

  constructor(options: Options) {
    this.#options = options;
    const { embedded, functions, invocations, failures } = options;
    const onEnd = () => this.wake();
    // With a virtual clock a retry does not wait: time stands still, and nobody would move it.
    const retryDelaySeconds = (tries: number) =>
      options.isVirtual ? 0 : Math.min(longestRetrySeconds, 2 ** (tries - 1));
    const shared = { invocations, failures, retryDelaySeconds, onEnd };
    this.failedBatches = new FailedBatches(embedded.database);
    this.#dispatcher = new QueueDispatcher({ ...shared, functions, queue: embedded.queue });
    this.#streams = functions.flatMap((loaded) => {
      const { trigger } = loaded.row;
      if (trigger.kind !== 'stream') return [];
      const source = this.#source(loaded, trigger.table);
      const { hostility } = options;
      return [new StreamReader({ ...shared, loaded, batch: trigger.batch, source, hostility })];
    });
    this.clockwork = this.#clockwork();
    embedded.queue.onMessage = (queue) => {
      this.#dispatcher.messagesMayWaitIn(queue);
      this.wake();
    };
  }

  /** Looks, very soon, for work; on a real clock also sets the next alarm. */
  wake(): void {
    if (this.#willPump || this.#stopped) return;
    this.#willPump = true;
    setImmediate(() => {
      this.#willPump = false;
      this.#pump();
      if (!this.#options.isVirtual) this.clockwork.arm();
    });
  }

  /** Resolves when no function runs and nothing that may run now waits. */
  async idle(): Promise<void> {
    while (!this.#stopped) {
      this.#dispatcher.messagesMayWaitAnywhere();
      this.#pump();
      const streams = this.#streams.flatMap((stream) => stream.reading);
      const work = [...this.#dispatcher.batches, ...streams];
      if (this.#firing) work.push(this.#firing);
      if (this.#options.invocations.count > 0) work.push(this.#options.invocations.oneEnded());
      if (work.length === 0) {
        if (!this.#options.embedded.queue.hasLate) return;
        work.push(nextTurn());
      }
      await Promise.race(work);
    }
  }

  /** Begins nothing more and waits for what runs. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.clockwork.stop();
    for (const stream of this.#streams) stream.stop();
    const streams = this.#streams.flatMap((stream) => stream.reading);
    await Promise.allSettled([...this.#dispatcher.batches, ...streams]);
    while (this.#options.invocations.count > 0) await this.#options.invocations.oneEnded();
  }

  #pump(): void {
    if (this.#stopped) return;
    this.#dispatcher.pump();
    for (const stream of this.#streams) stream.pump();
    // A schedule put for a time that has passed fires at once, also when a virtual clock stands still.
    const { schedules } = this.#options.embedded;
    const firingAt = schedules.nextFiringAt() ?? Number.POSITIVE_INFINITY;
    if (this.#firing || firingAt > this.#options.clock.now()) return;
    this.#firing = schedules.fireDue().finally(() => {
      this.#firing = undefined;
    });
  }

  #source(loaded: LoadedFunction, table: 'timeline') {
    const { embedded, clock } = this.#options;
    const { feed } = embedded.table;
    const consumer = loaded.row.file;
    return {
      read: (after: number, limit: number) => feed.read({ table, after, limit }),
      position: () => feed.position(consumer),
      savePosition: (sequence: number) => feed.savePosition(consumer, sequence),
      setAside: (changes: ReturnType<typeof feed.read>, error: string) =>
        this.failedBatches.add({
          at: new Date(clock.now()).toISOString(),
          error,
          keys: changes.map((change) => change.keys),
        }),
    };
  }

  #clockwork(): Clockwork {
    const { embedded, clock, functions, invocations, failures } = this.#options;
    const minute = functions.filter((loaded) => loaded.row.trigger.kind === 'minute');
    return new Clockwork({
      clock,
      nextVisibleAt: () => embedded.queue.nextVisibleAt(),
      nextFiringAt: () => embedded.schedules.nextFiringAt(),
      nextDueAt: () => {
        const dueAt = minute.length === 0 ? undefined : embedded.table.nextDueAt();
        return dueAt === undefined ? undefined : Date.parse(dueAt);
      },
      fireSchedules: () => embedded.schedules.fireDue(),
      tick: async (instant) => {
        const time = `${new Date(instant).toISOString().slice(0, 19)}Z`;
        for (const loaded of minute) {
          await invocations
            .start(loaded, { time })
            .catch((error: unknown) => failures.add(loaded.row.file, error));
        }
      },
      wake: () => {
        this.#dispatcher.messagesMayWaitAnywhere();
        this.wake();
      },
      look: () => {
        this.#dispatcher.messagesMayWaitAnywhere();
        this.#pump();
      },
      drain: () => this.idle(),
    });
  }
}
