import { newsFor, type Ruleset } from '../../domain/segments/ruleset.ts';
import { isToBeTold } from '../../domain/segments/settled.ts';
import type { Ports } from '../../ports/ports.ts';
import { memberShards, queryMarks } from '../../stores/members.ts';
import { getProfiles } from '../../stores/profiles.ts';
import { type PassPart, passParts } from '../../stores/segment-passes.ts';
import { settlePeople } from './settle-people.ts';

const pageRows = 100;
/** Pages with nobody to tell that are read before saying how far this part has come. */
const pagesAtOnce = 10;

/**
 * Tells some more of the people whom edits have re-labelled, and answers how far this part has come.
 * Every part has its shards of each segment that tells; a row's mark says who is to be told, so that
 * whoever has been told meanwhile, because something happened to them, is not looked at again.
 */
export async function announcePage(
  progress: PassPart,
  ruleset: Ruleset,
  ports: Ports,
): Promise<PassPart> {
  let { after, people } = progress;
  for (let pages = 0; pages < pagesAtOnce && people === progress.people; pages += 1) {
    const place = placeAt({ ...progress, after }, ruleset);
    if (place === undefined) break;
    const read = await tellPage(place, ruleset, ports);
    people += read.told;
    after = writePlace(
      read.after === null
        ? { ...place, shard: place.shard + passParts, after: null }
        : { ...place, after: read.after },
    );
  }
  const done = placeAt({ ...progress, after }, ruleset) === undefined;
  return { ...progress, after, people, done };
}

async function tellPage(
  { after, ...of }: Place,
  ruleset: Ruleset,
  ports: Ports,
): Promise<{ readonly told: number; readonly after: string | null }> {
  const page = await queryMarks(ports.table, of, { after, limit: pageRows });
  const rows = page.rows.filter(({ mark }) => newsFor(mark, ruleset) !== undefined);
  const found = await getProfiles(
    ports.table,
    rows.map(({ profileId }) => profileId),
  );
  const people = [...found.values()].filter((profile) => isToBeTold(profile, ruleset));
  await settlePeople(people, { ruleset, ports });
  return { told: people.length, after: page.after };
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
