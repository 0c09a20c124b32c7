import { describe, expect, it, vi } from 'vitest';
import { openWorld, type World } from '../../infra/local/world.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { Breaker } from '../support/breaking-ports.ts';
import { anOffice } from '../support/campaigns.ts';
import { modes, settled } from '../support/modes.ts';
import { aDirectory, backUp, putBack } from '../support/restored.ts';
import { announce } from '../support/ses.ts';
import { aWorld, startOfWorld } from '../support/world.ts';

type Office = Awaited<ReturnType<typeof anOffice>>;

const email = { channel: 'email', template: 'hello' };
const everyone = { include: ['everyone'] };

/** One campaign of every kind, launched, and somebody to send to. */
async function launchAll(office: Office): Promise<void> {
  await office.template('hello');
  await office.segment('everyone', { attribute: 'email', exists: true });
  const campaigns = {
    welcome: { schedule: { on: 'lead.captured', repeat: 'once' } },
    cart: { schedule: { on: 'Product Added', delay: 'PT2H', repeat: 'each' } },
    tomorrow: { audience: everyone, schedule: { at: '2026-11-26T12:00', timeZone: 'UTC' } },
    later: { audience: everyone, schedule: { at: '2026-12-05T12:00', timeZone: 'UTC' } },
    daily: { audience: everyone, schedule: { cron: '0 10 * * ? *', timeZone: 'UTC' } },
    draft: { audience: everyone, schedule: { at: '2026-12-06T12:00', timeZone: 'UTC' } },
  };
  for (const [id, words] of Object.entries(campaigns)) {
    await office.campaign(id, { message: email, ...words });
    if (id !== 'draft') await office.launch(id);
    if (id === 'cart') await office.lead('anna');
  }
}

/** A world that is backed up, goes on sending for two days, and is put back: what both of them sent. */
async function aRestoredWorld(directory: string, hostile: number | undefined) {
  const before = await openWorld({ clock: startOfWorld, directory, hostile });
  const office = await anOffice(before);
  await launchAll(office);
  await settled(before, hostile);
  await office.track('anna', 'Product Added');
  await settled(before, hostile);
  backUp(before, directory);
  const atBackup = before.outbox().length;
  await office.lead('boris');
  await before.advance('P2D');
  const sent = before.outbox();
  const clock = before.now();
  await before.close();
  putBack(directory);
  const after = await openWorld({ clock, directory, hostile });
  await settled(after, hostile);
  return { after, sent, clock, kept: () => [...sent, ...after.outbox().slice(atBackup)], atBackup };
}

