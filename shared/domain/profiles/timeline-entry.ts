/**
 * Something that happened to a person. The timeline is append-only and is the outbox: an entry is
 * written in the transaction that changes the profile, and its stream feeds the bus.
 */
export type TimelineEntry = {
  readonly id: string;
  readonly profileId: string;
  /** A type of the event catalog goes to the bus; any other stays on the timeline. */
  readonly type: string;
  /** When it happened, ISO. */
  readonly occurredAt: string;
  /** When it was written, ISO. */
  readonly recordedAt: string;
  readonly data: Readonly<Record<string, unknown>>;
};
