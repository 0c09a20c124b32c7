import { describe, expect, it } from 'vitest';
import type { World } from '../../infra/local/world.ts';
import { createHostility } from '../../shared/adapters/embedded/hostility.ts';
import { personEntries } from '../../shared/stores/timeline.ts';
import { modes } from '../support/modes.ts';
import { pathsOf, refusal } from '../support/refusal.ts';
import { act, caughtUp, pick, someCases, somePeople } from '../support/segment-cases.ts';
import { aSite, built, membersOf, personOf } from '../support/site.ts';
import { aWorld } from '../support/world.ts';

type Explained = {
  readonly profile: string;
  readonly member: boolean;
  readonly until: string | null;
  readonly since: string | null;
  readonly words: string | null;
  readonly rule: unknown;
  readonly next?: { readonly member: boolean; readonly words: string | null };
};

type Site = Awaited<ReturnType<typeof aSite>>;

async function explained(site: Site, id: string, query: string): Promise<Explained> {
  const answer = await site.admin('GET', `/admin/segments/${id}/explain?${query}`);
  expect([answer.status, answer.text]).toEqual([200, answer.text]);
  return answer.json() as Explained; // its fields are asserted one by one
}

/** When the person last entered or left anything. */
async function lastTurn(world: World): Promise<string | undefined> {
  const { id } = await personOf(world, 'c-1');
  let last: string | undefined;
  for await (const entry of personEntries(world.ports.table, id)) {
    if (entry.type.startsWith('segment.')) last = entry.occurredAt;
  }
  return last;
}

describe.each(modes)('explaining a segment, hostile %s', (hostile) => {
  it('agrees with the members at every instant, and says when that changes', async () => {
    await using world = await aWorld({ hostile });
    const site = await aSite(world);
    const people = await somePeople(site, 6);
    const dice = createHostility((hostile ?? 0) + 30);
    const cases = someCases(dice);
    for (const [id, { rule }] of Object.entries(cases)) await site.segment(id, rule);
    await built(world);
    let turned = 0;
    for (let step = 0; step < 8; step += 1) {
      for (let acts = 0; acts < 4; acts += 1) await act(world, site, pick(dice, people), dice);
      await caughtUp(world);
      const promised: (() => Promise<void>)[] = [];
      let soonest = Number.POSITIVE_INFINITY;
      for (const id of Object.keys(cases)) {
        const members = await membersOf(world, id);
        for (const { key } of people) {
          const { member, until, profile } = await explained(site, id, `externalId=${key}`);
          expect([id, key, member]).toEqual([id, key, members.includes(profile)]);
          if (until === null) continue;
          expect(Date.parse(until)).toBeGreaterThan(world.clock.now());
          soonest = Math.min(soonest, Date.parse(until));
          promised.push(async () => {
            if (Date.parse(until) !== soonest) return;
            const after = await explained(site, id, `externalId=${key}`);
            expect([id, key, after.until]).not.toEqual([id, key, until]);
            if (after.member !== member) turned += 1;
          });
        }
      }
      if (!Number.isFinite(soonest)) continue;
      const ms = soonest - world.clock.now();
      await world.advance(`PT${Math.ceil(ms / 1000)}S`);
      await caughtUp(world);
      for (const check of promised) await check();
    }
    expect(turned).toBeGreaterThan(3);
  });

  it('says since when, as the timeline tells it', async () => {
    await using world = await aWorld({ hostile });
    const site = await aSite(world);
    await site.segment('riga', { attribute: 'city', equals: 'Riga' });
    await built(world);
    const moves = async (city: string): Promise<string | null> => {
      await site.post('/v1/identify', { userId: 'c-1', traits: { city } });
      await caughtUp(world);
      return (await explained(site, 'riga', 'externalId=c-1')).since;
    };
    expect(await moves('Oslo')).toBeNull();
    const since: (string | null)[] = [];
    const turns: unknown[] = [];
    for (const city of ['Riga', 'Oslo', 'Riga']) {
      await world.advance('P1D');
      since.push(await moves(city));
      turns.push(await lastTurn(world));
    }
    expect(since).toEqual(turns);
    expect(new Set(since).size).toBe(3);
  });

  it('shows a person found by any identifier what was looked at, and what is to come', async () => {
    // A pass waits for the clock: it cannot end between an edit and the question.
    await using world = await aWorld({ hostile, settings: { rulesSettleSeconds: 60 } });
    const site = await aSite(world);
    await site.post('/v1/leads', {
      externalId: 'c-1',
      email: 'Anna@Example.com',
      phone: '+37120000000',
      attributes: { city: 'Riga' },
    });
    await site.post('/v1/track', {
      userId: 'c-1',
      event: 'Order Completed',
      timestamp: '2026-11-20T12:00:00.000Z',
      properties: { total: 12.5 },
    });
    await world.settle();
    await site.segment('riga', { attribute: 'city', equals: 'Riga' });
    await built(world);
    const { id: profile } = await personOf(world, 'c-1');
    const expected = {
      segment: 'riga',
      profile,
      member: true,
      until: null,
      since: null,
      words: 'People whose city is "Riga".',
      rule: {
        kind: 'attribute',
        words: 'whose city is "Riga"',
        answer: true,
        until: null,
        value: 'Riga',
      },
    };
    for (const query of [
      `profile=${profile}`,
      'externalId=c-1',
      'email=anna%40example.com',
      'phone=%2B37120000000',
    ]) {
      expect(await explained(site, 'riga', query)).toEqual(expected);
    }

    // Its ledger has nothing of orders yet: the definition to come is answered from the history.
    const spent = { did: 'Order Completed', sum: 'total', within: 'P30D', atLeast: 10 };
    await site.segment('riga', spent);
    expect(await explained(site, 'riga', 'externalId=c-1')).toEqual({
      ...expected,
      next: {
        member: true,
        until: '2026-12-20T12:00:00.001Z',
        words:
          'People whose sum of total over "Order Completed" in the last 30 days is at least 10.',
        rule: {
          kind: 'did',
          words: 'whose sum of total over "Order Completed" in the last 30 days is at least 10',
          answer: true,
          until: '2026-12-20T12:00:00.001Z',
          value: { count: 1, sum: 12.5, last: '2026-11-20T12:00:00.000Z' },
        },
      },
    });
    await built(world);
    const serving = await explained(site, 'riga', 'externalId=c-1');
    expect(serving).not.toHaveProperty('next');
    expect(serving).toMatchObject({ member: true, until: '2026-12-20T12:00:00.001Z' });
  });
});

