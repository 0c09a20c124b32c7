import { describe, expect, it } from 'vitest';
import { adminRoutes } from '../../functions/http/admin-routes.ts';
import type { World } from '../../infra/local/world.ts';
import { allRoutes } from '../../shared/runtime/http/route-groups.ts';
import { anOffice } from '../support/campaigns.ts';
import { postCanaryAtLast, storedCanary } from '../support/canary.ts';
import { ask, modes } from '../support/modes.ts';
import { aWorld } from '../support/world.ts';

/** Every person is in it; so would be whoever is stored and is not kept out. */
const nobodyElse = { not: { attribute: 'city', equals: 'Atlantis' } };
const neverBought = { not: { did: 'Order Completed' } };

/** An office at work for some days, with everything that counts people; between its steps something else may happen. */
async function someDays(world: World, between: () => Promise<void>) {
  const office = await anOffice(world);
  await between();
  await office.done('PUT', '/admin/rfm', {});
  await office.done('PUT', '/admin/computed/orders', {
    name: 'Orders',
    event: 'Order Completed',
    function: 'count',
  });
  await office.segment('everybody', nobodyElse);
  await office.segment('never', neverBought);
  await office.template('hello');
  for (const [id, on] of Object.entries({ leads: 'lead.captured', faces: 'profile.created' })) {
    await office.campaign(id, {
      schedule: { on, repeat: 'each' },
      goal: { event: 'Order Completed', within: 'P7D' },
    });
    await office.launch(id);
  }
  await between();
  for (const [index, name] of ['anna', 'bert', 'carl', 'dora'].entries()) {
    await office.lead(name);
    if (index < 2) await office.track(name, 'Order Completed', { properties: { total: 10 } });
  }
  await between();
  await office.done('PUT', '/admin/lists/fair', { name: 'Fair' });
  await office.done('POST', '/admin/lists/fair/members', {
    identifiers: [
      { externalId: 'anna' },
      { externalId: 'perennial-canary' },
      { profile: 'canary' },
    ],
  });
  await world.settle();
  await office.segment('fair', { list: 'fair' });
  await office.segment('few', { computed: 'orders', below: 1 });
  await between();
  await office.campaign('all', {
    audience: { include: ['everybody'] },
    schedule: { at: '2026-11-26T10:00', timeZone: 'UTC' },
  });
  const preflight = await office.done('POST', '/admin/campaigns/all/preflight');
  await office.launch('all');
  for (let day = 0; day < 3; day += 1) {
    await world.advance('P1D');
    await between();
  }
  return preflight;
}

const pages = [
  ...['everybody', 'never', 'fair', 'few'].flatMap((id) => [
    `/admin/segments/${id}`,
    `/admin/segments/${id}/members`,
    `/admin/segments/${id}/history`,
  ]),
  ...['leads', 'faces', 'all'].flatMap((id) => [
    `/admin/campaigns/${id}`,
    `/admin/campaigns/${id}/report`,
    `/admin/campaigns/${id}/runs`,
  ]),
  '/admin/segments',
  '/admin/campaigns',
  '/admin/computed',
  '/admin/computed/orders',
  '/admin/rfm',
  '/admin/lists',
  '/admin/lists/fair',
  '/admin/lists/fair/members',
  '/admin/quarantine',
  '/admin/suppressions',
  '/admin/sources',
  '/admin/sources/shop',
];

const pagesOfCanary = [
  '/admin/profiles/canary',
  '/admin/profiles/canary/timeline',
  '/admin/profiles?externalId=perennial-canary',
  '/admin/segments/everybody/explain?profile=canary',
  '/admin/explain?campaign=leads&profile=canary',
  '/admin/sources/-canary',
];

/** Which of the API's answers are about no person, so that nobody can be left out of them. */
const aboutNobody = [
  '/admin/topics',
  '/admin/topics/{id}',
  '/admin/templates',
  '/admin/templates/{id}',
  '/admin/templates/{id}/versions',
  '/admin/templates/{id}/versions/{version}',
  '/admin/webhooks',
  '/admin/webhooks/{id}',
  '/admin/sending-policy',
  '/admin/openapi.json',
];

type Items = { readonly items: readonly { readonly id: string }[] };

/** What is said of each run of each campaign, and of each of its messages: their ids are random. */
async function pagesOfRuns(world: World): Promise<readonly string[]> {
  const read = async (path: string): Promise<readonly string[]> => {
    const { text } = await ask(world, 'GET', path, { admin: true });
    return (JSON.parse(text) as Items).items.map(({ id }) => id); // as the API says
  };
  const found: string[] = [];
  for (const campaign of ['leads', 'faces', 'all']) {
    for (const run of await read(`/admin/campaigns/${campaign}/runs`)) {
      const messages = await read(`/admin/runs/${run}/messages`);
      found.push(`/admin/runs/${run}/messages`, `/admin/runs/${run}/verify`);
      found.push(...messages.map((message) => `/admin/messages/${encodeURIComponent(message)}`));
    }
  }
  return found;
}

