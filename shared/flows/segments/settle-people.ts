import type { Profile } from '../../domain/profiles/profile.ts';
import type { Ruleset } from '../../domain/segments/ruleset.ts';
import type { Ports } from '../../ports/ports.ts';
import { InvalidRequest } from '../../ports/table.ts';
import { logger } from '../../runtime/observability.ts';
import { inParallel } from '../../runtime/parallel.ts';
import { getProfile } from '../../stores/profiles.ts';
import { ContentError, settlePerson } from './person-record.ts';

const parallelPeople = 16;

/**
 * Takes over what the rules say of each of these people, asked until nobody comes in between: whoever is
 * left out would be wrong for good. Answers them as they stand then, by id; undefined: gone meanwhile.
 */
export async function settlePeople(
  people: readonly Profile[],
  world: { readonly ruleset: Ruleset; readonly ports: Ports },
): Promise<ReadonlyMap<string, Profile | undefined>> {
  const settled = new Map<string, Profile | undefined>();
  await inParallel(people, parallelPeople, async (found) => {
    let profile: Profile | undefined = found;
    let after: Profile | undefined;
    while (profile !== undefined && after === undefined) {
      after = await settledAsItFits(profile, world);
      if (after === undefined) profile = await getProfile(world.ports.table, found.id);
    }
    settled.set(found.id, after);
  });
  return settled;
}

/** A person whom the tables cannot hold any more stays as they are: nobody else waits for them. */
async function settledAsItFits(
  profile: Profile,
  world: Parameters<typeof settlePerson>[1],
): Promise<Profile | undefined> {
  try {
    return await settlePerson(profile, world);
  } catch (error) {
    const isTooLarge = error instanceof ContentError && error.cause instanceof InvalidRequest;
    if (!isTooLarge) throw error;
    logger.error('person-left-out', { profile: profile.id });
    return profile;
  }
}
