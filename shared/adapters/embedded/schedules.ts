import type { DatabaseSync } from 'node:sqlite';
import { Temporal } from 'temporal-polyfill';
import { nextFiring, parseCron } from '../../domain/time/cron.ts';
import { isTimeZone } from '../../domain/time/zone.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Queue } from '../../ports/queue.ts';
import type { EventPattern, Listener, Schedule, Schedules } from '../../ports/schedules.ts';
import { validatePattern } from './event-pattern.ts';
import type { Hostility } from './hostility.ts';

/** EventBridge's quota for a pattern, in characters. */
const maxPatternLength = 2_048;
/** EventBridge's quota for the rules of one bus, unless raised. */
export const maxListeners = 300;
const duplicateChance = 0.1;

const tables = `
  CREATE TABLE IF NOT EXISTS schedules (
    name TEXT PRIMARY KEY,
    schedule TEXT NOT NULL,
    next_at INTEGER
  ) STRICT;
  CREATE INDEX IF NOT EXISTS schedules_next ON schedules (next_at, name);
  CREATE TABLE IF NOT EXISTS listeners (
    name TEXT PRIMARY KEY,
    listener TEXT NOT NULL
  ) STRICT;
`;

/** `nextAt` is the planned instant; none when a cron's last year is over. */
export type PlannedSchedule = Schedule & { readonly nextAt: number | undefined };

type Options = {
  readonly database: DatabaseSync;
  readonly queue: Queue;
  readonly clock: Clock;
  readonly hostility?: Hostility | undefined;
};

/** EventBridge Scheduler and rules, moved by whoever calls `fireDue`; both survive a restart. */
export class EmbeddedSchedules implements Schedules {
  readonly #database: DatabaseSync;
  readonly #queue: Queue;
  readonly #clock: Clock;
  readonly #hostility: Hostility | undefined;
  readonly #listeners: Map<string, Listener>;
  #firing: Promise<void> | undefined;

  constructor({ database, queue, clock, hostility }: Options) {
    this.#database = database;
    this.#queue = queue;
    this.#clock = clock;
    this.#hostility = hostility;
    database.exec(tables);
    const rows = database.prepare('SELECT listener FROM listeners ORDER BY name').all();
    this.#listeners = new Map(
      rows.map((row) => {
        // Written by `putListener` alone.
        const listener = JSON.parse(String(row['listener'])) as Listener;
        return [listener.name, listener];
      }),
    );
  }

  async putSchedule(schedule: Schedule): Promise<void> {
    checkName(schedule.name);
    const nextAt = firstFiring(schedule, this.#clock.now());
    this.#database
      .prepare('INSERT OR REPLACE INTO schedules (name, schedule, next_at) VALUES (?, ?, ?)')
      .run(schedule.name, JSON.stringify(schedule), nextAt);
  }

  async deleteSchedule(name: string): Promise<void> {
    this.#database.prepare('DELETE FROM schedules WHERE name = ?').run(name);
  }

  async putListener(listener: Listener): Promise<void> {
    checkName(listener.name);
    checkPattern(listener.pattern);
    if (!this.#listeners.has(listener.name) && this.#listeners.size >= maxListeners) {
      throw new RangeError(`A bus has at most ${maxListeners} rules.`);
    }
    const json = JSON.stringify(listener);
    this.#database
      .prepare('INSERT OR REPLACE INTO listeners (name, listener) VALUES (?, ?)')
      .run(listener.name, json);
    // Our own copy: the caller's object may change afterwards, and was a Listener before.
    this.#listeners.set(listener.name, JSON.parse(json) as Listener);
  }

  async deleteListener(name: string): Promise<void> {
    this.#database.prepare('DELETE FROM listeners WHERE name = ?').run(name);
    this.#listeners.delete(name);
  }

  list(): readonly PlannedSchedule[] {
    return this.#database
      .prepare('SELECT schedule, next_at FROM schedules ORDER BY name')
      .all()
      .map((row) => ({ ...readSchedule(row['schedule']), nextAt: instant(row['next_at']) }));
  }

  listeners(): readonly Listener[] {
    return [...this.#listeners.values()];
  }

  /** The earliest planned instant, also when it has passed and `fireDue` was not called yet. */
  nextFiringAt(): number | undefined {
    return instant(
      this.#database.prepare('SELECT min(next_at) AS at FROM schedules').get()?.['at'],
    );
  }

  /**
   * Fires what was planned up to now, by planned instant, catching up one by one after a standstill.
   * A crash between the message and the plan fires again: at least once, as on AWS.
   */
  fireDue(): Promise<void> {
    this.#firing ??= this.#fire().finally(() => {
      this.#firing = undefined;
    });
    return this.#firing;
  }

  async #fire(): Promise<void> {
    const earliest = this.#database.prepare(
      'SELECT schedule, next_at FROM schedules WHERE next_at <= ? ORDER BY next_at, name LIMIT 1',
    );
    for (;;) {
      const row = earliest.get(this.#clock.now());
      const planned = instant(row?.['next_at']);
      if (row === undefined || planned === undefined) return;
      const schedule = readSchedule(row['schedule']);
      const scheduledAt = `${new Date(planned).toISOString().slice(0, 19)}Z`;
      const message = { body: { ...schedule.payload, scheduledAt } };
      const twice = this.#hostility?.chance(duplicateChance) === true;
      await this.#queue.send(schedule.queue, twice ? [message, message] : [message]);
      this.#plan(schedule, String(row['schedule']), planned);
    }
  }

  /** Leaves a schedule alone that was put anew while its message was being sent. */
  #plan(schedule: Schedule, stored: string, fired: number): void {
    const same = 'name = ? AND schedule = ? AND next_at = ?';
    if ('at' in schedule.when) {
      this.#database
        .prepare(`DELETE FROM schedules WHERE ${same}`)
        .run(schedule.name, stored, fired);
      return;
    }
    this.#database
      .prepare(`UPDATE schedules SET next_at = ? WHERE ${same}`)
      .run(firstFiring(schedule, fired), schedule.name, stored, fired);
  }
}

/** The planned instant; `null` when there is none. A one-off time that has passed fires at once. */
const firstFiring = ({ when, name }: Schedule, after: number): number | null => {
  if (!isTimeZone(when.timeZone)) {
    throw new RangeError(`Schedule ${name}: its time zone is no IANA time zone.`);
  }
  if ('at' in when) {
    if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/.test(when.at)) {
      throw new RangeError(`Schedule ${name}: "${when.at}" is no local date-time.`);
    }
    return Temporal.PlainDateTime.from(when.at, { overflow: 'reject' }).toZonedDateTime(
      when.timeZone,
    ).epochMilliseconds;
  }
  const result = parseCron(when.cron);
  if (!result.ok) throw new RangeError(`Schedule ${name}: ${result.message}`);
  return nextFiring(result.cron, after, when.timeZone) ?? null;
};

const checkName = (name: string): void => {
  if (!/^[A-Za-z0-9_.-]{1,64}$/.test(name)) {
    throw new RangeError(`"${name}" is no name of a schedule or a listener.`);
  }
};

const checkPattern = (pattern: EventPattern): void => {
  validatePattern(pattern);
  const { length } = JSON.stringify(pattern);
  if (length > maxPatternLength) {
    throw new RangeError(`A pattern has at most ${maxPatternLength} characters, not ${length}.`);
  }
};

const instant = (column: unknown): number | undefined =>
  typeof column === 'number' ? column : undefined;

/** Written by `putSchedule` alone. */
const readSchedule = (column: unknown): Schedule => JSON.parse(String(column)) as Schedule;
