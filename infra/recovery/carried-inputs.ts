import { type ConsentChange, channelSchema } from '../../shared/domain/consent/consent.ts';
import type { Consent, Device, Profile } from '../../shared/domain/profiles/profile.ts';
import type { TimelineEntry } from '../../shared/domain/profiles/timeline-entry.ts';
import type { Input } from '../../shared/domain/tracking/input.ts';
import type { CarryMode } from './recovery-options.ts';

/** Whose words carried inputs are, where each is recorded once: no source can be called so. */
const carriedSource = '#carried-over';

/** A person before and after the tables were put back. */
export type CarriedPerson = {
  readonly left: Profile;
  /** As the restored tables know them; undefined: not yet. */
  readonly restored: Profile | undefined;
};

/**
 * Identifiers by which the restored tables find the same person again: the first browser that both
 * know, where nothing stronger is the same.
 */
function identifiersOf({ left, restored }: CarriedPerson): Input['identifiers'] {
  const { anonymousIds = [], ...own } = left.identifiers;
  const known = restored?.identifiers.anonymousIds ?? [];
  const browser = anonymousIds.findLast((id) => known.includes(id)) ?? anonymousIds.at(-1);
  return { ...own, ...(browser !== undefined && { anonymousId: browser }) };
}

function carried(
  person: CarriedPerson,
  said: Pick<Input, 'messageId' | 'occurredAt'> & Partial<Input>,
): Input {
  return {
    kind: 'identify',
    source: carriedSource,
    origin: carriedSource,
    receivedAt: said.occurredAt,
    identifiers: identifiersOf(person),
    attributes: {},
    consents: [],
    context: {},
    ...said,
  };
}

/**
 * What the profile left behind says that the restored one does not: withdrawn consents, and with
 * `inputs` also those given, browsers and devices. Each is recorded once, however often it is carried.
 */
export function stateInputs(
  person: CarriedPerson,
  { mode, since }: { readonly mode: CarryMode; readonly since: string },
): readonly Input[] {
  const consents = consentInputs(person, mode);
  if (mode === 'withdrawals') return consents;
  const { left, restored } = person;
  const known = restored?.identifiers.anonymousIds ?? [];
  const browsers = (left.identifiers.anonymousIds ?? [])
    .filter((id) => !known.includes(id))
    .map((anonymousId) =>
      carried(person, {
        messageId: `${left.id}#browser#${anonymousId}`,
        occurredAt: left.updatedAt,
        identifiers: { ...identifiersOf(person), anonymousId },
      }),
    );
  const devices = (left.devices ?? [])
    .filter(({ at }) => at >= since)
    .map((device) => deviceInput(person, device));
  return [...consents, ...browsers, ...devices];
}

function deviceInput(person: CarriedPerson, { token, platform, at }: Device): Input {
  return carried(person, {
    messageId: `${person.left.id}#device#${platform}#${at}`,
    occurredAt: at,
    device: { token, platform },
  });
}

function consentInputs(person: CarriedPerson, mode: CarryMode): readonly Input[] {
  const { left, restored } = person;
  return Object.entries(left.consents).flatMap(([key, consent]) => {
    if (consent.given && mode === 'withdrawals') return [];
    const known = restored?.consents[key];
    const isKnown =
      known !== undefined &&
      (known.at > consent.at || (known.at === consent.at && known.given === consent.given));
    const change = isKnown ? undefined : changeOf(key, consent);
    if (change === undefined) return [];
    return [
      carried(person, {
        messageId: `${left.id}#consent#${key}#${consent.given}#${consent.at}`,
        occurredAt: consent.at,
        origin: consent.source,
        consents: [change],
      }),
    ];
  });
}

function changeOf(key: string, { given, text }: Consent): ConsentChange | undefined {
  const slash = key.lastIndexOf('/');
  const channel = channelSchema.safeParse(key.slice(slash + 1));
  if (!channel.success) return undefined;
  const wording = text === undefined ? {} : { text };
  return { topic: key.slice(0, slash), channel: channel.data, given, ...wording };
}

/** What people said and did, as the timeline tells it; the rest follows from it, or is of the life before. */
const carriedTypes = ['lead.captured', 'event', 'profile.updated'] as const;

export const isCarried = ({ type }: Pick<TimelineEntry, 'type'>): boolean =>
  carriedTypes.some((one) => one === type) || isConsent(type);

const isConsent = (type: string): boolean =>
  type === 'consent.given' || type === 'consent.withdrawn';

/** The input that an entry of the timeline was made of, as far as it tells. */
export function inputOfEntry(entry: TimelineEntry, person: CarriedPerson): Input {
  const { id, type, occurredAt, recordedAt, data } = entry;
  const said = {
    messageId: `${entry.profileId}#entry#${id}`,
    occurredAt,
    receivedAt: recordedAt,
    origin: typeof data['source'] === 'string' ? data['source'] : carriedSource,
  };
  const [attributes, context] = [objectOf(data['attributes']), objectOf(data['context'])];
  if (type === 'event') {
    const event = { name: String(data['name']), properties: objectOf(data['properties']) };
    return carried(person, { ...said, kind: 'event', event, context });
  }
  if (isConsent(type)) {
    const key = `${String(data['topic'])}/${String(data['channel'])}`;
    const text = typeof data['text'] === 'string' ? { text: data['text'] } : {};
    const consent = {
      given: type === 'consent.given',
      at: occurredAt,
      source: said.origin,
      ...text,
    };
    const change = changeOf(key, consent);
    return carried(person, { ...said, consents: change === undefined ? [] : [change] });
  }
  const kind = type === 'lead.captured' ? 'lead' : 'identify';
  return carried(person, { ...said, kind, attributes, context });
}

const objectOf = (value: unknown): Readonly<Record<string, unknown>> & object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? // A checked object: its keys are text.
      (value as Record<string, unknown>)
    : {};
