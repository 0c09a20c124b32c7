import { canMove, type MessageChange, otherSending, wasNeverCalled } from '../messaging/ledger.ts';
import type { Message, MessageState } from '../messaging/message.ts';
import type { EmailEvent } from './email-event.ts';

/** The state that an event proves a message has reached at least. */
function provenState(event: EmailEvent): MessageState {
  switch (event.kind) {
    // Who can open a message has been sent it, and only what was sent can be held up on its way.
    case 'sent':
    case 'delayed':
    case 'opened':
    case 'clicked':
      return 'accepted';
    case 'delivered':
    case 'bounced':
    case 'complained':
    case 'rejected':
      return event.kind;
  }
}

/** What an event changes about a message: forward only, and nothing when it has been told before. */
export function changeBy(event: EmailEvent, message: Message): MessageChange | undefined {
  const change = { ...move(event, message), ...reaction(event, message) };
  return Object.keys(change).length === 0 ? undefined : change;
}

function move(event: EmailEvent, message: Message): MessageChange {
  const state = provenState(event);
  const { at } = event;
  const providerId = message.providerId ?? event.providerId;
  // One sending was refused: what another came to stands.
  if (event.kind === 'rejected' && providerId !== event.providerId) return {};
  const other = event.kind === 'rejected' ? {} : otherSending(message, event.providerId);
  if (wasNeverCalled(message) || !canMove(message.state, state)) return other;
  const reason =
    event.kind === 'bounced' || event.kind === 'rejected' ? { reason: event.detail } : {};
  return { state, at, providerId, acceptedAt: message.acceptedAt ?? at, ...reason, ...other };
}

/** The first time a person opened and clicked, and a machine apart from them. */
function reaction(event: EmailEvent, message: Message): MessageChange {
  if (event.kind !== 'opened' && event.kind !== 'clicked') return {};
  const field = reactionFields[event.kind][event.automated ? 'machine' : 'person'];
  return message[field] === undefined ? { [field]: event.at } : {};
}

const reactionFields = {
  opened: { person: 'openedAt', machine: 'automatedOpenedAt' },
  clicked: { person: 'clickedAt', machine: 'automatedClickedAt' },
} as const;

/** Whether an event says that a person turned to the message. */
export const isReaction = (event: EmailEvent): boolean =>
  (event.kind === 'opened' || event.kind === 'clicked') && !event.automated;

const unproven: readonly MessageState[] = [
  'reserved',
  'deferred',
  'claimed',
  'unknown',
  'withheld',
  'failed',
];

/** Whether an event is the first word that the provider took the message: nobody wrote that it was sent. */
export const provesSending = (event: EmailEvent, message: Message): boolean =>
  event.kind !== 'rejected' && unproven.includes(message.state);
