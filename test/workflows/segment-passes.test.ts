import { describe, expect, it } from 'vitest';
import type { World } from '../../infra/local/world.ts';
import { RequestMeter } from '../../shared/adapters/embedded/request-meter.ts';
import { queryTimeline } from '../../shared/stores/timeline.ts';
import { modes } from '../support/modes.ts';
import { afterScans, aMultitude } from '../support/multitude.ts';
import { inCity } from '../support/segment-cases.ts';
import { aSite, built, membersOf } from '../support/site.ts';
import { aWorld } from '../support/world.ts';

type Shown = {
  readonly state: string;
  readonly size: number;
  readonly progress?: {
    readonly done: number;
    readonly total: number;
    readonly people: number;
    readonly ofAbout?: number;
  };
};

type Site = Awaited<ReturnType<typeof aSite>>;

const show = async (site: Site): Promise<Shown> =>
  (await site.admin('GET', '/admin/segments/mine')).json() as Shown; // as the API says

describe.each(modes)('a pass over everybody, hostile %s', (hostile) => {
  it('says how far it has come, never less than before, while the old members are served', async () => {
    const shown: Shown[] = [];
    let look = async (): Promise<void> => undefined;
    let calls = 0;
    const around = afterScans(async () => {
      calls += 1;
      if (calls % 3 === 0) await look();
    });
    await using world = await aWorld({ hostile, around });
    const site = await aSite(world);
    look = async () => {
      shown.push(await show(site));
    };
    await aMultitude(world, 2000);
    await site.segment('mine', inCity('Riga').rule);
    await built(world);
    const first = shown.splice(0);
    expect(first.every(({ progress }) => progress !== undefined && !('ofAbout' in progress))).toBe(
      true,
    );
    await site.segment('mine', { any: [inCity('Riga').rule, inCity('Oslo').rule] });
    await built(world);
    expect(shown.length).toBeGreaterThan(3);
    for (const { state, size, progress } of shown) {
      expect([state, size, progress?.total, progress?.ofAbout]).toEqual(['building', 667, 8, 2000]);
    }
    const progresses = shown.map(({ progress }) => [progress?.done ?? 0, progress?.people ?? 0]);
    for (const at of [0, 1]) {
      const counts = progresses.map((one) => one[at] ?? 0);
      expect(counts).toEqual(counts.toSorted((one, other) => one - other));
    }
    expect(new Set(progresses.map(([, people]) => people)).size).toBeGreaterThan(3);
    const ready = await show(site);
    expect([ready.state, ready.size, 'progress' in ready]).toEqual(['ready', 1334, false]);
  });

  it('goes on where each part stood when it dies, and looks at nobody before that again', async () => {
    const scans = new Map<string, number>();
    const begun = new Map<number, number>();
    let deaths = 0;
    const around = afterScans(async ({ segment, after }) => {
      const page = `${segment} ${after ?? ''}`;
      scans.set(page, (scans.get(page) ?? 0) + 1);
      const pages = (begun.get(segment) ?? 0) + 1;
      begun.set(segment, pages);
      // Each part dies once, after its second page was read and before anybody on it is written.
      if (pages !== 2) return;
      deaths += 1;
      throw new Error('Killed.');
    });
    await using world = await aWorld({ hostile, around });
    const site = await aSite(world);
    await aMultitude(world, 2000);
    await site.segment('mine', inCity('Riga').rule);
    await built(world);
    expect(await membersOf(world, 'mine')).toHaveLength(667);
    expect(deaths).toBe(8);
    const again = [...scans.values()].reduce((sum, times) => sum + times - 1, 0);
    const starts = [...scans].flatMap(([page, times]) => (page.endsWith(' ') ? [times] : []));
    // Nothing is read again but the page that each part died at. A hostile world repeats messages besides.
    const isCalm = hostile === undefined;
    expect(isCalm ? again : 8).toBe(8);
    expect(isCalm ? starts : Array(8).fill(1)).toEqual(Array(8).fill(1));
  });

  it('is deleted from while people move, with nobody left in it', async () => {
    let pages = 0;
    let during: () => Promise<void> = async () => undefined;
    const around = afterScans(async () => {
      pages += 1;
      if (pages === 3) await during();
    });
    await using world = await aWorld({ hostile, around });
    const site = await aSite(world);
    await aMultitude(world, 200);
    const move = async (from: number, city: string): Promise<void> => {
      for (let n = from; n < from + 5; n += 1) {
        await site.post('/v1/identify', { userId: `u-${n}`, traits: { city } });
      }
    };
    await site.segment('mine', inCity('Riga').rule);
    await site.segment('theirs', inCity('Oslo').rule);
    await built(world);
    await move(0, 'Riga');
    await world.settle();
    expect((await membersOf(world, 'mine')).length).toBe(67 + 5);
    pages = 0;
    during = async () => {
      await move(0, 'Oslo');
      await move(5, 'Riga');
      // A second edit before the first is whole.
      const rule = { any: [inCity('Oslo').rule, inCity('Rome').rule] };
      await site.segment('theirs', rule);
    };
    expect((await site.admin('DELETE', '/admin/segments/mine')).status).toBe(202);
    for (let tries = 0; tries < 20; tries += 1) {
      await world.settle();
      if ((await site.admin('GET', '/admin/segments/mine')).status === 404) break;
      await world.advance('PT6M');
    }
    await built(world);
    expect(pages).toBeGreaterThan(3);
    expect(await membersOf(world, 'theirs')).toHaveLength(67 + 66 + 5);
    await site.segment('mine', inCity('Bern').rule);
    await built(world);
    expect(await membersOf(world, 'mine')).toEqual([]);
    expect(world.deadLetters()).toEqual([]);
  });
});

