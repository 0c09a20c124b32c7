import type { QueueName } from '../ports/queue.ts';
import type { DueQuery, DueTable } from '../ports/table.ts';

/** A kind of waiting thing: its slots in the `due` index, and the queue of whoever works through one. */
export type DueKind = {
  readonly prefix: string;
  readonly slots: number;
  readonly table: DueTable;
  readonly queue: QueueName;
};

/** Many write at once to the kinds with many slots; the others are few. */
export const dueKinds = {
  reviews: { prefix: 'review', slots: 16, table: 'profiles', queue: 'profile-reviews' },
  messages: { prefix: 'message', slots: 16, table: 'marketing', queue: 'messages' },
  enrolments: { prefix: 'enrolment', slots: 16, table: 'marketing', queue: 'enrolments' },
  runs: { prefix: 'run', slots: 1, table: 'marketing', queue: 'runs' },
  passes: { prefix: 'pass', slots: 1, table: 'marketing', queue: 'segment-passes' },
  nights: { prefix: 'night', slots: 1, table: 'marketing', queue: 'nights' },
} as const satisfies Record<string, DueKind>;

export const slotsOf = (kind: DueKind): DueQuery['slot'][] =>
  Array.from({ length: kind.slots }, (_, slot) => `${kind.prefix}#${slot}`);
