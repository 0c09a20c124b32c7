import { listsOf } from '../../domain/lists/static-list.ts';
import type { Device, Profile } from '../../domain/profiles/profile.ts';
import type { RfmScores } from '../../domain/rules/rfm/rfm-scores.ts';
import { type ComputedValues, computedValues } from '../../domain/segments/computed-values.ts';
import { segmentsOf } from '../../domain/segments/membership.ts';
import { rfmScores } from '../../domain/segments/rfm-people.ts';
import type { Ruleset } from '../../domain/segments/ruleset.ts';
import type { Instant } from '../../domain/time/instant.ts';
import type { Ports } from '../../ports/ports.ts';
import { Problem } from '../../runtime/problem.ts';
import { getProfile } from '../../stores/profiles.ts';
import { currentRuleset } from '../../stores/segments.ts';

export type ShownProfile = Omit<
  Profile,
  'version' | 'consents' | 'devices' | 'ledger' | 'lists' | 'dueAt'
> & {
  readonly consents: readonly unknown[];
  /** Where push messages reach the person, the latest first; of the token its end alone. Absent: nowhere. */
  readonly devices?: readonly Device[];
  /** The ids of the static lists the person is in; absent when in none. */
  readonly lists?: readonly string[];
  /** Scores of 1 to 5 and the cell they mean; absent for who is not a customer, or before RFM is ready. */
  readonly rfm?: RfmScores;
  /** Computed values by id, those that the person has; absent when there are none. */
  readonly computed?: ComputedValues;
};

/** A profile as the API shows it; 404 when there is none. */
export async function shownProfile(
  id: string | undefined,
  { table, clock, settings }: Ports,
): Promise<ShownProfile> {
  const profile = id === undefined ? undefined : await getProfile(table, id);
  if (profile === undefined) throw new Problem(404, 'There is no such profile.');
  const ruleset = await currentRuleset(table, settings.timeZone);
  return profileShown(profile, ruleset, clock.now());
}

/** A stored profile as the API shows it, by what serves. */
export function profileShown(profile: Profile, ruleset: Ruleset, now: Instant): ShownProfile {
  const { devices = [] } = profile;
  const lists = listsOf(profile.lists, ruleset.named.lists);
  const rfm = rfmScores(profile, ruleset, now);
  const computed = computedValues(profile, ruleset, now);
  return {
    id: profile.id,
    identifiers: profile.identifiers,
    attributes: profile.attributes,
    consents: shownConsents(profile),
    ...(devices.length > 0 && { devices: devices.map(shownDevice) }),
    segments: segmentsOf(profile.segments, ruleset.serving),
    ...(lists.length > 0 && { lists }),
    ...(rfm && { rfm }),
    ...(Object.keys(computed).length > 0 && { computed }),
    createdAt: profile.createdAt,
    updatedAt: profile.updatedAt,
  };
}

/** Whoever has the whole token and the company's key could send to the device. */
const shownDevice = ({ token, ...device }: Device): Device => ({
  ...device,
  token: `…${token.slice(-6)}`,
});

const shownConsents = ({ consents }: Profile): unknown[] =>
  Object.entries(consents).map(([key, consent]) => {
    const slash = key.lastIndexOf('/');
    return { topic: key.slice(0, slash), channel: key.slice(slash + 1), ...consent };
  });