// What a hostile world repeats costs more: only a calm one can be priced.
describe('a pass over everybody', () => {
  /** Write units of an edit, but those of the due index, until nothing is left to do. */
  async function costOf(
    world: World,
    meter: RequestMeter,
    body: { readonly rule: unknown; readonly notify?: boolean },
  ): Promise<number> {
    meter.reset();
    const answer = await world.request('PUT', '/admin/segments/mine', {
      admin: true,
      body: { name: 'mine', ...body },
    });
    expect(answer.status).toBe(200);
    await world.settle();
    return meter.total().writeUnits;
  }

  it('writes who changes, twice a unit each for profile, row and what they are told, and nobody else', async () => {
    const meter = new RequestMeter();
    await using world = await aWorld({ meter });
    await aMultitude(world, 300);
    const riga = inCity('Riga').rule;
    await costOf(world, meter, { rule: riga });
    const either = (...some: readonly string[]) => ({ any: some.map((city) => inCity(city).rule) });
    const idle = await costOf(world, meter, { rule: either('Riga', 'Bern') });
    const hundred = await costOf(world, meter, { rule: either('Riga', 'Oslo') });
    // A transaction costs two units a kilobyte: the profile and its row.
    expect(hundred - idle).toBe(100 * (2 + 2));
    const idleTold = await costOf(world, meter, {
      rule: either('Riga', 'Oslo', 'Bern'),
      notify: true,
    });
    const told = await costOf(world, meter, { rule: either('Oslo', 'Rome'), notify: true });
    // Two hundred change; then each is written once more, with the entry.
    // Each part finds some to tell in both of its shards, and says once more how far it is.
    expect(told - idleTold).toBe(200 * (2 + 2) + 200 * (2 + 2 + 2) + 8);
    const { entries } = await queryTimeline(world.ports.table, 'p-00002');
    expect(entries.map(({ type }) => type)).toEqual(['segment.entered']);
    // Nobody changes: definitions, head, registry, pass, and of each part a lease, its end and its progress.
    expect(idle).toBe(2 * (4 + 3) + 8 * 3);
    // To tell: of each part a lease, its end and its progress; then the end.
    expect(idleTold - idle).toBe(8 * 3 + 1);
  });
});
