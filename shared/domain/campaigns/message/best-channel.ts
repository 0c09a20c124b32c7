import type { Contact } from '../../messaging/contact.ts';
import { withholding } from '../../messaging/decision.ts';
import type { MessageChannel } from '../../messaging/message.ts';
import type { Profile } from '../../profiles/profile.ts';
import type { CampaignDefinition } from '../campaign.ts';

/** What the choice of a person's best channel depends on. */
type Person = {
  readonly profile: Profile;
  readonly contact: Pick<Contact, 'reactions'>;
  /** Whether the person's address on a channel is suppressed. */
  readonly isSuppressed: (channel: MessageChannel) => boolean;
};

/**
 * Of the channels in the campaign's order that reach the person, with address, consent and no
 * suppression, the one they last reacted to; for who never did on any of them, the first. Who is reached
 * by none gets the first of the order, on which the message is then withheld with its reason.
 */
export function bestChannel(
  { message, kind, topic }: Pick<CampaignDefinition, 'message' | 'kind' | 'topic'>,
  { profile, contact, isSuppressed }: Person,
): MessageChannel {
  const order: readonly MessageChannel[] = message.order ?? [];
  const [first] = order;
  if (first === undefined) throw new Error('The schema asks for an order of channels.');
  const reached = order.filter((channel) => {
    const question = { channel, kind, topic, suppressed: isSuppressed(channel) };
    return withholding(question, profile) === undefined;
  });
  const reactedAt = (channel: MessageChannel): string => contact.reactions[channel] ?? '';
  // The sort is stable: equals stay in the campaign's order.
  const [best = first] = reached.toSorted((left, right) =>
    reactedAt(left) === reactedAt(right) ? 0 : reactedAt(left) > reactedAt(right) ? -1 : 1,
  );
  return best;
}
