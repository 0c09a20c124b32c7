import { type Instant, isoInstant } from '../time/instant.ts';

/**
 * The canary is a lead of nobody's that is posted every few minutes and listened for at the other end.
 * It is told by the source of the write key it came with, which the public function stamps on it. No
 * slug begins like this, so nobody can make such a source, give it keys or revoke them.
 */
export const canarySource = '-canary';

/** What the canary is stored as. Ids of people are 26 characters: nobody can become it, nor it anybody. */
export const canaryId = 'canary';

/** What its lead names, as every lead must name somebody. Nobody is looked up by it: another source's lead with it is a person's. */
const canaryExternalId = 'perennial-canary';

/** What is said on the bus when its lead is stored: a type of its own, which no rule for leads matches. */
export const canaryEvent = 'canary.captured';

/** Long enough to see afterwards when it was last heard; short enough that its timeline stays small. */
export const canaryDays = 7;

/** A lead that takes longer than this from a website to the bus counts as lost: nothing that it should start comes in time. */
export const canaryLateMs = 10 * 60_000;

export const isCanary = (profileId: string): boolean => profileId === canaryId;

/** The lead as a website would post it. Fired twice for one instant, it is one lead. */
export const canaryLead = (firing: string, now: Instant) => ({
  messageId: firing,
  occurredAt: isoInstant(now),
  externalId: canaryExternalId,
});

type Said = {
  readonly kind: string;
  readonly source: string;
  readonly origin: string;
  readonly identifiers: Readonly<Record<string, string | undefined>>;
  readonly attributes: object;
  readonly consents: readonly unknown[];
  readonly context: object;
};

/** Whether what came with the canary's key is what the canary posts, and nothing about anybody. */
export function isCanaryLead(input: Said): boolean {
  const { kind, origin, identifiers, attributes, consents, context } = input;
  const isEmpty = (fields: object): boolean => Object.keys(fields).length === 0;
  const { externalId, ...others } = identifiers;
  return (
    kind === 'lead' &&
    origin === canarySource &&
    externalId === canaryExternalId &&
    isEmpty(others) &&
    isEmpty(attributes) &&
    consents.length === 0 &&
    isEmpty(context)
  );
}
