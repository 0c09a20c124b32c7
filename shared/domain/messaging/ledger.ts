import type { Decision } from './decision.ts';
import type { Message, MessageState } from './message.ts';

/** How long a reserved message may wait for its sender before the sweep hands it out again, in ms. */
export const safetyNetMs = 10 * 60_000;

/** A claim older than this was cut off: longer than any sender can run, in ms. */
export const claimLeaseMs = 2 * 60_000;

/** How long events may settle a call without an answer, in ms; then it is `failed` with `no-answer`. */
export const answerWaitMs = 24 * 60 * 60_000;

/** How often a message may be sent again after calls without an answer, where its campaign lets it. */
export const maxResends = 2;

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

/**
 * Whether whoever receives a message knows a repeat of it: then a call of which nobody knows what came
 * is made again, by that protocol, and the message is never `unknown`.
 */
export const isRepeatable = ({ channel }: Pick<Message, 'channel'>): boolean =>
  channel === 'webhook';

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

/**
 * Whether a row went to its person, may have gone, or is about to: only then a frequency cap counts
 * it. What was once called without an answer may have gone, and so may what a restored backup forgot, and
 * what the provider took before it was told to have failed: carriers take back such words.
 */
export function isCounted({
  state,
  reason,
  resent,
  acceptedAt,
}: Pick<Message, 'state' | 'reason' | 'resent' | 'acceptedAt'>): boolean {
  if (resent !== undefined) return true;
  switch (state) {
    case 'reserved':
    case 'claimed':
    case 'unknown':
    case 'accepted':
    case 'delivered':
    case 'bounced':
    case 'complained':
      return true;
    case 'deferred':
      return false;
    case 'rejected':
      return acceptedAt !== undefined;
    case 'withheld':
      return reason === 'restored';
    case 'failed':
      return reason === 'no-answer';
  }
}

const feedback = ['delivered', 'bounced', 'complained', 'rejected'] as const;

/** What the provider's word can bring a message to from every state before a call, and from ends without one. */
const proven = ['accepted', ...feedback] as const;

/**
 * `claimed` goes back to `reserved` only while the record of its call is absent. Evidence of the
 * provider always wins, from wherever the row stands: feedback may overtake the answer, a restored
 * backup has forgotten the call, a message is taken after all. Only `isResend` goes back from `unknown`.
 */
const moves: Readonly<Record<MessageState, readonly MessageState[]>> = {
  reserved: ['claimed', 'deferred', 'withheld', 'failed', ...proven],
  deferred: ['reserved', 'withheld', ...proven],
  claimed: ['reserved', 'deferred', 'withheld', 'failed', 'unknown', ...proven],
  unknown: ['failed', ...proven],
  accepted: feedback,
  delivered: ['bounced', 'complained'],
  bounced: ['complained'],
  complained: [],
  // One sending was refused, and an earlier one arrived.
  rejected: ['delivered', 'bounced', 'complained'],
  withheld: proven,
  failed: proven,
};

/** Whether a message may go from one state to another: forward only. */
export const canMove = (from: MessageState, to: MessageState): boolean => moves[from].includes(to);

type Ended = Pick<Message, 'state' | 'reason' | 'resent'>;

/**
 * Whether the ledger knows that no call was ever made for a message: it ended before one, in the life
 * of these tables. Evidence of the provider does not bring such a row on: it is told as one too many.
 */
export function wasNeverCalled({ state, reason, resent = 0 }: Ended): boolean {
  if (resent > 0) return false;
  if (state === 'withheld') return reason !== 'restored';
  return state === 'failed' && (reason === 'render-error' || reason === 'too-large');
}

/** Ids of further sendings that a row keeps. */
const maxOtherIds = 5;

/** Notes an id of the provider that is not the one the row knows: one more sending of the message. */
export function otherSending(
  message: Pick<Message, 'providerId' | 'otherProviderIds'> & Ended,
  providerId: string,
): { readonly otherProviderIds?: readonly string[] } {
  const { providerId: known, otherProviderIds: others = [] } = message;
  const isFirst = known === undefined && !wasNeverCalled(message);
  if (isFirst || known === providerId || others.includes(providerId)) return {};
  return others.length < maxOtherIds ? { otherProviderIds: [...others, providerId] } : {};
}

/** What a provider's answer changes that it took a message; the second of two sendings is only noted. */
export function takenChange(
  message: Message,
  {
    providerId,
    at,
    cost,
    kept,
  }: {
    readonly providerId: string;
    readonly at: string;
    readonly cost?: Message['cost'];
    /** What the rendering used: who overtook the answer does not know it. */
    readonly kept?: Pick<Message, 'data' | 'language'>;
  },
): MessageChange | undefined {
  const other = {
    ...otherSending(message, providerId),
    ...(cost !== undefined && message.cost === undefined && { cost }),
    ...(message.data === undefined && kept),
  };
  const known = message.providerId ?? providerId;
  if (!wasNeverCalled(message) && canMove(message.state, 'accepted')) {
    return {
      state: 'accepted',
      at,
      acceptedAt: message.acceptedAt ?? at,
      providerId: known,
      ...other,
    };
  }
  return Object.keys(other).length === 0 ? undefined : other;
}

/** What a step of a message's life may set; the reason, the next look and the count do not outlive the state they belong to. */
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

/** The one move backward: a call that stayed without an answer is made again, counted and seldom. */
const isResend = (message: Message, { state, resent }: MessageChange): boolean =>
  message.state === 'unknown' &&
  state === 'reserved' &&
  resent === (message.resent ?? 0) + 1 &&
  resent <= maxResends;

/** The message after a change; throws on a move backward. */
export function changed(message: Message, change: MessageChange): Message {
  const state = change.state ?? message.state;
  const moves = state !== message.state;
  if (moves && !canMove(message.state, state) && !isResend(message, change)) {
    throw new Error(`A message cannot go from ${message.state} to ${state}.`);
  }
  const after = {
    ...message,
    ...(moves && { reason: undefined }),
    ...(!isOpen(state) && { dueAt: undefined }),
    ...change,
    state,
    revision: message.revision + 1,
  };
  return isCounted(after) ? after : { ...after, countedOn: undefined };
}
