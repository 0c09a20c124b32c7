import { describe, expect, it } from 'vitest';
import type { World } from '../../infra/local/world.ts';
import { canarySource } from '../../shared/domain/canary/canary.ts';
import { canaryWriteKey } from '../../shared/flows/canary/canary-key.ts';
import { hashWriteKey } from '../../shared/runtime/http/write-key.ts';
import { keyCopies } from '../../shared/stores/sources.ts';
import { anOffice } from '../support/campaigns.ts';
import { canaryEar, canaryEntries, postCanary, storedCanary } from '../support/canary.ts';
import { aWorld } from '../support/world.ts';

const asAdmin = (world: World, method: string, path: string, body?: unknown) =>
  world.request(method, path, { admin: true, body });

const everybody = { not: { attribute: 'city', equals: 'Atlantis' } };

describe('a website', () => {
  it('hides nobody behind the canary’s name, and hears nothing of it', async () => {
    await using world = await aWorld();
    using ear = await canaryEar();
    const office = await anOffice(world);
    await postCanary(world);
    await world.settle();
    const before = await storedCanary(world);
    await office.segment('everybody', everybody);
    await office.lead('perennial-canary', { source: canarySource, messageId: world.now() });
    await office.lead('canary', { source: 'canary' });
    expect((await office.done('GET', '/admin/segments/everybody'))['size']).toBe(2);
    for (const name of ['perennial-canary', 'canary']) {
      const found = await office.done('GET', `/admin/profiles?externalId=${name}`);
      expect(found['id']).toHaveLength(26);
    }
    expect(ear.heard()).toHaveLength(1);
    expect(await storedCanary(world)).toEqual(before);
    // Nor does the canary become that person.
    await world.advance('PT5M');
    await postCanary(world);
    await world.settle();
    expect(ear.heard()).toHaveLength(2);
    expect((await office.done('GET', '/admin/segments/everybody'))['size']).toBe(2);
  });

  it('may have a source named canary: its leads are people', async () => {
    await using world = await aWorld();
    await asAdmin(world, 'PUT', '/admin/sources/canary', { name: 'Canary Islands' });
    const made = await asAdmin(world, 'POST', '/admin/sources/canary/keys');
    const { key } = made.json() as { key: string };
    const headers = { 'x-write-key': key };
    const body = { externalId: 'ines' };
    expect((await world.request('POST', '/v1/leads', { headers, body })).status).toBe(202);
    await world.settle();
    const found = await asAdmin(world, 'GET', '/admin/profiles?externalId=ines');
    expect(found.status).toBe(200);
  });
});

describe('the write key of the canary', () => {
  const aLead = { externalId: 'perennial-canary' };

  it.each([
    ['a person', '/v1/leads', { email: 'anna@example.com' }],
    ['a person beside it', '/v1/leads', { ...aLead, email: 'anna@example.com' }],
    ['attributes', '/v1/leads', { ...aLead, attributes: { city: 'Riga' } }],
    [
      'a consent',
      '/v1/leads',
      { ...aLead, consents: [{ topic: 'offers', channel: 'email', given: true }] },
    ],
    ['a context', '/v1/leads', { ...aLead, context: { page: 'https://example.com' } }],
    ['a source of its own', '/v1/leads', { ...aLead, source: 'spring' }],
    ['behaviour', '/v1/track', { userId: 'perennial-canary', event: 'Order Completed' }],
    ['an identify', '/v1/identify', { userId: 'perennial-canary' }],
    [
      'a batch',
      '/v1/batch',
      { batch: [{ type: 'track', userId: 'perennial-canary', event: 'Order Completed' }] },
    ],
  ])('posts the canary’s lead alone: %s is refused', async (_, path, body) => {
    await using world = await aWorld();
    await postCanary(world);
    await world.settle();
    const headers = { 'x-write-key': await canaryWriteKey(world.ports.secrets) };
    const refused = await world.request('POST', path, { headers, body });
    expect([refused.status, refused.text]).toEqual([
      422,
      expect.stringContaining('this write key is for Perennial to watch itself with'),
    ]);
    await world.settle();
    expect(await canaryEntries(world)).toHaveLength(1);
  });

  it('is beyond marketers: its source cannot be made, seen, given keys or robbed of them', async () => {
    await using world = await aWorld();
    await postCanary(world);
    const key = await canaryWriteKey(world.ports.secrets);
    const path = `/admin/sources/${canarySource}`;
    const refusals = [
      await asAdmin(world, 'PUT', path, { name: 'Mine' }),
      await asAdmin(world, 'GET', path),
      await asAdmin(world, 'POST', `${path}/keys`),
      await asAdmin(world, 'DELETE', `${path}/keys/${key}`),
      await asAdmin(world, 'DELETE', `${path}/keys/${hashWriteKey(key).slice(0, 16)}`),
    ];
    expect(refusals.map(({ status }) => status)).toEqual([422, 404, 404, 404, 404]);
    const listed = await asAdmin(world, 'GET', '/admin/sources');
    expect(listed.json()).toMatchObject({ items: [] });
    await world.advance('PT5M');
    expect(await postCanary(world)).toBe(true);
  });

  it('is admitted again where the tables have lost it', async () => {
    await using world = await aWorld();
    await postCanary(world);
    const key = await canaryWriteKey(world.ports.secrets);
    const hash = hashWriteKey(key);
    for (let copy = 0; copy < keyCopies; copy += 1) {
      const row = { pk: copy === 0 ? `write-key#${hash}` : `write-key#${hash}#${copy}`, sk: '-' };
      const stored = await world.ports.table.get('marketing', row);
      expect(stored).toEqual({ ...row, source: canarySource });
      expect(JSON.stringify(stored)).not.toContain(key);
      await world.ports.table.write({ kind: 'delete', table: 'marketing', key: row });
    }
    await world.advance('PT5M');
    expect(await postCanary(world)).toBe(true);
    await world.settle();
    expect(await canaryEntries(world)).toHaveLength(2);
  });

  it('follows from the installation’s secret, and differs from what else is made of it', async () => {
    const keyOf = (byte: number) => canaryWriteKey({ get: async () => Buffer.alloc(32, byte) });
    expect(await keyOf(1)).toBe(await keyOf(1));
    expect(await keyOf(1)).not.toBe(await keyOf(2));
    expect(await keyOf(1)).toMatch(/^[\w-]{43}$/);
  });
});

describe('a campaign', () => {
  it('cannot start on the canary', async () => {
    await using world = await aWorld();
    const office = await anOffice(world);
    await office.template('hello');
    const refused = await office.refused('PUT', '/admin/campaigns/odd', {
      name: 'Odd',
      topic: 'offers',
      message: { channel: 'email', template: 'hello' },
      schedule: { on: 'canary.captured', repeat: 'each' },
    });
    expect([refused.status, refused.errors?.[0]?.path]).toEqual([422, 'schedule.on']);
  });
});
