import { describe, expect, it } from 'vitest';
import type { World } from '../../infra/local/world.ts';
import { recordReaction } from '../../shared/stores/contacts.ts';
import { anOffice } from '../support/campaigns.ts';
import { modes, settled } from '../support/modes.ts';
import { aWorld } from '../support/world.ts';

type Office = Awaited<ReturnType<typeof anOffice>>;

const allow = (...channels: readonly string[]) =>
  channels.map((channel) => ({ topic: 'offers', channel, given: true }));

async function aBestCampaign(world: World): Promise<Office> {
  const office = await anOffice(world);
  await office.segment('all', { attribute: 'email', exists: true });
  const plain = { subject: undefined, html: undefined };
  await office.template('by-mail', { html: '<p>Sale</p>' });
  await office.template('by-text', { channel: 'sms', text: 'Sale', ...plain });
  await office.template('by-push', { channel: 'push', title: 'Sale', text: 'Now', ...plain });
  await office.campaign('sale', {
    audience: { include: ['all'] },
    schedule: { at: '2026-11-25T18:00', timeZone: 'UTC' },
    message: {
      channel: 'best',
      templates: { email: 'by-mail', sms: 'by-text', push: 'by-push' },
      order: ['sms', 'email', 'push'],
    },
  });
  return office;
}

const idOf = async (office: Office, name: string): Promise<string> =>
  String((await office.done('GET', `/admin/profiles?externalId=${name}`))['id']);

const react = async (
  office: Office,
  world: World,
  name: string,
  channel: 'email' | 'sms' | 'push',
  at: string,
) => recordReaction(world.ports.table, await idOf(office, name), { channel, at });

/** What went out to whom, such as `sms to +37120000001`. */
const sent = (world: World): readonly string[] =>
  world
    .outbox()
    .map(({ channel, to }) => `${channel} to ${to}`)
    .toSorted();

const rowsBy = async (office: Office) =>
  (await office.rows('sale'))
    .map(({ state, reason, channel }) => `${channel} ${state} ${reason ?? ''}`.trim())
    .toSorted();

describe.each(modes)('the best channel, hostile %s', (hostile) => {
  it('is the one each person last reacted to, else the first of the order that reaches them', async () => {
    await using world = await aWorld({ hostile });
    const office = await aBestCampaign(world);
    await office.lead('anna', { phone: '+37120000001', consents: allow('email', 'sms') });
    await office.lead('bert', { phone: '+37120000002', consents: allow('email', 'sms') });
    await office.lead('carl', { consents: allow('email', 'sms') });
    await office.lead('dora', { phone: '+37120000004', consents: allow('email') });
    await react(office, world, 'anna', 'sms', '2026-10-01T00:00:00.000Z');
    await react(office, world, 'anna', 'email', '2026-11-01T00:00:00.000Z');
    await react(office, world, 'dora', 'sms', '2026-11-01T00:00:00.000Z');
    await office.launch('sale');
    await world.advance('PT7H');
    await settled(world, hostile);
    await world.advance('PT30M');
    expect(sent(world)).toEqual([
      'email to anna@example.com',
      'email to carl@example.com',
      'email to dora@example.com',
      'sms to +37120000002',
    ]);
    expect(await rowsBy(office)).toEqual([
      'email accepted',
      'email accepted',
      'email accepted',
      'sms accepted',
    ]);
  });
});

describe('the best channel', () => {
  it('of who is reached by none is the first of the order, which says why', async () => {
    await using world = await aWorld();
    const office = await aBestCampaign(world);
    await office.lead('anna', { phone: '+37120000001', consents: [] });
    await office.lead('bert', { consents: [] });
    await office.launch('sale');
    await world.advance('PT7H');
    expect(await rowsBy(office)).toEqual(['sms withheld no-address', 'sms withheld no-consent']);
  });

  it('that changes while an audience is read twice still means one message', async () => {
    let isFirst = true;
    await using world = await aWorld({
      around: (row, ports) => {
        if (row.file !== 'functions/campaigns/expand-audience.ts') return ports;
        const send: typeof ports.queue.send = async (queue, messages) => {
          if (queue !== 'texts' || !isFirst) return ports.queue.send(queue, messages);
          // The row stands; before it is handed out the person clicks elsewhere, and the worker dies.
          isFirst = false;
          await react(office, world, 'anna', 'email', world.now());
          throw new Error('cut off');
        };
        return { ...ports, queue: { send } };
      },
    });
    const office = await aBestCampaign(world);
    await office.lead('anna', { phone: '+37120000001', consents: allow('email', 'sms') });
    await office.launch('sale');
    await world.advance('PT7H');
    expect(isFirst).toBe(false);
    expect(sent(world)).toEqual(['sms to +37120000001']);
    expect(await office.rows('sale')).toHaveLength(1);
  });
});
