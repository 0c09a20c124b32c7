import type { CampaignDefinition } from '../../../domain/campaigns/campaign.ts';
import { isInAudience } from '../../../domain/campaigns/condition.ts';
import type { Profile } from '../../../domain/profiles/profile.ts';
import type { ServingVersions } from '../../../domain/segments/membership.ts';
import type { Ports } from '../../../ports/ports.ts';
import { inParallel } from '../../../runtime/parallel.ts';
import { whenFree } from '../../../runtime/when-free.ts';
import { memberShards, queryMembers } from '../../../stores/members.ts';
import { getProfiles } from '../../../stores/profiles.ts';
import { partsFor, scanPatiently } from '../../segments/parts-of-everybody.ts';

type Reach = Pick<Ports, 'table' | 'clock'>;
type Audience = CampaignDefinition['audience'];

/** An audience as it is now, in parts that are as good as drawn by lot: so some of them can stand for all. */
export type AudienceParts = {
  readonly parts: number;
  /** The people of a part who are in the audience, each once in all parts, page by page. */
  readonly read: (part: number) => AsyncIterable<readonly Profile[]>;
};

/** Segments of up to so many people in all are looked at person by person. */
const mostMembers = 100_000;
const peopleOfPart = 500;
const pageSize = 100;

/**
 * Up to 100 000 members of the included segments are listed, by id alone, and looked up part by part;
 * more, or everybody, are found by going through parts of all people.
 */
export async function audienceParts(
  audience: Audience,
  serving: ServingVersions,
  reach: Reach,
): Promise<AudienceParts> {
  const include = audience?.include ?? [];
  const ids = include.length === 0 ? undefined : await memberIds(include, serving, reach);
  const isIn = (profile: Profile): boolean => isInAudience(audience, profile, serving);
  return ids === undefined ? partsOfAll(isIn, audience, reach) : partsOfMembers(ids, isIn, reach);
}

/** Whether nobody is in an audience now, as far as there is time to look: who was not looked at may be in it. */
export async function isEmptyAudience(
  audience: Audience,
  serving: ServingVersions,
  { hasTime, ...reach }: Reach & { readonly hasTime: () => boolean },
): Promise<boolean> {
  for (const segment of audience?.include ?? []) {
    for (let shard = 0; shard < memberShards; shard += 1) {
      for await (const ids of memberPages({ segment, shard }, serving, { ...reach, pageSize })) {
        if (!hasTime()) return false;
        const profiles = await whenFree(() => getProfiles(reach.table, ids), reach.clock);
        const found = [...profiles.values()];
        if (found.some((profile) => isInAudience(audience, profile, serving))) return false;
      }
    }
  }
  return true;
}

async function* memberPages(
  of: { readonly segment: string; readonly shard: number },
  serving: ServingVersions,
  { table, clock, pageSize: limit }: Reach & { readonly pageSize?: number },
): AsyncGenerator<readonly string[]> {
  const version = serving.get(of.segment);
  if (version === undefined) return;
  let after: string | null = null;
  do {
    const from: string | null = after;
    const read = (): ReturnType<typeof queryMembers> =>
      queryMembers(
        table,
        { ...of, serving: version },
        { after: from, ...(limit !== undefined && { limit }) },
      );
    const page: Awaited<ReturnType<typeof queryMembers>> = await whenFree(read, clock);
    yield page.members.map(({ profileId }) => profileId);
    after = page.after;
  } while (after !== null);
}

/** The members of the segments, each once; undefined when there are too many to be listed. */
async function memberIds(
  segments: readonly string[],
  serving: ServingVersions,
  reach: Reach,
): Promise<readonly string[] | undefined> {
  const ids = new Set<string>();
  const shards = segments.flatMap((segment) =>
    Array.from({ length: memberShards }, (_, shard) => ({ segment, shard })),
  );
  await inParallel(shards, memberShards, async (of) => {
    if (ids.size > mostMembers) return;
    for await (const page of memberPages(of, serving, reach)) {
      for (const id of page) ids.add(id);
      if (ids.size > mostMembers) return;
    }
  });
  return ids.size > mostMembers ? undefined : [...ids];
}

/** Every so manieth member is of one part: no part is of one shard, or of one time. */
function partsOfMembers(
  ids: readonly string[],
  isIn: (profile: Profile) => boolean,
  { table, clock }: Reach,
): AudienceParts {
  const parts = Math.ceil(ids.length / peopleOfPart);
  return {
    parts,
    read: async function* (part) {
      const own = ids.filter((_, index) => index % parts === part);
      for (let at = 0; at < own.length; at += pageSize) {
        const page = own.slice(at, at + pageSize);
        const profiles = await whenFree(() => getProfiles(table, page), clock);
        yield [...profiles.values()].filter(isIn);
      }
    },
  };
}

async function partsOfAll(
  isIn: (profile: Profile) => boolean,
  audience: Audience,
  reach: Reach,
): Promise<AudienceParts> {
  const scan = scanPatiently(reach);
  const parts = await partsFor(peopleOfPart, scan, JSON.stringify(audience ?? {}));
  return {
    parts,
    read: async function* (part) {
      let after: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof scan>> = await scan({
          segment: part,
          segments: parts,
          after,
        });
        yield page.profiles.filter(isIn);
        after = page.after;
      } while (after !== null);
    },
  };
}
