import { describe, expect, it } from 'vitest';
import { anOffice } from '../support/campaigns.ts';
import { aWorld } from '../support/world.ts';

const worlds: readonly (readonly [string, number | undefined])[] = [
  ['a calm world', undefined],
  ['a hostile world', 7],
  ['another hostile world', 41],
];

/** Within a minute of an instant, the tick, or in a hostile world up to an hour after it: what AWS does late is not lost. */
const about = (instant: string, hostile: number | undefined) => {
  const minutes = hostile === undefined ? 1 : 60;
  const last = Date.parse(instant) + (minutes * 60 + 59) * 1000;
  const isNear = (at: string): boolean =>
    Date.parse(at) >= Date.parse(instant) && Date.parse(at) <= last;
  return expect.toSatisfy(isNear, `about ${instant}`);
};

const byAddress = (
  one: { readonly to?: string | undefined },
  other: { readonly to?: string | undefined },
) => (one.to ?? '').localeCompare(other.to ?? '');

async function aCompany(clock: string, hostile: number | undefined, timeZone = 'Europe/Riga') {
  const world = await aWorld({ clock, hostile, settings: { timeZone, defaultCountry: 'LV' } });
  const office = await anOffice(world);
  const members = async (segment: string): Promise<string[]> => {
    const page = await office.done('GET', `/admin/segments/${segment}/members?after=`);
    const items = page['items'] as { profile: string }[]; // the list of members
    const names = await Promise.all(
      items.map(async ({ profile }) => {
        const { identifiers } = await office.done('GET', `/admin/profiles/${profile}`);
        return (identifiers as { externalId: string }).externalId; // every lead here has one
      }),
    );
    return names.sort();
  };
  /** Who was written to, when, in order. */
  const sent = () =>
    world
      .outbox()
      .map(({ to, at, subject, text }) => ({ to: to.split('@')[0], at, text: subject || text }))
      .sort(
        (left, right) =>
          left.at.localeCompare(right.at) || (left.to ?? '').localeCompare(right.to ?? ''),
      );
  return { ...office, world, members, sent, [Symbol.asyncDispose]: () => world.close() };
}

