import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../ports/clock.ts';
import type { Ids } from '../../ports/ids.ts';
import { type Queue, type QueueMessage, type QueueName, queueNames } from '../../ports/queue.ts';
import { durably, transactions } from './database.ts';
import type { Hostility } from './hostility.ts';
import { LateMessages } from './late-messages.ts';
import { prepareQueueStatements, type QueueStatements } from './queue-statements.ts';

const maxBodyBytes = 1_048_576;
const maxDelaySeconds = 900;
/** In hostile mode a message may overtake this many others. */
const shuffleDepth = 50;
const duplicateChance = 0.1;

/** A message in a receiver's hands. `body` is JSON text; the handle is good until the next receive. */
export type Received = {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  /** How often it was received, this time included. */
  readonly receives: number;
  readonly sentAt: number;
  readonly firstReceivedAt: number;
};

/** A message that was received as often as its queue allows, and never removed. */
export type DeadLetter = {
  readonly messageId: string;
  readonly body: string;
  readonly receives: number;
  readonly sentAt: number;
  readonly deadAt: number;
};

/** `inFlight` counts, as SQS does, also what was released with a delay. */
export type QueueCounts = {
  readonly ready: number;
  readonly delayed: number;
  readonly inFlight: number;
  readonly dead: number;
};

export type QueueLimits = { readonly maxReceives: number; readonly visibilitySeconds: number };

type Options = {
  readonly database: DatabaseSync;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly rows: Readonly<Record<QueueName, QueueLimits>>;
  readonly hostility?: Hostility | undefined;
};

/**
 * SQS's standard queues on SQLite: at least once, in about the order of sending, with a visibility
 * timeout and dead letters. What is in flight at a crash becomes visible after its timeout, or when
 * the next process takes over.
 */
export class EmbeddedQueue implements Queue {
  /** Called after messages became receivable or delayed by `send` or `redrive`; wakes the dispatcher. */
  onMessage: ((queue: QueueName) => void) | undefined;
  readonly #clock: Clock;
  readonly #ids: Ids;
  readonly #rows: Options['rows'];
  readonly #hostility: Hostility | undefined;
  readonly #statements: QueueStatements;
  readonly #late: LateMessages | undefined;
  readonly #transaction: <Result>(work: () => Result) => Result;
  readonly #durably: ReturnType<typeof durably>;

  constructor({ database, clock, ids, rows, hostility }: Options) {
    this.#transaction = transactions(database);
    this.#durably = durably(database);
    this.#clock = clock;
    this.#ids = ids;
    this.#rows = rows;
    this.#hostility = hostility;
    this.#late = hostility && new LateMessages(hostility);
    this.#statements = prepareQueueStatements(database);
  }

