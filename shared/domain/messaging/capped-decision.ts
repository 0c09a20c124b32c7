import { localDate } from '../time/midnight.ts';
import { personTimeZone } from '../time/zone.ts';
import type { Contact } from './contact.ts';
import { type Decision, decideMessage, type Question } from './decision.ts';
import { capRoom, capsOn, type FrequencyCap } from './policy/frequency-cap.ts';

/** A question that is still to ask the caps; `id` and `priority` are the message's. */
export type CappedQuestion = Omit<Question, 'cap'> & {
  readonly id: string;
  readonly priority: number;
};

/**
 * Decides about a message with the room that the caps leave in the person's contact. `countedOn` is
 * the person's own day on which a message that goes now counts, undefined when no cap counts it.
 */
export function decideCapped(
  { id, priority, ...question }: CappedQuestion,
  { caps, contact }: { readonly caps: readonly FrequencyCap[]; readonly contact: Contact },
): { readonly decision: Decision; readonly countedOn: string | undefined } {
  const { profile, kind, channel, now } = question;
  if (profile === undefined || capsOn(caps, question).length === 0) {
    return {
      decision: decideMessage({ ...question, cap: { kind: 'free' } }),
      countedOn: undefined,
    };
  }
  const timeZone = personTimeZone(profile.attributes['timeZone'], question.companyTimeZone);
  const message = { id, priority, kind, channel };
  const cap = capRoom({ caps, contact, message, now, timeZone });
  const decision = decideMessage({ ...question, cap });
  const countedOn = decision.kind === 'send' ? localDate(now, timeZone) : undefined;
  return { decision, countedOn };
}
