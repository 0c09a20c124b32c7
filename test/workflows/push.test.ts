import { describe, expect, it } from 'vitest';
import type { World, WorldOptions } from '../../infra/local/world.ts';
import { type Break, Breaker } from '../support/breaking-ports.ts';
import { anOffice } from '../support/campaigns.ts';
import { modes, settled } from '../support/modes.ts';
import { aWorld } from '../support/world.ts';

type Office = Awaited<ReturnType<typeof anOffice>>;

const breaks: readonly Omit<Break, 'at'>[] = [
  { when: 'before', how: 'kill' },
  { when: 'after', how: 'stumble' },
];

const pushConsent = [{ topic: 'offers', channel: 'push', given: true }];

/** What the company's app posts when it is opened: the device it runs on. */
const openApp = (office: Office, name: string, token: string, type = 'ios'): Promise<void> =>
  office.track(name, 'Application Opened', {
    messageId: `open-${name}-${token}-${Math.random()}`,
    context: { device: { id: `${token}-id`, token, type } },
  });

/** An office whose campaign pushes to everybody at 13:00; people and devices are the test's. */
async function aPushCampaign(world: World): Promise<Office> {
  const office = await anOffice(world);
  await office.segment('all', { attribute: 'email', exists: true });
  await office.template('sale', {
    channel: 'push',
    title: 'Hello {{ profile.identifiers.externalId }}',
    text: 'Sale',
    url: 'shop://sale',
    data: { topic: 'sale' },
    subject: undefined,
    html: undefined,
  });
  return office;
}

async function send(office: Office, world: World, hostile?: number): Promise<readonly string[]> {
  await office.campaign('sale', {
    audience: { include: ['all'] },
    schedule: { at: world.now().slice(0, 11) + '20:00', timeZone: 'UTC' },
    message: { channel: 'push', template: 'sale' },
  });
  await office.launch('sale');
  await world.advance('PT9H');
  await settled(world, hostile);
  const rows = await office.rows('sale');
  return rows.map(({ state, reason }) => (reason ? `${state}(${reason})` : state)).toSorted();
}

const tokensSent = (world: World): readonly string[] =>
  world
    .outbox()
    .map(({ to }) => to)
    .toSorted();

const devicesOf = async (office: Office, name: string) =>
  (await office.done('GET', `/admin/profiles?externalId=${name}`))['devices'];

describe.each(modes)('a push message, hostile %s', (hostile) => {
  const worldWith = (options: Partial<WorldOptions> = {}) => aWorld({ hostile, ...options });

  it('goes to every device of a person once, and is one message', async () => {
    await using world = await worldWith();
    const office = await aPushCampaign(world);
    await office.lead('anna', { consents: pushConsent });
    await office.lead('bert', { consents: pushConsent });
    await openApp(office, 'anna', 'anna-phone');
    await openApp(office, 'anna', 'anna-tablet', 'Android');
    expect(await send(office, world, hostile)).toEqual(['accepted', 'withheld(no-address)']);
    expect(tokensSent(world)).toEqual(['anna-phone', 'anna-tablet']);
    const [first] = world.outbox();
    expect(first).toMatchObject({ channel: 'push', subject: 'Hello anna', text: 'Sale' });
    expect(first?.tags).toMatchObject({ url: 'shop://sale', topic: 'sale' });
  });

  it('that finds a device gone takes it off the person and reaches the other', async () => {
    await using world = await worldWith({
      pushAnswer: ({ device }) => (device.token === 'old-phone' ? { kind: 'gone' } : undefined),
    });
    const office = await aPushCampaign(world);
    await office.lead('anna', { consents: pushConsent });
    await openApp(office, 'anna', 'old-phone');
    await openApp(office, 'anna', 'new-phone');
    expect(await send(office, world, hostile)).toEqual(['accepted']);
    expect(tokensSent(world)).toEqual(['new-phone']);
    expect(await devicesOf(office, 'anna')).toEqual([
      { token: '…-phone', platform: 'ios', at: expect.any(String) },
    ]);
    const { id } = await office.done('GET', '/admin/profiles?externalId=anna');
    const { items } = await office.done('GET', `/admin/profiles/${String(id)}/timeline`);
    expect(items).toContainEqual(
      expect.objectContaining({ type: 'device.removed', data: { platform: 'ios' } }),
    );
  });
});