  async send(queue: QueueName, messages: readonly QueueMessage[]): Promise<void> {
    if (messages.length === 0) return;
    const now = this.#clock.now();
    const rows = messages.map((message) => ({
      body: bodyText(message.body),
      visibleAt: now + delayMs(message.delaySeconds),
    }));
    await this.#durably(() => {
      for (const { body, visibleAt } of rows) {
        this.#statements.insert.run(queue, this.#ids.next(), body, now, visibleAt);
      }
    });
    this.onMessage?.(queue);
  }

  /** Hands out up to `max` visible messages and hides them for the queue's visibility timeout. */
  receive(queue: QueueName, max: number): readonly Received[] {
    const now = this.#clock.now();
    const { maxReceives, visibilitySeconds } = this.#rows[queue];
    const depth = this.#hostility === undefined ? max : max + shuffleDepth;
    const visible = this.#statements.visible.all(queue, now, depth);
    if (visible.length === 0) return [];
    const received: Received[] = [];
    this.#transaction(() => {
      for (const row of this.#hostility?.shuffle(visible) ?? visible) {
        if (received.length === max) break;
        const id = Number(row['id']);
        if (Number(row['receives']) === 0 && this.#late?.keepBack(id)) continue;
        if (Number(row['receives']) >= maxReceives) {
          this.#bury(id, now);
          continue;
        }
        const receives = Number(row['receives']) + 1;
        const messageId = String(row['message_id']);
        const again = this.#deliversAgain(queue, receives);
        this.#statements.take.run(again ? now : now + visibilitySeconds * 1000, now, id);
        received.push({
          messageId,
          receiptHandle: `${id}.${receives}.${messageId}`,
          body: String(row['body']),
          receives,
          sentAt: Number(row['sent_at']),
          firstReceivedAt: Number(row['first_received_at'] ?? now),
        });
      }
    });
    // Nothing else would have anyone look again for what is late.
    if (received.length === 0 && this.hasLate) setImmediate(() => this.onMessage?.(queue));
    return received;
  }

  /** Whether a receive has kept back what is visible, which only hostile mode does. */
  get hasLate(): boolean {
    return this.#late?.wait ?? false;
  }

  /** Messages that were worked through. A handle of an earlier receive removes nothing. */
  remove(queue: QueueName, receiptHandles: readonly string[]): void {
    if (receiptHandles.length === 0) return;
    const now = this.#clock.now();
    this.#transaction(() => {
      for (const handle of receiptHandles.map(readHandle)) {
        const { id, receives, messageId } = handle;
        if (this.#deliversAgain(queue, receives)) {
          this.#statements.release.run(now, id, receives, messageId);
        } else {
          this.#statements.remove.run(id, receives, messageId);
        }
      }
    });
  }

  /** Failed messages: visible again after the delay, or dead letters when they had their last chance. */
  release(
    queue: QueueName,
    receiptHandles: readonly string[],
    options: { readonly delaySeconds?: number } = {},
  ): void {
    if (receiptHandles.length === 0) return;
    const now = this.#clock.now();
    const visibleAt = now + (options.delaySeconds ?? 0) * 1000;
    this.#transaction(() => {
      for (const { id, receives, messageId } of receiptHandles.map(readHandle)) {
        const { changes } = this.#statements.release.run(visibleAt, id, receives, messageId);
        if (changes === 1 && receives >= this.#rows[queue].maxReceives) this.#bury(id, now);
      }
    });
  }

  /** For a process that begins and has the queues to itself: what the last one held comes at once, for nobody can hold it. */
  takeOver(): void {
    this.#statements.returnHeld.run(this.#clock.now());
  }

  deadLetters(queue: QueueName): readonly DeadLetter[] {
    return this.#statements.deadLetters.all(queue).map((row) => ({
      messageId: String(row['message_id']),
      body: String(row['body']),
      receives: Number(row['receives']),
      sentAt: Number(row['sent_at']),
      deadAt: Number(row['dead_at']),
    }));
  }

  /** Sends the dead letters again, as new messages, the way SQS does; answers how many. */
  redrive(queue: QueueName): number {
    const now = this.#clock.now();
    const letters = this.deadLetters(queue);
    if (letters.length === 0) return 0;
    this.#transaction(() => {
      this.#statements.clearDeadLetters.run(queue);
      for (const { body } of letters) {
        this.#statements.insert.run(queue, this.#ids.next(), body, now, now);
      }
    });
    this.onMessage?.(queue);
    return letters.length;
  }

  counts(): Record<QueueName, QueueCounts> {
    const live = new Map(
      this.#statements.counts
        .all({ now: this.#clock.now() })
        .map((row) => [String(row['queue']), row]),
    );
    const dead = new Map(
      this.#statements.deadCounts.all().map((row) => [String(row['queue']), Number(row['dead'])]),
    );
    const entries = queueNames.map((name) => {
      const row = live.get(name);
      const count = (column: string) => Number(row?.[column] ?? 0);
      return [
        name,
        {
          ready: count('ready'),
          delayed: count('delayed'),
          inFlight: count('in_flight'),
          dead: dead.get(name) ?? 0,
        },
      ];
    });
    // `fromEntries` forgets that every queue name is among the keys.
    return Object.fromEntries(entries) as Record<QueueName, QueueCounts>;
  }

  /** When the oldest message of a queue was sent; queues where nothing waits, but for its delay, are left out. */
  oldest(): ReadonlyMap<string, number> {
    const rows = this.#statements.oldest.all({ now: this.#clock.now() });
    return new Map(rows.map((row) => [String(row['queue']), Number(row['sent_at'])]));
  }

  /** The first instant after now at which a delayed or hidden message becomes visible. */
  nextVisibleAt(): number | undefined {
    const now = this.#clock.now();
    const instants = queueNames.flatMap((queue) => {
      const at = this.#statements.nextVisible.get(queue, now)?.['at'];
      return typeof at === 'number' ? [at] : [];
    });
    return instants.length === 0 ? undefined : Math.min(...instants);
  }

  #bury(id: number, now: number): void {
    this.#statements.bury.run(now, id);
    this.#statements.removeRow.run(id);
  }

  /**
   * Hostile: SQS may hand a message out although it is hidden, or forget that it was removed. Here
   * only ever on the first receive, so that no retry is taken from anyone.
   */
  #deliversAgain(queue: QueueName, receives: number): boolean {
    if (this.#hostility === undefined || receives !== 1) return false;
    return this.#rows[queue].maxReceives > 1 && this.#hostility.chance(duplicateChance);
  }
}

/** JSON without U+FFFE and U+FFFF, which SQS refuses in a body and JSON may escape. */
const bodyText = (body: unknown): string => {
  // The library's type hides that `undefined` has no JSON.
  const json = JSON.stringify(body) as string | undefined;
  if (json === undefined) throw new TypeError('A message body must be JSON.');
  const text = json.replace(/[\uFFFE\uFFFF]/g, (mark) =>
    mark === '\uFFFE' ? '\\ufffe' : '\\uffff',
  );
  const bytes = Buffer.byteLength(text);
  if (bytes > maxBodyBytes) {
    throw new RangeError(`A message body has at most ${maxBodyBytes} bytes, this one ${bytes}.`);
  }
  return text;
};

const delayMs = (delaySeconds = 0): number => {
  if (!Number.isInteger(delaySeconds) || delaySeconds < 0 || delaySeconds > maxDelaySeconds) {
    throw new RangeError(
      `A delay is 0 to ${maxDelaySeconds} whole seconds, this one ${delaySeconds}.`,
    );
  }
  return delaySeconds * 1000;
};

const readHandle = (handle: string) => {
  const [id, receives, messageId] = handle.split('.');
  if (messageId === undefined) throw new Error(`"${handle}" is no receipt handle.`);
  return { id: Number(id), receives: Number(receives), messageId };
};
