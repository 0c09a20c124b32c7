/** What is known about one person. The stored item is one of these and nothing else. */
export type Profile = {
  readonly id: string;
  /** Optimistic lock: one more at every write; 0 is not stored yet. */
  readonly version: number;
  readonly identifiers: ProfileIdentifiers;
  readonly attributes: Attributes;
  readonly consents: Consents;
  /** Where push messages reach the person, the latest first; absent: nowhere. */
  readonly devices?: readonly Device[] | undefined;
  /** Packed ledgers of what the person did, see rules/ledger/ledger.ts. */
  readonly ledger: Uint8Array | undefined;
  /** Segment memberships, see segments/membership.ts. */
  readonly segments: readonly string[];
  /** Static lists the person was put into, as `id@version`: see lists/static-list.ts. */
  readonly lists: readonly string[];
  /** Revision of the rules by which the person was last written; absent: by none. */
  readonly rules?: number | undefined;
  /** An instant not later than the next at which something about this person changes by itself, ms; undefined: never. */
  readonly dueAt: number | undefined;
  readonly createdAt: string;
  readonly updatedAt: string;
};

/** Current identifiers, normalised. `anonymousIds` are the latest few browsers and devices. */
export type ProfileIdentifiers = {
  readonly externalId?: string;
  readonly email?: string;
  readonly phone?: string;
  readonly anonymousIds?: readonly string[];
};

/** What a device may be, as the push services know them. */
export const devicePlatforms = ['ios', 'android'] as const;

/** A device on which the company's app allows push messages. */
export type Device = {
  /** What the push service of its platform knows it by. */
  readonly token: string;
  readonly platform: (typeof devicePlatforms)[number];
  /** When the app last came with it, ISO. */
  readonly at: string;
};

/** A permission as it stands; its history is the timeline. */
export type Consent = {
  readonly given: boolean;
  /** When the person said so, ISO. */
  readonly at: string;
  readonly source: string;
  /** Version of the wording the person saw. */
  readonly text?: string;
};

/** By `topic/channel`. What is absent was never given. */
export type Consents = Readonly<Record<string, Consent>>;

export type Attributes = Readonly<Record<string, unknown>>;

/** The person's own IANA zone (attribute `timeZone`), else the company's. */
export function timeZoneOf(
  profile: Pick<Profile, 'attributes'>,
  companyTimeZone: string,
  isTimeZone: (name: string) => boolean,
): string {
  const own = profile.attributes['timeZone'];
  return typeof own === 'string' && isTimeZone(own) ? own : companyTimeZone;
}
