import type { Outbox, OutboxItem } from '../../shared/adapters/embedded/senders.ts';

/**
 * A message that was sent, as `GET /local/outbox` shows it. A text message has '' for `subject` and
 * `html`; of a push message the title is `subject`, the token `to`, the rest in `tags`; of a webhook the
 * URL is `to`, the body `text`.
 */
export type SentMessage = {
  /** The message's id: of its ledger row, and of its feedback. */
  readonly id: string;
  readonly channel: 'email' | 'sms' | 'push' | 'webhook';
  readonly to: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  /** ISO instant. */
  readonly at: string;
};

/** Everything that was sent, in the order of sending. */
export const sentMessages = (outbox: Outbox): readonly SentMessage[] =>
  outbox.list().map(sentMessage);

const sentMessage = (item: OutboxItem): SentMessage => ({
  id: item.id,
  channel: item.channel === 'text' ? 'sms' : item.channel,
  to: item.to,
  subject: item.subject,
  html: item.html,
  text: item.text,
  headers: item.headers,
  tags: item.tags,
  at: new Date(item.at).toISOString(),
});
