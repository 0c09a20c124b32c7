import type { Consents } from '../profiles/profile.ts';
import { type Channel, withConsent } from './consent.ts';

/** Where consents say that a text ended them, and that one gave them back. */
export const stopSource = 'sms-stop';
export const startSource = 'sms-start';

/** A consent that a word of the person changed, and the consents after all of them. */
export type WordChange = {
  readonly consents: Consents;
  readonly changed: readonly { readonly topic: string; readonly at: string }[];
};

/**
 * The consents after the person ended texts, or began them again: STOP withdraws every one for SMS,
 * START gives back just those that STOP withdrew and nobody has spoken of since. What the person was
 * shown when they consented stays with it.
 */
export function afterWord(consents: Consents, word: 'stop' | 'start', at: string): WordChange {
  const channel: Channel = 'sms';
  const changed: { topic: string; at: string }[] = [];
  let after = consents;
  for (const [key, consent] of Object.entries(consents)) {
    const slash = key.lastIndexOf('/');
    if (key.slice(slash + 1) !== channel) continue;
    const concerns =
      word === 'stop' ? consent.given : !consent.given && consent.source === stopSource;
    if (!concerns) continue;
    // What was said by the word counts, even where another machine's clock is ahead.
    const said = { at: at > consent.at ? at : consent.at, source: sourceOf(word) };
    const { text } = consent;
    const topic = key.slice(0, slash);
    const change = { topic, channel, given: word === 'start', ...(text !== undefined && { text }) };
    const next = withConsent(after, change, said);
    if (next === undefined) continue;
    after = next.consents;
    changed.push({ topic, at: said.at });
  }
  return { consents: after, changed };
}

export const sourceOf = (word: 'stop' | 'start'): string =>
  word === 'stop' ? stopSource : startSource;
