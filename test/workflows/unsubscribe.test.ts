import { describe, expect, it } from 'vitest';
import type { World } from '../../infra/local/world.ts';
import { getProfile } from '../../shared/stores/profiles.ts';
import { aRun, handOver, ledgerOf, reserve, somePeople, timelineOf } from '../support/messaging.ts';
import { ask, modes, settled } from '../support/modes.ts';
import { aWorld } from '../support/world.ts';

/** A world in which one email has gone out, and the path of its unsubscribe link. */
async function oneLink(world: World, hostile: number | undefined) {
  const run = await aRun(world);
  await handOver(world, await reserve(world, run, await somePeople(world, 1)));
  await settled(world, hostile);
  const header = world.outbox()[0]?.headers['List-Unsubscribe'] ?? '';
  const path = new URL(header.slice(1, -1)).pathname;
  expect(path).toMatch(/^\/u\/./);
  return { run, path };
}

const consentOf = async (world: World) =>
  (await getProfile(world.ports.table, 'person-0000'))?.consents['offers/email'];

const withdrawals = async (world: World) =>
  (await timelineOf(world, 'person-0000')).filter(({ type }) => type === 'consent.withdrawn');

const form = { 'content-type': 'application/x-www-form-urlencoded' };

describe.each(modes)('the link to unsubscribe, hostile %s', (hostile) => {
  it('works only as it was written', async () => {
    await using world = await aWorld({ hostile });
    const { path } = await oneLink(world, hostile);
    const last = path.at(-1) ?? '';
    // The last letter of a signature has bits to spare.
    const sibling = String.fromCharCode(last.charCodeAt(0) + 1);
    for (const other of [`${path}=`, `${path}==`, `${path.slice(0, -1)}${sibling}`]) {
      expect([other, (await ask(world, 'POST', other)).status]).toEqual([other, 404]);
    }
    expect((await consentOf(world))?.given).toBe(true);
  });

  it('opened by a mail scanner changes nothing', async () => {
    await using world = await aWorld({ hostile });
    const { path, run } = await oneLink(world, hostile);
    const page = await ask(world, 'GET', path);
    expect(page.status).toBe(200);
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.text).toContain('<form method="post">');
    expect(page.text).toContain('emails about offers');
    await world.settle();
    expect((await consentOf(world))?.given).toBe(true);
    expect(await withdrawals(world)).toEqual([]);
    expect((await ledgerOf(world, run))[0]?.unsubscribedAt).toBeUndefined();
  });

  it.each([
    ['one click in the mail program', { headers: form, body: 'List-Unsubscribe=One-Click' }],
    ['the button on the page', { headers: form, body: '' }],
    ['an empty request', {}],
  ])('%s unsubscribes at once, from this topic and channel alone', async (_, request) => {
    await using world = await aWorld({ hostile });
    const { path, run } = await oneLink(world, hostile);
    await world.advance('P400D');
    const page = await ask(world, 'POST', path, request);
    expect(page.status).toBe(200);
    expect(page.text).toContain('You are unsubscribed');
    const profile = await getProfile(world.ports.table, 'person-0000');
    expect(profile?.consents).toMatchObject({
      'offers/email': { given: false, at: world.now(), source: 'unsubscribe' },
      'offers/sms': { given: true },
    });
    const [row] = await ledgerOf(world, run);
    expect(row).toMatchObject({ state: 'accepted', unsubscribedAt: world.now() });
    const [entry] = await withdrawals(world);
    expect(entry?.data).toMatchObject({ topic: 'offers', channel: 'email', source: 'unsubscribe' });
  });

  it('works twice, is recorded once, and nothing more is sent', async () => {
    await using world = await aWorld({ hostile });
    const { path } = await oneLink(world, hostile);
    await Promise.all([ask(world, 'POST', path), ask(world, 'POST', path)]);
    expect((await ask(world, 'POST', path)).status).toBe(200);
    expect(await withdrawals(world)).toHaveLength(1);
    const next = await aRun(world, { campaign: 'next' });
    const [person] = [await getProfile(world.ports.table, 'person-0000')];
    if (person === undefined) throw new Error('nobody');
    await handOver(world, await reserve(world, next, [person]));
    await settled(world, hostile);
    expect((await ledgerOf(world, next))[0]).toMatchObject({
      state: 'withheld',
      reason: 'no-consent',
    });
  });

  it('used again outdoes a permission that was given before and arrives after', async () => {
    await using world = await aWorld({ hostile });
    const { path } = await oneLink(world, hostile);
    await ask(world, 'POST', path);
    await world.advance('PT2H');
    await ask(world, 'POST', path);
    expect(await consentOf(world)).toMatchObject({ given: false, at: world.now() });
    expect(await withdrawals(world)).toHaveLength(1);
    const profile = await getProfile(world.ports.table, 'person-0000');
    await ask(world, 'POST', path);
    expect(await getProfile(world.ports.table, 'person-0000')).toEqual(profile);
  });

  it('confirms to somebody who is no longer stored', async () => {
    await using world = await aWorld({ hostile });
    const { path } = await oneLink(world, hostile);
    await world.ports.table.write({
      kind: 'delete',
      table: 'profiles',
      key: { pk: 'person-0000' },
    });
    expect((await ask(world, 'POST', path)).status).toBe(200);
  });

  it.each([
    ['altered', (path: string) => `${path.slice(0, -3)}${path.endsWith('AAA') ? 'BBB' : 'AAA'}`],
    ['of another purpose', () => '/u/eyJhbGciOiJub25lIn0.eyJhdWQiOiJ1bnN1YnNjcmliZSJ9.'],
    ['made up', () => '/u/preview'],
  ])('%s is refused and changes nothing', async (_, forge) => {
    await using world = await aWorld({ hostile });
    const { path } = await oneLink(world, hostile);
    for (const method of ['GET', 'POST'] as const) {
      const page = await ask(world, method, forge(path));
      expect(page.status).toBe(404);
      expect(page.text).toContain('This link is not valid');
    }
    expect((await consentOf(world))?.given).toBe(true);
  });
});
