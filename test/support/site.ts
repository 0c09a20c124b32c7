import type { World } from '../../infra/local/world.ts';
import { servingVersion } from '../../shared/domain/segments/segment.ts';
import { hashWriteKey } from '../../shared/runtime/http/write-key.ts';
import { findOwners } from '../../shared/stores/identities.ts';
import { memberShards, queryMembers } from '../../shared/stores/members.ts';
import { getProfile } from '../../shared/stores/profiles.ts';
import { getSegment, loadRules } from '../../shared/stores/segments.ts';
import { addSourceKey, putSource } from '../../shared/stores/sources.ts';

const key = 'a-write-key';

/** A website with a write key, and a marketer with a token, who ask again when they are told to. */
export async function aSite(world: World) {
  const { table } = world.ports;
  const createdAt = world.now();
  await putSource(table, { id: 'site', name: 'Site', createdAt });
  await addSourceKey(table, { source: 'site', hash: hashWriteKey(key), createdAt });
  const ask = async (method: string, path: string, body: unknown, admin: boolean) => {
    for (let attempt = 0; ; attempt += 1) {
      const options = admin ? { admin, body } : { headers: { 'x-write-key': key }, body };
      const answer = await world.request(method, path, options);
      const isBusy = [409, 500, 503].includes(answer.status) && attempt < 20;
      if (!isBusy || (answer.status === 409 && method === 'DELETE')) return answer;
    }
  };
  return {
    /** Posts to the public API; answers the status. */
    post: async (path: string, body: unknown): Promise<number> =>
      (await ask('POST', path, body, false)).status,
    settle: () => world.settle(),
    admin: (method: string, path: string, body?: unknown) => ask(method, path, body, true),
    /** Defines a segment; it is built when the world has settled. */
    segment: async (id: string, rule: unknown): Promise<void> => {
      const answer = await ask('PUT', `/admin/segments/${id}`, { name: id, rule }, true);
      if (answer.status !== 200) throw new Error(answer.text);
    },
  };
}

/** Until every segment is built: a pass that a fault cut off is revived by the tick. */
export async function built(world: World): Promise<void> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    await world.settle();
    const { segments } = await loadRules(world.ports.table);
    if (segments.every((one) => one.rule !== undefined && servingVersion(one) === one.version)) {
      return;
    }
    await world.advance('PT6M');
  }
  throw new Error('A segment stays "building".');
}

/** The ids of a segment's members, in order. */
export async function membersOf(world: World, id: string): Promise<readonly string[]> {
  const { table } = world.ports;
  const segment = await getSegment(table, id);
  if (segment === undefined) throw new Error(`There is no segment "${id}".`);
  const serving = servingVersion(segment);
  const members: string[] = [];
  for (let shard = 0; shard < memberShards; shard += 1) {
    const page = await queryMembers(table, { segment: id, shard, serving }, { after: null });
    members.push(...page.members.map(({ profileId }) => profileId));
  }
  return members.toSorted();
}

/** The profile that owns an external id. */
export async function personOf(world: World, externalId: string) {
  const { table } = world.ports;
  const owners = await findOwners(table, [{ kind: 'externalId', value: externalId }]);
  const [id] = owners.values();
  const profile = id === undefined ? undefined : await getProfile(table, id);
  if (profile === undefined) throw new Error(`Nobody is known as ${externalId}.`);
  return profile;
}
