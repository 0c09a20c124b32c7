import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openWorld, type World } from '../../infra/local/world.ts';
import { carryOver } from '../../infra/recovery/carry-over.ts';
import { leaveTables } from '../../infra/recovery/leave-tables.ts';
import type { CarryMode } from '../../infra/recovery/recovery-options.ts';
import { openDatabase } from '../../shared/adapters/embedded/database.ts';
import { EmbeddedTable } from '../../shared/adapters/embedded/table.ts';
import type { Table } from '../../shared/ports/table.ts';
import { findOwners } from '../../shared/stores/identities.ts';
import { getProfile } from '../../shared/stores/profiles.ts';
import { listQuarantine } from '../../shared/stores/quarantine.ts';
import { getSuppression } from '../../shared/stores/suppressions.ts';
import { queryTimeline } from '../../shared/stores/timeline.ts';
import { Breaker } from '../support/breaking-ports.ts';
import { anOffice } from '../support/campaigns.ts';
import { modes, settled } from '../support/modes.ts';
import { aDirectory, backUp, putBack } from '../support/restored.ts';
import { announce } from '../support/ses.ts';
import { startOfWorld } from '../support/world.ts';

const offers = (given: boolean) => [{ topic: 'offers', channel: 'email', given }];

/** Ends when the file does: worlds of a directory each. */
const open: (() => Promise<void> | void)[] = [];
afterAll(async () => {
  for (const close of open.reverse()) await close();
});

/** The world before: a backup is made, life goes on, and its tables are left as they are. */
async function lifeBefore(directory: string, hostile: number | undefined) {
  const world = await openWorld({ clock: startOfWorld, directory, hostile });
  const office = await anOffice(world);
  await office.template('hello');
  await office.campaign('welcome', {
    message: { channel: 'email', template: 'hello' },
    schedule: { on: 'lead.captured', repeat: 'once' },
  });
  await office.launch('welcome');
  await office.lead('anna', { messageId: 'anna-1', anonymousId: 'annas-browser' });
  await office.lead('boris', { messageId: 'boris-1' });
  await settled(world, hostile);
  const since = world.now();
  backUp(world, directory);
  const atBackup = world.outbox().length;
  await world.advance('PT1H');
  await lifeGoesOn(world, office);
  await settled(world, hostile);
  const sent = world.outbox().length;
  const clock = world.now();
  backUpAs(world, join(directory, 'left.sqlite'));
  await world.close();
  return { since, clock, sent, atBackup };
}

/** Everything that a restore would forget. */
async function lifeGoesOn(world: World, office: Awaited<ReturnType<typeof anOffice>>) {
  await office.lead('anna', { messageId: 'anna-2', consents: offers(false) });
  const [welcome] = world.outbox().filter(({ to }) => to === 'anna@example.com');
  const bounce = { type: 'bounce', bounceType: 'Permanent' } as const;
  await announce(world, welcome?.tags['message'] ?? '', bounce);
  await office.lead('clara', { messageId: 'clara-1', attributes: { city: 'Riga' } });
  await office.track('clara', 'Order Completed', {
    messageId: 'order-1',
    properties: { total: 12 },
    context: { device: { token: 'c1a5'.repeat(16), type: 'ios' } },
  });
  await office.track('anna', 'Order Completed', { messageId: 'order-2', properties: { total: 5 } });
  await office.lead('boris', { messageId: 'boris-2', attributes: { city: 'Tartu', plan: 'gold' } });
  // More than one profile holds: the second waits in the quarantine.
  for (const field of ['first', 'second']) {
    await office.lead('erik', { messageId: field, attributes: { [field]: 'long'.repeat(25_000) } });
  }
}

function backUpAs(world: World, path: string): void {
  world.embedded.database.exec(`VACUUM INTO '${path}'`);
}

/** The restored world, and the tables left behind. */
async function aRestoredWorld(hostile: number | undefined) {
  const directory = aDirectory();
  const before = await lifeBefore(directory.path, hostile);
  const leftFile = join(directory.path, 'left.sqlite');
  putBack(directory.path);
  const world = await openWorld({ clock: before.clock, directory: directory.path, hostile });
  await settled(world, hostile);
  const database = openDatabase(leftFile);
  const left = new EmbeddedTable({ database, clock: world.ports.clock });
  open.push(
    () => directory[Symbol.dispose](),
    () => database.close(),
    () => world.close(),
  );
  const carry = async (mode: CarryMode, around?: Breaker): Promise<void> => {
    const ports = around?.around(world.ports) ?? world.ports;
    const restored = hostile === undefined ? ports.table : world.embedded.ports.table;
    await carryOver(
      { left, restored, queue: ports.queue, sleep: async () => {} },
      { mode, since: before.since },
    );
    await settled(world, hostile);
  };
  return { world, left, carry, ...before };
}

