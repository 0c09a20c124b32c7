import type { Decision } from './decision.ts';
import type { Message, MessageState } from './message.ts';

/** How long a reserved message may wait for its sender before the sweep hands it out again, in ms. */
export const safetyNetMs = 10 * 60_000;

/** A claim older than this was cut off: longer than any sender can run, in ms. */
export const claimLeaseMs = 2 * 60_000;

/** How long events may settle a call without an answer, in ms; then it is `failed` with `no-answer`. */
export const answerWaitMs = 24 * 60 * 60_000;

/** The longest text message that providers take, in characters. */
export const maxTextCharacters = 1_600;

/** Seconds until a message that the provider did not take now is tried again: a quarter of how late it is, 15 s to 15 min. */
export const retryDelaySeconds = (plannedAt: number, now: number): number =>
  Math.min(900, Math.max(15, Math.round((now - plannedAt) / 4_000)));

/** How long a provider may refuse a message before it is `failed` with `refused-by-provider`, in ms. */
const refusedTooLongMs = 72 * 60 * 60_000;

/** Whether a provider that refuses a message once more has done so for too long. */
export const isRefusedTooLong = ({ refusedAt }: Pick<Message, 'refusedAt'>, now: number): boolean =>
  refusedAt !== undefined && Date.parse(refusedAt) + refusedTooLongMs <= now;

/** What a campaign knows of a message before it is decided. */
export type MessageDraft = Pick<
  Message,
  | 'run'
  | 'step'
  | 'profileId'
  | 'way'
  | 'channel'
  | 'variant'
  | 'trigger'
  | 'campaign'
  | 'kind'
  | 'topic'
  | 'template'
  | 'templateVersion'
  | 'priority'
  | 'plannedAt'
  | 'deadline'
  | 'event'
>;

const iso = (instant: number): string => new Date(instant).toISOString();

/** The first row of a message: reserved when it is to be sent now, else as decided. */
export function newMessage(draft: MessageDraft, decision: Decision, now: number): Message {
  return {
    ...draft,
    ...standingOf(decision, now),
    revision: 1,
    at: iso(now),
    call: undefined,
    claimedAt: undefined,
    refusedAt: undefined,
    countedOn: undefined,
    providerId: undefined,
    acceptedAt: undefined,
    openedAt: undefined,
    clickedAt: undefined,
    unsubscribedAt: undefined,
    conversions: [],
  };
}

/** The state, reason and next look that a decision gives to a message. */
export function standingOf(
  decision: Decision,
  now: number,
): Pick<Message, 'state' | 'reason' | 'dueAt'> {
  switch (decision.kind) {
    case 'send':
      return { state: 'reserved', reason: undefined, dueAt: iso(now + safetyNetMs) };
    case 'deferred':
      return { state: 'deferred', reason: decision.reason, dueAt: iso(decision.until) };
    case 'withheld':
      return { state: 'withheld', reason: decision.reason, dueAt: undefined };
  }
}

/** States in which something is still to happen by the system's own doing. */
const open: readonly MessageState[] = ['reserved', 'deferred', 'claimed', 'unknown'];
export const isOpen = (state: MessageState): boolean => open.includes(state);

const feedback = ['delivered', 'bounced', 'complained', 'rejected'] as const;

/**
 * `claimed` goes back to `reserved` only while the record of its call is absent. Feedback may overtake
 * the answer. `failed` gives way to an event that proves the provider did take the message after all.
 */
const moves: Readonly<Record<MessageState, readonly MessageState[]>> = {
  reserved: ['claimed', 'deferred', 'withheld', 'failed'],
  deferred: ['reserved', 'withheld'],
  claimed: ['reserved', 'deferred', 'withheld', 'failed', 'unknown', 'accepted', ...feedback],
  unknown: ['accepted', 'failed', ...feedback],
  accepted: feedback,
  delivered: ['bounced', 'complained'],
  bounced: ['complained'],
  complained: [],
  rejected: [],
  withheld: [],
  failed: ['accepted', ...feedback],
};

/** Whether a message may go from one state to another: forward only. */
export const canMove = (from: MessageState, to: MessageState): boolean => moves[from].includes(to);

/** What a step of a message's life may set; the reason and the next look do not outlive the state they belong to. */
export type MessageChange = Partial<
  Pick<
    Message,
    | 'state'
    | 'reason'
    | 'at'
    | 'dueAt'
    | 'call'
    | 'claimedAt'
    | 'refusedAt'
    | 'channel'
    | 'variant'
    | 'template'
    | 'templateVersion'
    | 'countedOn'
    | 'resent'
    | 'providerId'
    | 'acceptedAt'
    | 'openedAt'
    | 'clickedAt'
    | 'unsubscribedAt'
    | 'automatedOpenedAt'
    | 'automatedClickedAt'
    | 'repliedAt'
    | 'contactedAt'
    | 'visits'
    | 'otherProviderIds'
    | 'cost'
    | 'data'
    | 'language'
    | 'conversions'
  >
>;

/** The message after a change; throws on a move backward. */
export function changed(message: Message, change: MessageChange): Message {
  const state = change.state ?? message.state;
  const moves = state !== message.state;
  if (moves && !canMove(message.state, state)) {
    throw new Error(`A message cannot go from ${message.state} to ${state}.`);
  }
  return {
    ...message,
    ...(moves && { reason: undefined }),
    ...(!isOpen(state) && { dueAt: undefined }),
    ...change,
    state,
    revision: message.revision + 1,
  };
}
