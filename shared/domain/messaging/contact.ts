import type { MessageChannel } from './message.ts';

/** A message over the cap that is to go as soon as there is room. Instants are ISO. */
export type Waiting = {
  readonly message: string;
  readonly channel: MessageChannel;
  readonly priority: number;
  /** From when on there may be room for it. */
  readonly from: string;
};

/**
 * What was done towards one person, apart from what is known about them: sending never fights with
 * ingest over the profile.
 */
export type Contact = {
  readonly profileId: string;
  /** Optimistic lock: one more at every write; 0 is not stored yet. */
  readonly revision: number;
  /** Marketing messages, by the person's own day (`2026-11-25`) and by channel. */
  readonly sent: Readonly<Record<string, Readonly<Partial<Record<MessageChannel, number>>>>>;
  readonly waiting: readonly Waiting[];
  /** When the person last opened, clicked or answered, by channel, ISO; what machines did counts for nothing. */
  readonly reactions: Readonly<Partial<Record<MessageChannel, string>>>;
};

export const noContact = (profileId: string): Contact => ({
  profileId,
  revision: 0,
  sent: {},
  waiting: [],
  reactions: {},
});

/** The contact after a reaction; undefined when a later one is known. */
export function withReaction(
  contact: Contact,
  channel: MessageChannel,
  at: string,
): Contact | undefined {
  const known = contact.reactions[channel];
  if (known !== undefined && known >= at) return undefined;
  const reactions = { ...contact.reactions, [channel]: at };
  return { ...contact, reactions, revision: contact.revision + 1 };
}
