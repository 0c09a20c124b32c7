import { describe, expect, it } from 'vitest';
import { modes, settled } from '../support/modes.ts';
import { aTown, atOne, everyDay, riga } from '../support/town.ts';

type Town = Awaited<ReturnType<typeof aTown>>;

const hello = { subject: 'Hello', html: '<p>Hello</p>', text: 'Hello' };
const rigan = { attributes: { city: 'Riga' } };

type Step = {
  readonly step: string;
  readonly people: number;
  readonly lost: number;
  readonly reasons: Readonly<Record<string, number>>;
  readonly samples: Readonly<Record<string, readonly string[]>>;
};

const preflight = (town: Town, id: string) => town.done('POST', `/admin/campaigns/${id}/preflight`);

/** People after each step, and the reasons of those who were lost on the way. */
async function funnel(town: Town, id: string) {
  const answer = await preflight(town, id);
  const steps = answer['steps'] as readonly Step[]; // asserted by its use
  const people = Object.fromEntries(steps.map(({ step, people: left }) => [step, left]));
  const reasons = Object.assign({}, ...steps.map((step) => step.reasons)) as unknown;
  return { answer, people, reasons };
}

const idOf = async (town: Town, name: string) =>
  (await town.done('GET', `/admin/profiles?externalId=${name}`))['id'];

