import type { Profile } from '../../domain/profiles/profile.ts';
import { type ServingVersions, segmentsOf } from '../../domain/segments/membership.ts';
import type { Ports } from '../../ports/ports.ts';
import { Problem } from '../../runtime/problem.ts';
import { getProfile } from '../../stores/profiles.ts';
import { currentRuleset } from '../../stores/segments.ts';

export type ShownProfile = Omit<Profile, 'version' | 'consents' | 'ledger' | 'lists' | 'dueAt'> & {
  readonly consents: readonly unknown[];
};

/** A profile as the API shows it; 404 when there is none. */
export async function shownProfile(
  id: string | undefined,
  { table, settings }: Ports,
): Promise<ShownProfile> {
  const profile = id === undefined ? undefined : await getProfile(table, id);
  if (profile === undefined) throw new Problem(404, 'There is no such profile.');
  const { serving } = await currentRuleset(table, settings.timeZone);
  return profileShown(profile, serving);
}

/** A stored profile as the API shows it, by the segments that serve. */
export const profileShown = (profile: Profile, serving: ServingVersions): ShownProfile => ({
  id: profile.id,
  identifiers: profile.identifiers,
  attributes: profile.attributes,
  consents: shownConsents(profile),
  segments: segmentsOf(profile.segments, serving),
  createdAt: profile.createdAt,
  updatedAt: profile.updatedAt,
});

const shownConsents = ({ consents }: Profile): unknown[] =>
  Object.entries(consents).map(([key, consent]) => {
    const slash = key.lastIndexOf('/');
    return { topic: key.slice(0, slash), channel: key.slice(slash + 1), ...consent };
  });
