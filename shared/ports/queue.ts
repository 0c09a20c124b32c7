/** The queues. `dead letters` are the adapters' business: every queue has one. */
export const queueNames = [
  'inputs',
  'profile-reviews',
  'segment-passes',
  'list-changes',
  'nights',
  'runs',
  'audiences',
  'triggers',
  'enrolments',
  'emails',
  'texts',
  'pushes',
  'webhooks',
  'inbound-texts',
  'messages',
  'email-events',
  'link-visits',
  'conversions',
  'canary',
] as const;

export type QueueName = (typeof queueNames)[number];

/** A body is JSON of up to 1 MiB; `delaySeconds` is 0 to 900. */
export type QueueMessage = {
  readonly body: unknown;
  readonly delaySeconds?: number;
  /**
   * Whose message it is, up to 128 printable characters of ASCII: where one group's messages pile up,
   * those of others are handed over before them. On AWS alone: embedded queues hand over as it comes.
   */
  readonly group?: string;
};

export interface Queue {
  /** Resolves once every message is durably stored; throws when any is not (some may be stored then). */
  send(queue: QueueName, messages: readonly QueueMessage[]): Promise<void>;
}
