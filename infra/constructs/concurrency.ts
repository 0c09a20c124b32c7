import type { FunctionRow } from '../function-row.ts';

/*
 * What keeps a hot loop from running away, and one part of the system from starving the others.
 *
 * - Every reader of a queue has a maximum concurrency: a message that makes ever more messages is
 *   worked on by so many at once and no more. All readers at their maximum the whole day long are some
 *   200 USD of Lambda, which is the most that a loop can burn before the alarms on queues are read.
 * - API Gateway limits requests by route, the public ones apart from each other.
 * - Lambda's own detection of loops stays on for whoever does not send to the queue it reads.
 * - Set aside (reserved) is a part for the API, so that no backlog keeps websites from posting leads;
 *   for marketers, so that their previews take nothing from leads; and for the publisher, whose many
 *   shards would take all there is after an outage. A part set aside is lost to everybody else in the
 *   account, and CloudFormation refuses it where fewer than 100 would be left: so only for companies
 *   that say what their account may run.
 */

/** The least that an account may run at once before parts of it are set aside. */
export const leastConcurrency = 500;

/** No company has as many marketers as it has visitors. */
const mostForMarketers = 100;

/** What is set aside for a function of all that the account may run at once; undefined: nothing. */
export function reservedFor({ trigger }: FunctionRow, account: number): number | undefined {
  if (trigger.kind === 'stream') return Math.floor(account * 0.1);
  if (trigger.kind !== 'http') return undefined;
  return trigger.api === 'public'
    ? Math.floor(account * 0.4)
    : Math.min(mostForMarketers, Math.floor(account * 0.05));
}

/**
 * Whether a function hands the rest of its work to itself. Lambda takes the sixteenth message of such
 * a chain for a loop and puts it among the dead letters, so it must be told that the chain is meant:
 * a pass over a million people is longer, and so is the wait of emails for their turn.
 */
export const continuesItself = ({ trigger, grants }: FunctionRow): boolean =>
  trigger.kind === 'queue' && grants.sendsTo?.includes(trigger.queue) === true;
