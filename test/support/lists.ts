import type { World } from '../../infra/local/world.ts';
import { queryTimeline } from '../../shared/stores/timeline.ts';
import { settled } from './modes.ts';
import { aSite, personOf } from './site.ts';

/** A company with so many people, `c-0` and on, and what a marketer does with static lists. */
export async function aCompany(world: World, people: number, hostile?: number) {
  const site = await aSite(world);
  const names = Array.from({ length: people }, (_, index) => `c-${index}`);
  const batch = names.map((userId) => ({ type: 'identify', userId, traits: { city: 'Riga' } }));
  for (let from = 0; from < batch.length; from += 100) {
    await site.post('/v1/batch', { batch: batch.slice(from, from + 100) });
  }
  await settled(world, hostile);
  const upload = async (path: string, of: readonly string[]) => {
    const identifiers = of.map((externalId) => ({ externalId }));
    const answer = await site.admin('POST', path, { identifiers });
    if (answer.status !== 202) throw new Error(answer.text);
    return answer.json() as { readonly accepted: number; readonly errors: readonly unknown[] };
  };
  return {
    ...site,
    names,
    make: async (id: string): Promise<void> => {
      const answer = await site.admin('PUT', `/admin/lists/${id}`, { name: id });
      if (answer.status !== 200) throw new Error(answer.text);
    },
    add: (id: string, of: readonly string[]) => upload(`/admin/lists/${id}/members`, of),
    remove: (id: string, of: readonly string[]) => upload(`/admin/lists/${id}/members/remove`, of),
    sizeOf: async (id: string): Promise<unknown> => {
      const answer = await site.admin('GET', `/admin/lists/${id}`);
      return (answer.json() as { readonly size: unknown }).size; // a list, as the API says
    },
    /** Who is in the list, as the API pages through it. */
    listed: async (id: string): Promise<readonly string[]> => {
      const found: string[] = [];
      let after = '';
      do {
        const answer = await site.admin('GET', `/admin/lists/${id}/members?after=${after}`);
        const page = answer.json() as { items: { profile: string }[]; next: string | null };
        found.push(...page.items.map(({ profile }) => profile));
        after = page.next ?? '';
      } while (after !== '');
      return found.toSorted();
    },
  };
}

/** The ids of people known by these external ids, in order. */
export const idsOf = async (world: World, names: readonly string[]): Promise<readonly string[]> => {
  const people = await Promise.all(names.map((name) => personOf(world, name)));
  return people.map(({ id }) => id).toSorted();
};

/** What a person's timeline says of lists and segments. */
export async function newsOf(world: World, name: string): Promise<readonly string[]> {
  const { id } = await personOf(world, name);
  const { entries } = await queryTimeline(world.ports.table, id);
  return entries
    .filter(({ type }) => /^(list|segment)\./.test(type))
    .map(({ type, data }) => `${type} ${String(data['list'] ?? data['segment'])}`);
}