/** Whom each campaign sent how many messages, such as `cart anna@example.com`. */
function countsOf(kept: ReturnType<World['outbox']>): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { to, tags } of kept) {
    const key = `${tags['campaign']} ${to}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

describe.each(modes.slice(0, 2))('a backup that is put back, hostile %s', (hostile) => {
  it('sends nothing, raises the alarm, and shows every live campaign held or ended', async () => {
    using directory = aDirectory();
    const { metrics } = await import('../../shared/runtime/observability.ts');
    using counted = vi.spyOn(metrics, 'addMetric');
    const { after, sent, clock, atBackup } = await aRestoredWorld(directory.path, hostile);
    expect(countsOf(sent)).toMatchObject({
      'welcome anna@example.com': 1,
      'cart anna@example.com': 1,
      'tomorrow anna@example.com': 1,
      'daily boris@example.com': 2,
    });
    expect(counted.mock.calls.map(([name]) => name)).toContain('BackupsRestored');
    const office = await anOffice(after);
    await after.advance('P1D');
    expect(after.outbox()).toHaveLength(atBackup);
    const states: Record<string, unknown> = {};
    for (const id of ['welcome', 'cart', 'tomorrow', 'later', 'daily', 'draft']) {
      states[id] = await office.state(id);
    }
    expect(states).toEqual({
      welcome: 'paused',
      cart: 'paused',
      tomorrow: 'cancelled',
      later: 'paused',
      daily: 'paused',
      draft: 'draft',
    });
    const view = await office.done('GET', '/admin/campaigns/welcome');
    expect(view['pausedFor']).toEqual({ reason: 'restored', at: clock });
    await after.close();
  });

  it('goes on when it is resumed: with what is new, and nothing twice', async () => {
    using directory = aDirectory();
    const { after, kept } = await aRestoredWorld(directory.path, hostile);
    const office = await anOffice(after);
    // The website goes on meanwhile; its leads are people, and start nothing.
    await office.lead('clara', { messageId: 'again-1' });
    await after.advance('PT1H');
    for (const id of ['welcome', 'cart', 'later', 'daily']) await office.act(id, 'resume');
    await settled(after, hostile);
    await office.lead('anna', { messageId: 'again-2' });
    await office.lead('dora', { messageId: 'again-3' });
    await office.track('clara', 'Product Added');
    await settled(after, hostile);
    await after.advance('P1D');
    await after.advance('P10D');
    const ids = kept().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(countsOf(kept())).toEqual({
      'welcome anna@example.com': 1,
      'cart anna@example.com': 1,
      'tomorrow anna@example.com': 1,
      'later anna@example.com': 1,
      // Until the backup was put back, and after the resume.
      'daily anna@example.com': 2 + 11,
      'welcome boris@example.com': 1,
      'tomorrow boris@example.com': 1,
      'daily boris@example.com': 2,
      'cart clara@example.com': 1,
      'later clara@example.com': 1,
      'daily clara@example.com': 11,
      'welcome dora@example.com': 1,
      'later dora@example.com': 1,
      'daily dora@example.com': 11,
    });
    await after.close();
  });
});

/** The broken ports from the moment on that the test says. */
function onlyWhen(isTime: () => boolean, ports: Ports, broken: Ports): Ports {
  const { table } = ports;
  const of = (): Ports['table'] => (isTime() ? broken.table : table);
  return {
    ...ports,
    table: {
      get: (...args) => of().get(...args),
      batchGet: (...args) => of().batchGet(...args),
      query: (...args) => of().query(...args),
      scan: (...args) => of().scan(...args),
      due: (...args) => of().due(...args),
      write: (...args) => of().write(...args),
      transact: (...args) => of().transact(...args),
    },
  };
}

describe('what a backup had open', () => {
  it.each([
    [2, 'before'],
    [7, 'after'],
    [17, 'before'],
    [36, 'after'],
    [60, 'after'],
  ] as const)(
    'is closed, and told by the provider all the same, cut off at call %i, %s it',
    async (at, when) => {
      const breaker = new Breaker({ at, when, how: 'kill' });
      let isRestored = false;
      await using world = await aWorld({
        around: (row, ports) =>
          row.file.endsWith('run-campaign.ts')
            ? onlyWhen(() => isRestored, ports, breaker.around(ports))
            : ports,
      });
      const office = await anOffice(world);
      await office.template('hello');
      await office.lead('anna');
      await office.lead('boris');
      await office.segment('everyone', { attribute: 'email', exists: true });
      await office.campaign('cart', {
        message: email,
        schedule: { on: 'Product Added', delay: 'PT2H' },
      });
      await office.campaign('noon', {
        message: email,
        audience: everyone,
        schedule: { at: '2026-11-25T12:00', timeZone: 'UTC' },
        quietHours: { from: '11:00', to: '18:00' },
      });
      await office.launch('cart');
      await office.launch('noon');
      await office.track('anna', 'Product Added');
      world.settings.epoch = 'after the restore';
      isRestored = true;
      await world.advance('PT10M');
      breaker.revive();
      await world.advance('PT15M');
      const rows = await office.rows('noon');
      expect(rows.map(({ state, reason }) => `${state}(${reason})`)).toEqual([
        'withheld(restored)',
        'withheld(restored)',
      ]);
      expect([await office.state('noon'), await office.state('cart')]).toEqual([
        'cancelled',
        'paused',
      ]);
      await world.advance('P2D');
      expect(world.outbox()).toEqual([]);
      // It did go out, in the life that the backup has forgotten.
      await announce(world, rows[0]?.id ?? '');
      const told = await office.rows('noon');
      expect(told.map(({ state }) => state).toSorted()).toEqual(['accepted', 'withheld']);
      // Nothing is broken off for ever: campaigns work in the new life.
      await office.act('cart', 'resume');
      await office.track('boris', 'Product Added');
      await world.advance('PT3H');
      expect(office.inbox()).toEqual({ boris: 1 });
      expect(breaker.hasBroken).toBe(true);
    },
  );
});
