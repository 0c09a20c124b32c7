import { newsFor, type Ruleset } from '../../domain/segments/ruleset.ts';
import { isToBeTold } from '../../domain/segments/settled.ts';
import type { Ports } from '../../ports/ports.ts';
import { memberShards, queryMarks } from '../../stores/members.ts';
import { getProfiles } from '../../stores/profiles.ts';
import { type PassPart, passParts } from '../../stores/segment-passes.ts';
import { settlePeople } from './settle-people.ts';

const pageRows = 100;

/**
 * Tells one page more of the people whom edits have re-labelled, and answers how far this part has
 * come. Every part has its shards of each segment that tells; a row's mark says who is to be told, so
 * that whoever has been told meanwhile, because something happened to them, is not looked at again.
 */
export async function announcePage(
  progress: PassPart,
  ruleset: Ruleset,
  ports: Ports,
): Promise<PassPart> {
  const place = placeAt(progress, ruleset);
  if (place === undefined) return { ...progress, done: true };
  const { segment, shard } = place;
  const page = await queryMarks(ports.table, place, { after: place.after, limit: pageRows });
  const rows = page.rows.filter(({ mark }) => newsFor(mark, ruleset) !== undefined);
  const found = await getProfiles(
    ports.table,
    rows.map(({ profileId }) => profileId),
  );
  const people = [...found.values()].filter((profile) => isToBeTold(profile, ruleset));
  await settlePeople(people, { ruleset, ports });
  const next: Place =
    page.after === null
      ? { segment, shard: shard + passParts, after: null }
      : { segment, shard, after: page.after };
  const done = { ...progress, after: writePlace(next), people: progress.people + people.length };
  return { ...done, done: placeAt(done, ruleset) === undefined };
}

type Place = { readonly segment: string; readonly shard: number; readonly after: string | null };

/** The first place of this part not before where it stands; undefined at the end. */
function placeAt({ part, after }: PassPart, { announcements }: Ruleset): Place | undefined {
  const segments = [...announcements.keys()].toSorted();
  const stands = after === null ? undefined : readPlace(after);
  const segment = segments.find((id) => {
    if (stands === undefined || id > stands.segment) return true;
    return id === stands.segment && stands.shard < memberShards;
  });
  if (segment === undefined) return undefined;
  return segment === stands?.segment ? stands : { segment, shard: part, after: null };
}

/** Ids of segments hold no slash. */
const writePlace = ({ segment, shard, after }: Place): string =>
  `${segment}/${shard}/${after ?? ''}`;

function readPlace(text: string): Place {
  const [segment = '', shard = '', ...after] = text.split('/');
  const rest = after.join('/');
  return { segment, shard: Number(shard), after: rest === '' ? null : rest };
}
