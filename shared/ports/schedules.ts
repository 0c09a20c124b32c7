import type { QueueName } from './queue.ts';

/**
 * A campaign's own clock. `at` is a local date-time (`2027-03-08T10:00:00`) in `timeZone`; `cron` is
 * EventBridge's six fields without `cron()`. At each firing `payload` goes to `queue`, with
 * `"scheduledAt"` added: the planned ISO instant.
 */
export type Schedule = {
  /** `[A-Za-z0-9_.-]`, up to 64. Putting the same name replaces it. */
  readonly name: string;
  readonly when:
    | { readonly at: string; readonly timeZone: string }
    | { readonly cron: string; readonly timeZone: string };
  readonly queue: QueueName;
  readonly payload: { readonly [name: string]: string };
};

/** Events on the bus that go to a queue. The whole event (EventBridge's shape) is the message's body. */
export type Listener = {
  /** `[A-Za-z0-9_.-]`, up to 64. Putting the same name replaces it. */
  readonly name: string;
  readonly pattern: EventPattern;
  readonly queue: QueueName;
};

/** An EventBridge event pattern. */
export type EventPattern = { readonly [field: string]: unknown };

export interface Schedules {
  putSchedule(schedule: Schedule): Promise<void>;
  /** Quiet when it is already gone. */
  deleteSchedule(name: string): Promise<void>;
  putListener(listener: Listener): Promise<void>;
  /** Quiet when it is already gone. */
  deleteListener(name: string): Promise<void>;
}