/** What is known of somebody, and what they said and did; nothing of the system's own doing. */
async function knownOf(table: Table, externalId: string) {
  const [id = ''] = (await findOwners(table, [{ kind: 'externalId', value: externalId }])).values();
  const profile = await getProfile(table, id);
  if (profile === undefined) return undefined;
  const { entries } = await queryTimeline(table, id);
  // Who is told of by what was carried first comes into being by it: that says nothing of them.
  const isNews = (data: object) => JSON.stringify(data) !== '{"attributes":{}}';
  const said = entries.filter(
    ({ type, data }) => /^(lead|event|consent|profile\.updated)/.test(type) && isNews(data),
  );
  const { identifiers, attributes, consents, devices } = profile;
  return {
    identifiers,
    attributes,
    consents,
    devices: devices?.map(({ token, platform }) => ({ token, platform })),
    said: said
      .map(({ type, occurredAt, data }) => JSON.stringify({ occurredAt, type, data }))
      .toSorted(),
  };
}

const people = ['anna', 'boris', 'clara'];

describe.each(modes.slice(0, 2))('tables that are left for a restore, hostile %s', (hostile) => {
  it('hand over who must not be written to, and nothing else is known of the time between', async () => {
    const { world, carry } = await aRestoredWorld(hostile);
    expect((await knownOf(world.ports.table, 'anna'))?.consents['offers/email']?.given).toBe(true);
    await carry('withdrawals');
    const anna = await knownOf(world.ports.table, 'anna');
    expect(anna?.consents['offers/email']?.given).toBe(false);
    expect(anna?.said.join()).not.toContain('order');
    const why = await getSuppression(world.ports.table, 'email', 'anna@example.com');
    expect(why?.reason).toBe('bounce');
    expect(await knownOf(world.ports.table, 'clara')).toBeUndefined();
  });

  it('hand over what people said and did, each once, however often, and start nothing by it', async () => {
    const { world, left, carry, atBackup } = await aRestoredWorld(hostile);
    const wanted = await Promise.all(people.map((name) => knownOf(left, name)));
    expect(wanted[2]?.devices).toHaveLength(1);
    expect(wanted.map((known) => known?.said.length)).toEqual([6, 4, 4]);
    await carry('withdrawals');
    await carry('inputs');
    const found = await Promise.all(people.map((name) => knownOf(world.ports.table, name)));
    expect(found).toEqual(wanted);
    await carry('inputs');
    expect(await Promise.all(people.map((name) => knownOf(world.ports.table, name)))).toEqual(
      wanted,
    );
    // A website that has not heard the answer sends again what was recorded in the life before.
    const office = await anOffice(world);
    await office.lead('clara', { messageId: 'clara-1', attributes: { city: 'Riga' } });
    await settled(world, hostile);
    expect(await knownOf(world.ports.table, 'clara')).toEqual(wanted[2]);
    await world.advance('P1D');
    expect(world.outbox()).toHaveLength(atBackup);
    expect(await office.state('welcome')).toBe('paused');
  });
});

describe('what waits in the quarantine of tables that are left', () => {
  it('goes the whole way again under its own id, once, and is stored by what has been put right since', async () => {
    const { world, left, carry } = await aRestoredWorld(undefined);
    const waiting = async (table: Table) =>
      (await listQuarantine(table, null)).rows.map(({ id, input }) => [id, input?.messageId]);
    const wanted = await waiting(left);
    expect(wanted).toEqual([[expect.any(String), 'second']]);
    await carry('withdrawals');
    expect(await waiting(world.ports.table)).toEqual([]);
    await carry('inputs');
    expect(await waiting(world.ports.table)).toEqual(wanted);
    const office = await anOffice(world);
    await office.lead('erik', { messageId: 'third', attributes: { first: null } });
    await office.done('POST', `/admin/quarantine/${wanted[0]?.[0]}/replay`);
    await settled(world, undefined);
    const second = async () => (await knownOf(world.ports.table, 'erik'))?.attributes['second'];
    expect(await second()).toHaveLength(100_000);
    await carry('inputs');
    expect(await waiting(world.ports.table)).toEqual([]);
    const said = (await knownOf(world.ports.table, 'erik'))?.said ?? [];
    expect(said.filter((text) => text.includes('lead.captured'))).toHaveLength(3);
  });
});

describe('a hand-over that is cut off', () => {
  it.each([
    [3, 'before'],
    [9, 'after'],
    [15, 'before'],
    [22, 'after'],
  ] as const)('at call %i, %s it, is whole when it is given again', async (at, when) => {
    const { world, left, carry } = await aRestoredWorld(undefined);
    const breaker = new Breaker({ at, when, how: 'kill' });
    await expect(carry('inputs', breaker)).rejects.toThrow(/Broken off|gone/);
    await carry('inputs');
    for (const name of people) {
      expect(await knownOf(world.ports.table, name)).toEqual(await knownOf(left, name));
    }
  });
});

describe('a deployment that goes back to the tables left', () => {
  it('sends nothing: they are in no life any more', async () => {
    using directory = aDirectory();
    const world = await openWorld({ clock: startOfWorld, directory: directory.path });
    const office = await anOffice(world);
    await office.template('hello');
    await office.campaign('welcome', {
      message: { channel: 'email', template: 'hello' },
      schedule: { on: 'lead.captured', repeat: 'once' },
    });
    await office.launch('welcome');
    await leaveTables(world.ports.table, Date.parse(world.now()));
    await leaveTables(world.ports.table, Date.parse(world.now()));
    // The functions of the deployment before are over by now.
    await world.advance('PT20M');
    await office.lead('anna');
    await world.advance('PT1H');
    expect(world.outbox()).toEqual([]);
    expect(await office.state('welcome')).toBe('paused');
    await world.close();
  });
});
