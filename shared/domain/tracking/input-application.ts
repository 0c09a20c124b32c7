import { withConsent } from '../consent/consent.ts';
import type { Identifier } from '../identity/identifier.ts';
import type { Profile, ProfileIdentifiers } from '../profiles/profile.ts';
import { sameJson } from '../profiles/same-json.ts';
import type { TimelineEntry } from '../profiles/timeline-entry.ts';
import { withDevice } from './device-registration.ts';
import type { Input } from './input.ts';

/** Browsers and devices kept on the profile; all of them keep resolving to it. */
const maxAnonymousIds = 20;

export type AppliedInput = {
  readonly profile: Profile;
  readonly entries: readonly Omit<TimelineEntry, 'id'>[];
  /** Names of the attributes and identifiers that changed. */
  readonly changed: ReadonlySet<string>;
};

/** The person after one input, and what goes on the timeline for it. */
export function applyInput(profile: Profile, input: Input, recordedAt: string): AppliedInput {
  const changed = new Set<string>();
  const entries: Omit<TimelineEntry, 'id'>[] = [];
  const record = (type: string, data: TimelineEntry['data']): void => {
    entries.push({ profileId: profile.id, type, occurredAt: input.occurredAt, recordedAt, data });
  };

  if (profile.version === 0 && profile.updatedAt === '')
    record('profile.created', { source: input.origin });
  const attributes = mergeAttributes(profile.attributes, input.attributes, changed);
  const identifiers = mergeIdentifiers(profile.identifiers, input.identifiers, changed);
  const context = Object.keys(input.context).length > 0 ? { context: input.context } : {};
  if (input.kind === 'lead') {
    record('lead.captured', {
      source: input.origin,
      attributes: input.attributes,
      context: input.context,
    });
  } else if (input.event !== undefined) {
    record('event', { ...input.event, source: input.origin, ...context });
  } else if (changed.size > 0) {
    record('profile.updated', { attributes: input.attributes, ...context });
  }

  const devices = withDevice(profile.devices, input.device, at(input, recordedAt));
  let consents = profile.consents;
  for (const change of input.consents) {
    const said = { at: at(input, recordedAt), source: input.origin };
    const after = withConsent(consents, change, said);
    if (after === undefined) continue;
    consents = after.consents;
    if (!after.isNews) continue;
    const { topic, channel, given, text } = change;
    const wording = text === undefined ? {} : { text };
    record(given ? 'consent.given' : 'consent.withdrawn', {
      topic,
      channel,
      source: input.origin,
      ...wording,
    });
  }
  return {
    profile: {
      ...profile,
      attributes,
      identifiers,
      consents,
      ...(devices && { devices }),
      updatedAt: recordedAt,
    },
    entries,
    changed,
  };
}

/** A clock that is ahead must not outdo what the person says later. */
const at = ({ occurredAt }: Input, recordedAt: string): string =>
  occurredAt < recordedAt ? occurredAt : recordedAt;

/** New values replace old ones; `null` removes. */
function mergeAttributes(
  known: Profile['attributes'],
  given: Profile['attributes'],
  changed: Set<string>,
): Profile['attributes'] {
  const names = Object.keys(given).filter((name) => !sameValue(known[name], given[name]));
  if (names.length === 0) return known;
  const merged: Record<string, unknown> = { ...known };
  for (const name of names) {
    changed.add(name);
    if (given[name] === null) delete merged[name];
    else merged[name] = given[name];
  }
  return merged;
}

const sameValue = (known: unknown, given: unknown): boolean =>
  known === given ||
  (known === undefined && given === null) ||
  (typeof given === 'object' && sameJson(known, given));

function mergeIdentifiers(
  known: ProfileIdentifiers,
  given: Input['identifiers'],
  changed: Set<string>,
): ProfileIdentifiers {
  let merged = known;
  for (const kind of ['externalId', 'email', 'phone'] as const) {
    const value = given[kind];
    if (value === undefined || value === known[kind]) continue;
    changed.add(kind);
    merged = { ...merged, [kind]: value };
  }
  const browser = given.anonymousId;
  if (browser === undefined || known.anonymousIds?.includes(browser) === true) return merged;
  changed.add('anonymousId');
  return {
    ...merged,
    anonymousIds: [...(known.anonymousIds ?? []), browser].slice(-maxAnonymousIds),
  };
}

/** The input with the identifiers of others taken out: they stay with their owners. */
export function withoutIdentifiers(input: Input, others: readonly Identifier['kind'][]): Input {
  if (others.length === 0) return input;
  const identifiers = Object.fromEntries(
    Object.entries(input.identifiers).filter(([kind]) => !others.some((other) => other === kind)),
  );
  return { ...input, identifiers };
}