/** What a hostile world too says at once and whole: it cuts pages short, and may count an order before its message. */
const isSettled = (path: string): boolean => /^\/admin\/(segments|campaigns)\/\w+$/.test(path);

/** All that the admin API says of people, as it would stand whatever their ids are. */
async function allThatIsSaid(world: World, hostile: number | undefined) {
  const answers: Record<string, unknown> = {};
  for (const path of hostile === undefined ? pages : pages.filter(isSettled)) {
    const { status, text } = await ask(world, 'GET', path, { admin: true });
    expect([path, status]).toEqual([path, 200]);
    answers[path] = [ordered(JSON.parse(text), hostile)];
  }
  if (hostile === undefined) answers['runs'] = await allThatIsSaidOfRuns(world);
  for (const rule of [nobodyElse, neverBought, { computed: 'orders', below: 1 }]) {
    const preview = await ask(world, 'POST', '/admin/segments/preview', {
      admin: true,
      body: { rule },
    });
    answers[JSON.stringify(rule)] = ordered(preview.json(), hostile);
  }
  return answers;
}

async function allThatIsSaidOfRuns(world: World) {
  const answers = [];
  for (const path of await pagesOfRuns(world)) {
    const { status, text } = await ask(world, 'GET', path, { admin: true });
    expect([path, status]).toEqual([path, 200]);
    answers.push({ path, answer: JSON.parse(text) });
  }
  expect(answers).toHaveLength(3 * (2 + 4)); // each run and its messages to four people
  return ordered(answers, undefined);
}

/** Without ids and keys, which are random, and lists in one order; a hostile world takes its time too. */
function ordered(value: unknown, hostile: number | undefined): unknown {
  const text = JSON.stringify(value)
    .replaceAll(/\/u\/[\w.-]+/g, '/u/TOKEN')
    .replaceAll(/[\w-]{60,}|[0-9A-HJKMNP-TV-Z]{26}/g, 'ID')
    .replaceAll(/"[0-9a-f]{16}"/g, '"KEY"');
  if (hostile === undefined) return sorted(JSON.parse(text));
  return sorted(JSON.parse(text.replaceAll(/"2026[\d:.TZ-]{20}"/g, '"INSTANT"')));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    const inner = value.map((item) => ({ item: sorted(item), key: JSON.stringify(sorted(item)) }));
    return inner.toSorted((a, b) => (a.key < b.key ? -1 : 1)).map(({ item }) => item);
  }
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([name, field]) => [name, sorted(field)] as const);
  return Object.fromEntries(fields.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

describe('the canary', () => {
  it('is looked for in every answer of the admin API that is about people', async () => {
    const asked = [
      ...pages,
      ...pagesOfCanary,
      ...['messages', 'verify'].map((page) => `/admin/runs/1/${page}`),
      '/admin/messages/1',
    ];
    const isAsked = (route: string): boolean => {
      const parts = new RegExp(`^${route.replaceAll(/\{\w+\}/g, '[^/?]+')}(\\?|$)`);
      return asked.some((path) => parts.test(path));
    };
    const said = (await allRoutes(adminRoutes)).filter(({ method }) => method === 'GET');
    const others = said.map(({ path }) => path).filter((path) => !isAsked(path));
    expect(others.toSorted()).toEqual(aboutNobody.toSorted());
  });
});

describe.each(modes)('the canary, hostile %s', (hostile) => {
  it('changes no size, report, preview, list, score or message', async () => {
    await using quiet = await aWorld({ hostile });
    await using watched = await aWorld({ hostile });
    const expected = await someDays(quiet, async () => {});
    let firing = 0;
    const preflight = await someDays(watched, () =>
      postCanaryAtLast(watched, `2026-11-25T12:00:0${(firing += 1)}Z`),
    );
    expect((await storedCanary(watched))['version']).toBe(firing);
    expect(ordered(preflight, hostile)).toEqual(ordered(expected, hostile));
    const said = await allThatIsSaid(watched, hostile);
    expect(said).toEqual(await allThatIsSaid(quiet, hostile));
    for (const path of pagesOfCanary) {
      expect([path, (await ask(watched, 'GET', path, { admin: true })).status]).toEqual([
        path,
        404,
      ]);
    }
    const inboxOf = (world: World) =>
      world
        .outbox()
        .map(({ to }) => to)
        .toSorted();
    expect(inboxOf(watched)).toEqual(inboxOf(quiet));
    expect(inboxOf(quiet)).toHaveLength(12);
  });
});