describe('a push message', () => {
  it('without consent to push goes to nobody', async () => {
    await using world = await aWorld();
    const office = await aPushCampaign(world);
    await office.lead('anna');
    await openApp(office, 'anna', 'phone');
    expect(await send(office, world)).toEqual(['withheld(no-consent)']);
  });

  it('to somebody all of whose devices are gone is rejected, and there is no address any more', async () => {
    await using world = await aWorld({ pushAnswer: () => ({ kind: 'gone' }) });
    const office = await aPushCampaign(world);
    await office.lead('anna', { consents: pushConsent });
    await openApp(office, 'anna', 'phone');
    expect(await send(office, world)).toEqual(['rejected(no-device)']);
    expect(await devicesOf(office, 'anna')).toBeUndefined();
  });

  it('never goes to a device that somebody else has signed in on since', async () => {
    await using world = await aWorld();
    const office = await aPushCampaign(world);
    await office.lead('anna', { consents: pushConsent });
    await office.lead('bert', { consents: pushConsent });
    await openApp(office, 'anna', 'shared-phone');
    await openApp(office, 'anna', 'anna-tablet');
    await world.advance('PT2H');
    await openApp(office, 'bert', 'shared-phone');
    expect(await send(office, world)).toEqual(['accepted', 'accepted']);
    const greetings = world.outbox().map(({ to, subject }) => `${to}: ${subject}`);
    expect(greetings.toSorted()).toEqual(['anna-tablet: Hello anna', 'shared-phone: Hello bert']);
    expect(await devicesOf(office, 'anna')).toHaveLength(1);
  });

  it('that one device takes and another not is accepted; what nobody takes now is tried again', async () => {
    let refusals = 3;
    await using world = await aWorld({
      pushAnswer: () => (refusals-- > 0 ? { kind: 'throttled', reason: 'Throttled' } : undefined),
    });
    const office = await aPushCampaign(world);
    await office.lead('anna', { consents: pushConsent });
    await openApp(office, 'anna', 'phone');
    await openApp(office, 'anna', 'tablet');
    expect(await send(office, world)).toEqual(['accepted']);
    expect(tokensSent(world)).toHaveLength(1);
  });

  it('that may have gone out to somebody is not sent again', async () => {
    await using world = await aWorld({
      pushAnswer: () => {
        throw new Error('socket hang up');
      },
    });
    const office = await aPushCampaign(world);
    await office.lead('anna', { consents: pushConsent });
    await openApp(office, 'anna', 'phone');
    expect(await send(office, world)).toEqual(['unknown']);
  });

  it('goes to the five devices used last', async () => {
    await using world = await aWorld();
    const office = await aPushCampaign(world);
    await office.lead('anna', { consents: pushConsent });
    for (let number = 1; number <= 7; number += 1) {
      await openApp(office, 'anna', `phone-${number}`);
      await world.advance('PT1M');
    }
    await openApp(office, 'anna', 'a watch', 'watchos');
    await send(office, world);
    expect(tokensSent(world)).toEqual([3, 4, 5, 6, 7].map((number) => `phone-${number}`));
  });

  it.each(breaks)(
    'cut off at any call ($how $when) goes to no device twice, and its row comes to an end',
    async (kind) => {
      let at = 0;
      let sent = 0;
      for (let hasBroken = true; hasBroken; ) {
        at += 1;
        const breaker = new Breaker({ ...kind, at });
        await using world = await aWorld({
          pushAnswer: ({ device }) => (device.token === 'gone' ? { kind: 'gone' } : undefined),
          around: (row, ports) =>
            row.file === 'functions/messaging/send-pushes.ts' ? breaker.around(ports) : ports,
        });
        const office = await aPushCampaign(world);
        await office.lead('anna', { consents: pushConsent });
        for (const token of ['gone', 'phone', 'tablet']) await openApp(office, 'anna', token);
        await send(office, world);
        breaker.revive();
        await world.advance('PT26H');
        const [row] = await office.rows('sale');
        expect(['accepted', 'failed'], `broken at ${at}`).toContain(row?.state);
        const tokens = tokensSent(world);
        expect(new Set(tokens).size).toBe(tokens.length);
        sent += tokens.length;
        ({ hasBroken } = breaker);
      }
      expect(at).toBeGreaterThan(10);
      // A crash may cost the message only around the calls themselves, one for each device.
      expect(sent).toBeGreaterThanOrEqual(2 * (at - 8));
    },
  );
});