describe('an explanation', () => {
  async function aPerson(world: World): Promise<string> {
    const site = await aSite(world);
    await site.post('/v1/leads', { externalId: 'c-1' });
    await world.settle();
    await site.segment('all', { attribute: 'externalId', exists: true });
    await built(world);
    return (await personOf(world, 'c-1')).id;
  }

  it('is refused for nobody, for two at once, for what is no identifier, and for unknown ones', async () => {
    await using world = await aWorld();
    const id = await aPerson(world);
    const every = ['profile', 'externalId', 'email', 'phone', 'anonymousId'];
    for (const [path, status, paths] of [
      ['all/explain', 422, every],
      [`all/explain?profile=${id}&email=a%40example.com`, 422, ['profile', 'email']],
      ['all/explain?email=a%40b.com&phone=%2B37120000000', 422, ['email', 'phone']],
      ['all/explain?email=nonsense', 422, ['email']],
      ['all/explain?phone=1', 422, ['phone']],
      ['all/explain?profile=', 422, ['profile']],
      ['all/explain?name=Anna', 422, ['name']],
      ['all/explain?profile=nobody', 404, []],
      [`all/explain?profile=${'x'.repeat(3000)}`, 404, []],
      ['all/explain?externalId=nobody', 404, []],
      [`none/explain?profile=${id}`, 404, []],
    ] as const) {
      const problem = await refusal(world, 'GET', `/admin/segments/${path}`);
      expect([path, problem.status, pathsOf(problem)]).toEqual([path, status, paths]);
    }
  });

  it('needs a marketer', async () => {
    await using world = await aWorld();
    const id = await aPerson(world);
    const answer = await world.request('GET', `/admin/segments/all/explain?profile=${id}`);
    expect(answer.status).toBe(401);
  });
});
