import type { Profile } from '../../domain/profiles/profile.ts';
import type { Ruleset } from '../../domain/segments/ruleset.ts';
import type { Ports } from '../../ports/ports.ts';
import { inParallel } from '../../runtime/parallel.ts';
import { getProfile } from '../../stores/profiles.ts';
import { settlePerson } from './person-record.ts';

const parallelPeople = 16;

/** Takes over what the rules say of each of these people, asked until nobody comes in between: whoever is left out would be wrong for good. */
export const settlePeople = (
  people: readonly Profile[],
  world: { readonly ruleset: Ruleset; readonly ports: Ports },
): Promise<void> =>
  inParallel(people, parallelPeople, async (found) => {
    let profile: Profile | undefined = found;
    while (profile !== undefined) {
      if ((await settlePerson(profile, world)) !== undefined) return;
      profile = await getProfile(world.ports.table, profile.id);
    }
  });