describe.each(modes)('a pre-flight, hostile %s', (hostile) => {
  it('tells step by step who would get a message and why the others would not', async () => {
    await using town = await aTown(hostile);
    await town.template('hello', { ...hello, html: '<p>{{ profile.attributes.firstName }}</p>' });
    await town.lead('quiet', { ...rigan, consents: [] });
    await town.lead('nowhere', { ...rigan, email: undefined, phone: '+37120000001' });
    await town.lead('bounced', { attributes: { city: 'Riga', firstName: 'Bo' } });
    await town.segment('vip', { attribute: 'vip', equals: true });
    await town.lead('vera', { attributes: { city: 'Riga', vip: true } });
    await town.campaign('first', { audience: riga, schedule: { on: 'Order Completed' } });
    await town.launch('first');
    await town.track('bounced', 'Order Completed', { properties: { total: 1 } });
    await town.world.advance('PT5M');
    const message = town.world.outbox()[0]?.id ?? '';
    expect(message).not.toBe('');
    await town.world.feedback({ message, type: 'bounce' });
    await town.world.settle();
    await town.world.advance('PT20M');

    const audience = { include: ['riga', 'vip'], exclude: ['vip'] };
    await town.campaign('march', { audience, schedule: atOne });
    const { answer, people, reasons } = await funnel(town, 'march');
    expect(people).toEqual({
      matched: 5,
      reachable: 4,
      consented: 3,
      'not-suppressed': 2,
      'in-time': 2,
      'under-cap': 2,
      'not-held-out': 2,
      rendered: 0,
    });
    expect(reasons).toEqual({
      'no-address': 1,
      'no-consent': 1,
      suppressed: 1,
      'missing-value': 2,
    });
    expect(answer).toMatchObject({ ok: true, exact: true, error: 0, looked: 5 });
    const steps = answer['steps'] as readonly Step[]; // asserted by its use
    expect(steps[1]?.samples).toEqual({ 'no-address': [await idOf(town, 'nowhere')] });
    expect(await town.state('march')).toBe('draft');
    await town.template('hello', hello);
    expect((await funnel(town, 'march')).people).toMatchObject({ 'not-held-out': 2, rendered: 2 });
  });

  it('foretells to the row what becomes of everybody when the campaign goes out', async () => {
    await using town = await aTown(hostile);
    await town.template('hello', hello);
    for (let person = 0; person < 24; person += 1) {
      const zone = person % 4 === 0 ? { timeZone: 'Asia/Tokyo' } : {};
      await town.lead(`p${person}`, {
        attributes: { city: 'Riga', isRegular: person % 3 === 0, ...zone },
        ...(person % 5 === 0 && { consents: [] }),
        ...(person % 7 === 0 && { email: undefined, phone: `+371200000${10 + person}` }),
      });
    }
    const caps = [{ channel: 'email', per: 'week', limit: 1 }];
    await town.done('PUT', '/admin/sending-policy', { caps, controlGroup: { share: 0.2 } });
    await town.segment('regulars', { attribute: 'isRegular', equals: true });
    const soon = { at: '2026-11-25T12:30' };
    await town.campaign('before', { audience: { include: ['regulars'] }, schedule: soon });
    await town.launch('before');
    await town.world.advance('PT1H');
    await settled(town.world, hostile);

    const schedule = { at: '2026-11-25T20:00', timeZone: 'recipient' };
    await town.campaign('march', { audience: riga, schedule, holdout: 0.2 });
    const { answer, reasons } = await funnel(town, 'march');
    // Who is held out is by lot: the ids of people are.
    const certain = ['frequency-cap', 'no-address', 'no-consent', 'too-late'];
    expect(Object.keys(reasons as object)).toEqual(expect.arrayContaining(certain));
    await town.launch('march');
    await town.world.advance('PT9H');
    await settled(town.world, hostile);
    const report = await town.report('march');
    expect(report['reasons']).toEqual(reasons);
    const { people: sent } = answer['later'] as { people: number }; // asserted by its use
    expect(report).toMatchObject({ audience: 26, states: { accepted: sent } });
    expect(answer['now']).toEqual({ people: 0, samples: [] });
    const { amount } = answer['cost'] as { amount: string }; // asserted by its use
    expect(report['cost']).toEqual({ USD: Number(amount) });
    expect(report['costPerMessage']).toEqual({ USD: 0.0001 });
  });

  it('stops a launch that loses too many at a step, and the refusal holds the whole funnel', async () => {
    await using town = await aTown(hostile);
    await town.template('hello', hello);
    await town.lead('quiet', { ...rigan, consents: [] });
    await town.done('PUT', '/admin/sending-policy', { limits: { loss: 0.3 } });
    await town.campaign('march', { audience: riga, schedule: atOne });
    expect(await preflight(town, 'march')).toMatchObject({
      ok: false,
      stops: [{ step: 'consented', people: 2, lost: 1 }],
    });
    const refused = await town.refused('POST', '/admin/campaigns/march/launch');
    expect(refused).toMatchObject({
      status: 409,
      detail: expect.stringContaining('"consented" loses 33.3 % of 3 people'),
      preflight: {
        ok: false,
        steps: expect.arrayContaining([
          { step: 'matched', people: 3, lost: 0, reasons: {}, samples: {} },
        ]),
      },
    });
    expect(await town.state('march')).toBe('draft');
    // The campaign's own limits stand instead of the company's.
    await town.campaign('march', { audience: riga, schedule: atOne, limits: { loss: 0.5 } });
    await town.launch('march');
    await town.world.advance('PT2H');
    await settled(town.world, hostile);
    expect(town.inbox()).toEqual({ anna: 1, boris: 1 });
  });

  it('stops a launch to more people than the limit, of any schedule', async () => {
    await using town = await aTown(hostile);
    await town.template('hello', hello);
    const limits = { audience: 1 };
    for (const schedule of [atOne, everyDay, { on: 'Order Completed' }]) {
      await town.campaign('march', { audience: riga, schedule, limits });
      expect(await preflight(town, 'march')).toMatchObject({
        ok: false,
        stops: [{ step: 'matched', people: 2 }],
      });
      expect((await town.refused('POST', '/admin/campaigns/march/launch')).status).toBe(409);
    }
    await town.campaign('march', { audience: riga, schedule: atOne, limits: { audience: 2 } });
    await town.launch('march');
  });

  it('keeps to each of the company’s limits that a campaign does not say itself', async () => {
    await using town = await aTown(hostile);
    await town.template('hello', hello);
    await town.done('PUT', '/admin/sending-policy', { limits: { audience: 1 } });
    for (const limits of [undefined, {}, { loss: 0.9 }]) {
      await town.campaign('march', { audience: riga, schedule: atOne, limits });
      expect(await preflight(town, 'march')).toMatchObject({ ok: false });
      expect((await town.refused('POST', '/admin/campaigns/march/launch')).status).toBe(409);
    }
    await town.campaign('march', { audience: riga, schedule: atOne, limits: { audience: 2 } });
    await town.launch('march');
  });

  it('takes who is left out on purpose for no loss', async () => {
    await using town = await aTown(hostile);
    await town.template('hello', hello);
    const whole = { audience: riga, schedule: atOne, holdout: 0.9999999, limits: { loss: 0.01 } };
    await town.campaign('march', whole);
    expect(await preflight(town, 'march')).toMatchObject({
      ok: true,
      stops: [],
      warnings: expect.arrayContaining(['Nobody of those who match would get a message.']),
    });
  });

  it('refuses a launch to nobody once, and only warns of one that people may come into', async () => {
    await using town = await aTown(hostile);
    await town.template('hello', hello);
    await town.segment('none', { attribute: 'city', equals: 'Atlantis' });
    const nobody = [{ include: ['none'] }, { include: ['riga'], exclude: ['riga'] }];
    for (const audience of nobody) {
      await town.campaign('march', { audience, schedule: atOne });
      expect(await preflight(town, 'march')).toMatchObject({
        ok: false,
        stops: [{ step: 'matched', message: expect.stringContaining('matches nobody') }],
      });
      const refused = await town.refused('POST', '/admin/campaigns/march/launch');
      expect(refused).toMatchObject({ status: 409, preflight: { ok: false } });
    }
    for (const [index, schedule] of [everyDay, { on: 'Order Completed' }].entries()) {
      const id = `open-${index}`;
      await town.campaign(id, { audience: { include: ['none'] }, schedule });
      expect(await preflight(town, id)).toMatchObject({
        ok: true,
        warnings: expect.arrayContaining([expect.stringContaining('matches nobody now')]),
      });
      await town.launch(id);
    }
  });

  it('shows a topic that nobody has defined or allowed as the loss it is', async () => {
    await using town = await aTown(hostile);
    await town.template('hello', hello);
    await town.campaign('march', { audience: riga, schedule: atOne, topic: 'ofers' });
    const { answer, people, reasons } = await funnel(town, 'march');
    expect(people).toMatchObject({ reachable: 2, consented: 0 });
    expect(reasons).toEqual({ 'no-consent': 2 });
    expect(answer['warnings']).toContain(
      'Nobody has defined the topic "ofers": people can have consented to it only by that very name.',
    );
  });

  it('says what is sent now, what later and why', async () => {
    await using town = await aTown(hostile);
    await town.template('hello', hello);
    await town.lead('kim', { attributes: { city: 'Riga', timeZone: 'Asia/Tokyo' } });
    const quietHours = { from: '20:00', to: '08:00' };
    const schedule = { at: '2026-11-25T12:00', timeZone: 'UTC' };
    await town.campaign('march', { audience: riga, schedule, quietHours });
    expect(await preflight(town, 'march')).toMatchObject({
      plannedAt: '2026-11-25T12:00:00Z',
      now: { people: 2 },
      later: { people: 1, reasons: { 'quiet-hours': 1 } },
    });
  });

  it('of an event campaign is about everybody in the audience, or everybody there is', async () => {
    await using town = await aTown(hostile);
    await town.template('hello', { ...hello, html: '<p>{{ event.properties.total }}</p>' });
    await town.campaign('cart', { schedule: { on: 'Order Completed', delay: 'PT2H' } });
    expect(await preflight(town, 'cart')).toMatchObject({
      exact: true,
      later: { people: 3, reasons: { planned: 3 } },
      assumptions: [expect.stringContaining('As if the event of everybody')],
    });
    await town.campaign('cart', { audience: riga, schedule: { on: 'Order Completed' } });
    expect(await preflight(town, 'cart')).toMatchObject({ now: { people: 2 } });
  });

  it('prices text messages by country and parts, and says whose price is not known', async () => {
    await using town = await aTown(hostile);
    const text = `Labdien, {{ profile.identifiers.externalId }}! ${'ā'.repeat(60)}`;
    await town.template('text', { channel: 'sms', text, subject: undefined, html: undefined });
    await town.lead('latvian', { ...rigan, phone: '+37120000001' });
    await town.lead('british', { ...rigan, phone: '+447400123456' });
    await town.lead('american', { ...rigan, phone: '+12025550123' });
    const prices = { currency: 'EUR', sms: { LV: 0.05, GB: 0.04 } };
    await town.done('PUT', '/admin/sending-policy', { prices });
    const message = { channel: 'sms', template: 'text' };
    await town.campaign('march', { audience: riga, schedule: atOne, message });
    // Two parts each: 81 characters of another alphabet.
    expect((await preflight(town, 'march'))['cost']).toEqual({
      amount: '0.18',
      currency: 'EUR',
      perMessage: '0.09',
      unpriced: { US: 1 },
      exact: true,
    });
    await town.launch('march');
    await town.world.advance('PT2H');
    await settled(town.world, hostile);
    const report = await town.report('march');
    expect(report).toMatchObject({ states: { accepted: 3 }, cost: { EUR: 0.18 } });
    expect(report['costPerMessage']).toEqual({ EUR: 0.09 });
  });
});
