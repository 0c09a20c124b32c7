import type { PausedFor } from '../campaigns/reputation-pause.ts';
import type { Message, MessageState } from '../messaging/message.ts';
import type { ReputationLimits } from '../messaging/policy/reputation.ts';
import type { EmailEvent } from './email-event.ts';

/** What came of the emails of one launch of a campaign. */
export type ReputationCounts = {
  readonly sent: number;
  /** For good: a mailbox that is full for a week says nothing about the list. */
  readonly bounces: number;
  readonly complaints: number;
};

export const noCounts: ReputationCounts = { sent: 0, bounces: 0, complaints: 0 };

/**
 * Whether an event can be a reason to judge its campaign: also when it is told again, after a crash. What
 * SES held back by the account's own suppression list bothered nobody, and SES does not count it either.
 */
export const isAgainstReputation = (event: EmailEvent): boolean =>
  (event.kind === 'complained' || (event.kind === 'bounced' && event.permanent)) &&
  event.isHeldBack !== true;

/** What a message counts as by an event that takes it to a state: each message once for each. */
export function countedAs(
  event: EmailEvent,
  row: Pick<Message, 'state'>,
  state: MessageState | undefined,
): 'bounces' | 'complaints' | undefined {
  if (state === undefined || state === row.state || !isAgainstReputation(event)) return undefined;
  if (state === 'complained') return 'complaints';
  return state === 'bounced' ? 'bounces' : undefined;
}

/**
 * Why a campaign must pause, if it must: by what came since `before`, once enough was sent since then.
 * Complaints weigh more than bounces, so they are named first.
 */
export function judgeReputation(
  now: ReputationCounts,
  before: ReputationCounts,
  limits: ReputationLimits,
): Omit<PausedFor, 'at'> | undefined {
  const sent = now.sent - before.sent;
  if (sent < limits.minimum) return undefined;
  for (const reason of ['complaints', 'bounces'] as const) {
    const count = now[reason] - before[reason];
    const rate = count / sent;
    if (rate > limits[reason]) return { reason, rate, count, sent };
  }
  return undefined;
}