describe.each(worlds)('in %s', (_, hostile) => {
  it('a car dealer finds the three audiences of March, writes twice, and changes the second message', async () => {
    await using dealer = await aCompany('2027-03-01T08:00:00Z', hostile);
    const owner = (model: string, boughtAt: string) => ({
      attributes: { cars: [{ model, boughtAt }] },
    });
    await dealer.lead('long-owner', { ...owner('3', '2021-05-02'), phone: '+37120000001' });
    await dealer.lead('new-owner', { ...owner('3', '2025-05-02'), phone: '+37120000002' });
    await dealer.lead('cheap-owner', { ...owner('1', '2020-01-10'), phone: '+37120000003' });
    await dealer.lead('mixed-owner', {
      phone: '+37120000004',
      attributes: {
        cars: [
          { model: '3', boughtAt: '2026-01-01' },
          { model: '7', boughtAt: '2015-01-01' },
        ],
      },
    });
    await dealer.lead('prospect', { phone: '+37120000005' });
    await dealer.lead('old-prospect', { phone: '+37120000006' });
    const asked = { properties: { model: '3' } };
    await dealer.track('prospect', 'Model Requested', {
      ...asked,
      timestamp: '2027-01-20T10:00:00Z',
    });
    await dealer.track('old-prospect', 'Model Requested', {
      ...asked,
      timestamp: '2026-11-20T10:00:00Z',
    });

    const owners = (model: string) => ({
      has: 'cars',
      where: [
        { attribute: 'model', equals: model },
        { attribute: 'boughtAt', olderThan: 'P4Y' },
      ],
    });
    await dealer.segment('owners-4y', owners('3'));
    await dealer.segment('cheap-owners-4y', owners('1'));
    await dealer.segment('prospects-3m', {
      did: 'Model Requested',
      within: 'P3M',
      where: [{ property: 'model', equals: '3' }],
    });
    expect(await dealer.members('owners-4y')).toEqual(['long-owner']);
    expect(await dealer.members('cheap-owners-4y')).toEqual(['cheap-owner']);
    expect(await dealer.members('prospects-3m')).toEqual(['prospect']);

    const sms = (id: string, text: string) =>
      dealer.template(id, { channel: 'sms', subject: undefined, html: undefined, text });
    await sms('march-8', 'Happy 8 March! A test drive of the new 3 awaits you.');
    await sms('march-20', 'The new 3: come and see it.');
    const march = (id: string, at: string) =>
      dealer.campaign(id, {
        audience: { include: ['owners-4y', 'cheap-owners-4y', 'prospects-3m'] },
        schedule: { at, timeZone: 'recipient' },
        message: { channel: 'sms', template: id },
        goal: { event: 'Test Drive Booked', within: 'P7D' },
      });
    await march('march-8', '2027-03-08T10:00');
    await march('march-20', '2027-03-20T10:00');
    await dealer.launch('march-8');
    await dealer.world.advance('P8D');
    expect(dealer.sent().toSorted(byAddress)).toEqual(
      ['+37120000001', '+37120000003', '+37120000005'].map((to) => ({
        to,
        at: about('2027-03-08T08:00:00Z', hostile),
        text: 'Happy 8 March! A test drive of the new 3 awaits you.',
      })),
    );

    const report = await dealer.report('march-8');
    expect(report).toMatchObject({ audience: 3, states: { accepted: 3 }, conversions: 0 });
    await sms('march-20', 'A weekend with the new 3, on us. Reply or call.');
    await dealer.launch('march-20');
    await dealer.world.advance('P12D');
    const second = dealer.sent().slice(3);
    // The prospect asked on 20 January: still within three months.
    expect(second.toSorted(byAddress).map(({ to }) => to)).toEqual([
      '+37120000001',
      '+37120000003',
      '+37120000005',
    ]);
    expect(new Set(second.map(({ text }) => text))).toEqual(
      new Set(['A weekend with the new 3, on us. Reply or call.']),
    );
  });

  it('a garage reminds of the oil change eight months after the purchase, to the minute', async () => {
    await using garage = await aCompany('2026-06-30T12:00:00Z', hostile);
    await garage.segment('oil-change-due', { last: 'Car Bought', olderThan: 'P8M' });
    await garage.template('hello', { subject: 'Oil change: 10 % off and free diagnostics' });
    await garage.campaign('oil-change', {
      schedule: {
        on: 'segment.entered',
        where: [{ property: 'segment', equals: 'oil-change-due' }],
      },
    });
    await garage.launch('oil-change');
    await garage.lead('janis');
    await garage.track('janis', 'Car Bought', { timestamp: '2026-06-30T12:00:00Z' });
    await garage.world.advance('P7M');
    expect(garage.sent()).toEqual([]);
    await garage.world.advance('P2M');
    // 30 June plus eight months is 28 February, at 15:00 by the company's clock, which is 13:00 UTC in winter.
    expect(garage.sent()).toEqual([
      {
        to: 'janis',
        at: about('2027-02-28T13:00:00Z', hostile),
        text: 'Oil change: 10 % off and free diagnostics',
      },
    ]);
    await garage.world.advance('P1Y');
    expect(garage.sent()).toHaveLength(1);
  });

  it('a shop reminds of a cart after two hours, unless the order came', async () => {
    await using shop = await aCompany('2026-11-25T10:00:00Z', hostile);
    await shop.template('hello', { subject: 'Your cart: {{ event.properties.name }}' });
    await shop.campaign('cart', {
      schedule: {
        on: 'Product Added',
        delay: 'PT2H',
        unless: { did: 'Order Completed', since: 'trigger' },
        repeat: 'restart',
      },
    });
    await shop.launch('cart');
    for (const name of ['leaves', 'buys', 'goes-on']) {
      await shop.lead(name);
      await shop.track(name, 'Product Added', { properties: { name: 'Boots' } });
    }
    await shop.world.advance('PT1H');
    await shop.track('buys', 'Order Completed', { properties: { total: 90 } });
    await shop.track('goes-on', 'Product Added', { properties: { name: 'Socks' } });
    await shop.world.advance('PT1H30M');
    expect(shop.sent().map(({ to, text }) => ({ to, text }))).toEqual([
      { to: 'leaves', text: 'Your cart: Boots' },
    ]);
    await shop.world.advance('P3D');
    expect(shop.sent().map(({ to, text }) => ({ to, text }))).toEqual([
      { to: 'leaves', text: 'Your cart: Boots' },
      { to: 'goes-on', text: 'Your cart: Socks' },
    ]);
    expect(await shop.report('cart')).toMatchObject({ audience: 3, reasons: { unless: 1 } });
  });

  it('a shop offers winter shoes only to those who bought winter shoes a year ago', async () => {
    await using shop = await aCompany('2026-11-10T09:00:00Z', hostile);
    const bought = (category: string) => ({
      properties: { products: [{ category: 'care' }, { category }] },
    });
    const orders: [string, string, string][] = [
      ['a-year-ago', 'winter shoes', '2025-11-08T12:00:00Z'],
      ['ten-months-ago', 'winter shoes', '2026-01-12T12:00:00Z'],
      ['14-months-ago', 'winter shoes', '2025-09-05T12:00:00Z'],
      ['sandals', 'sandals', '2025-11-08T12:00:00Z'],
    ];
    for (const [name, category, timestamp] of orders) {
      await shop.lead(name);
      await shop.track(name, 'Order Completed', { ...bought(category), timestamp });
    }
    await shop.segment('winter-shoes', {
      did: 'Order Completed',
      between: ['P13M', 'P11M'],
      where: [{ property: 'category', equals: 'winter shoes' }],
    });
    expect(await shop.members('winter-shoes')).toEqual(['a-year-ago']);
    await shop.template('hello', { subject: 'New winter shoes' });
    await shop.campaign('winter', {
      audience: { include: ['winter-shoes'] },
      schedule: { at: '2026-12-20T10:00' },
    });
    await shop.launch('winter');
    await shop.world.advance('P41D');
    // A month later the one of January has come into the window, and the one of November has left it.
    expect(shop.sent()).toEqual([
      {
        to: 'ten-months-ago',
        at: about('2026-12-20T08:00:00Z', hostile),
        text: 'New winter shoes',
      },
    ]);
  });

  it('a company congratulates at ten in the morning of the birthday, each by their own clock', async () => {
    await using company = await aCompany('2027-03-06T00:00:00Z', hostile);
    await company.segment('birthday', {
      attribute: 'birthDate',
      anniversary: 'today',
      timeZone: 'person',
    });
    await company.template('hello', {
      subject: 'Happy birthday, {{ profile.attributes.firstName }}',
    });
    await company.campaign('birthday', {
      audience: { include: ['birthday'] },
      schedule: { cron: '0 10 * * ? *', timeZone: 'recipient' },
    });
    const people: [string, string, string | undefined][] = [
      ['auckland', '1994-03-08', 'Pacific/Auckland'],
      ['riga', '1980-03-08', undefined],
      ['los-angeles', '2001-03-08', 'America/Los_Angeles'],
      ['other-day', '1994-03-11', 'Europe/Riga'],
    ];
    for (const [name, birthDate, timeZone] of people) {
      await company.lead(name, {
        attributes: { firstName: name, birthDate, ...(timeZone && { timeZone }) },
      });
    }
    await company.launch('birthday');
    await company.world.advance('P4D');
    expect(company.sent()).toEqual([
      {
        to: 'auckland',
        at: about('2027-03-07T21:00:00Z', hostile),
        text: 'Happy birthday, auckland',
      },
      { to: 'riga', at: about('2027-03-08T08:00:00Z', hostile), text: 'Happy birthday, riga' },
      {
        to: 'los-angeles',
        at: about('2027-03-08T18:00:00Z', hostile),
        text: 'Happy birthday, los-angeles',
      },
    ]);
  });
});
