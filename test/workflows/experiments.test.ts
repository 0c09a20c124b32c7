import { describe, expect, it } from 'vitest';
import { aLaboratory, clickTest } from '../support/experiments.ts';
import { modes } from '../support/modes.ts';

/** Hostile ticks and queues come late. */
const later = (hostile: number | undefined): string => (hostile === undefined ? 'PT5M' : 'PT40M');

describe.each(modes)('an experiment, hostile %s', (hostile) => {
  it('is tried on a part of the audience, and the rest gets the winner, once', async () => {
    await using lab = await aLaboratory({ hostile });
    // The deadline of the rest counts from the choice at 13:35: 12:05 and an hour would be before it.
    await lab.compare('march', { test: clickTest }, { deadline: 'PT1H' });
    await lab.world.advance('PT55M');
    const tried = lab.sent();
    const testers = (tried['short'] ?? 0) + (tried['long'] ?? 0);
    expect(testers).toBeGreaterThan(15);
    expect(testers).toBeLessThan(45);
    const waiting = await lab.result('march');
    expect(waiting.reasons).toEqual({ experiment: 60 - testers });
    expect(waiting.winner).toBeNull();
    expect(await lab.variants('march')).toEqual({ ...tried, none: 60 - testers });
    await lab.click('short', 1);
    await lab.click('long', 60);
    await lab.world.advance('PT45M');
    await lab.world.advance(later(hostile));
    const { short = 0, long = 0 } = tried;
    expect(lab.sent()).toEqual({ short, long: 60 - short });
    expect(await lab.variants('march')).toEqual({ short, long: 60 - short });
    expect(lab.isOnce()).toBe(true);
    const { winner, variants } = await lab.result('march');
    expect(winner).toMatchObject({ variant: 'long', enough: true });
    const arms = winner?.arms.map(({ people, successes }) => [people, successes]);
    expect(arms).toEqual([
      [short, 1],
      [long, long],
    ]);
    expect(variants[1]).toMatchObject({ id: 'long', sent: 60 - short, clicks: long });
    await lab.world.advance('PT90M');
    expect(await lab.state('march')).toBe('completed');
  });

  it('that is paused while the rest waits goes on with the winner after the resume', async () => {
    await using lab = await aLaboratory({ hostile });
    await lab.compare('march', { test: clickTest });
    await lab.world.advance('PT55M');
    const tried = lab.sent();
    await lab.click('long', 60);
    await lab.act('march', 'pause');
    await lab.world.advance('PT2H');
    expect(lab.sent()).toEqual(tried);
    expect((await lab.result('march')).winner).toBeNull();
    await lab.act('march', 'resume');
    await lab.world.advance('PT1H');
    const { short = 0 } = tried;
    expect(lab.sent()).toEqual({ short, long: 60 - short });
    expect(await lab.variants('march')).toEqual({ short, long: 60 - short });
    expect(lab.isOnce()).toBe(true);
    await lab.world.advance('PT90M');
    expect(await lab.state('march')).toBe('completed');
  });

  it('that is resumed before the choice lets what the pause held wait on', async () => {
    await using lab = await aLaboratory({ hostile });
    await lab.compare('march', { test: clickTest });
    await lab.world.advance('PT55M');
    const tried = lab.sent();
    await lab.click('long', 60);
    await lab.act('march', 'pause');
    await lab.hold('march');
    await lab.act('march', 'resume');
    await lab.world.advance('PT20M');
    expect(lab.sent()).toEqual(tried);
    await lab.world.advance('PT25M');
    await lab.world.advance(later(hostile));
    const { short = 0 } = tried;
    expect(lab.sent()).toEqual({ short, long: 60 - short });
  });
});

// One hostile world is what the time allows.
describe.each(modes.slice(0, 2))('any experiment, hostile %s', (hostile) => {
  it.each([
    ['everybody their own variant', 'split'],
    ['the one that is named', 'long'],
  ])('without enough data gives the rest %s', async (_, otherwise) => {
    await using lab = await aLaboratory({ hostile, people: 30 });
    await lab.compare('march', { test: { ...clickTest, otherwise } });
    await lab.world.advance('PT55M');
    const tried = lab.sent();
    await lab.click('short', 1);
    await lab.world.advance('PT45M');
    await lab.world.advance(later(hostile));
    const { winner } = await lab.result('march');
    expect(winner).toMatchObject({ variant: null, enough: false });
    expect(lab.isOnce()).toBe(true);
    expect(Object.keys(lab.inbox()).length).toBe(30);
    const { short = 0 } = lab.sent();
    expect(short > (tried['short'] ?? 0)).toBe(otherwise === 'split');
  });

  it('without a test splits everybody at once, in an event campaign too', async () => {
    await using lab = await aLaboratory({ hostile, people: 40 });
    await lab.compare('march', {});
    const schedule = { on: 'Product Added' };
    await lab.campaign('cart', {
      schedule,
      message: { channel: 'email' },
      experiment: {
        variants: [
          { id: 'all', template: 'hello' },
          { id: 'none', template: 'long' },
        ],
      },
    });
    await lab.launch('cart');
    await lab.lead('zoe');
    await lab.track('zoe', 'Product Added');
    await lab.world.advance('PT55M');
    const { short = 0, long = 0 } = lab.sent();
    expect(short).toBeGreaterThan(8);
    expect(long).toBeGreaterThan(8);
    expect(Object.keys(lab.inbox()).length).toBe(41);
    expect((await lab.result('march')).winner).toBeNull();
    const { variants } = await lab.result('cart');
    expect(variants.map(({ sent }) => sent).toSorted((a, b) => a - b)).toEqual([0, 1]);
  });

  it('is not complete before the choice, even when nobody waits for it', async () => {
    await using lab = await aLaboratory({ hostile, people: 4 });
    await lab.compare('march', { test: { ...clickTest, share: 0.999 } });
    await lab.world.advance('PT55M');
    expect(Object.keys(lab.inbox()).length).toBe(4);
    expect(await lab.state('march')).toBe('running');
    await lab.world.advance('PT45M');
    await lab.world.advance(later(hostile));
    expect((await lab.result('march')).winner).toMatchObject({ variant: null, enough: false });
    expect(await lab.state('march')).toBe('completed');
  });

  it('that is cancelled while the rest waits reaches none of them', async () => {
    await using lab = await aLaboratory({ hostile, people: 30 });
    await lab.compare('march', { test: clickTest });
    await lab.world.advance('PT55M');
    const tried = lab.sent();
    await lab.act('march', 'cancel');
    await lab.world.advance('PT2H');
    expect(lab.sent()).toEqual(tried);
    const { reasons, states } = await lab.result('march');
    expect(reasons).toEqual({ cancelled: states['withheld'] });
  });

  it('in local times lets the rest wait for the winner or for their own hour, whichever is later', async () => {
    await using lab = await aLaboratory({ hostile, people: 30, zone: 'Pacific/Tongatapu' });
    await lab.compare(
      'daily',
      { test: { ...clickTest, wait: 'PT2H' } },
      { schedule: { cron: '30 2 * * ? *', timeZone: 'recipient' } },
    );
    // 2:30 of the 26th comes first at 12:30 UTC of the 25th; on Tonga it is 13:30 UTC.
    await lab.world.advance('PT1H20M');
    expect(lab.sent()).toEqual({});
    await lab.world.advance('PT55M');
    const tried = lab.sent();
    expect((tried['short'] ?? 0) + (tried['long'] ?? 0)).toBeGreaterThan(4);
    expect((tried['short'] ?? 0) + (tried['long'] ?? 0)).toBeLessThan(26);
    // At 14:30 the winner is chosen, two hours after the first wave. Nobody has clicked yet.
    await lab.world.advance('PT20M');
    await lab.world.advance(later(hostile));
    expect(Object.keys(lab.inbox()).length).toBe(30);
    expect(lab.isOnce()).toBe(true);
    const [run] = await lab.runs('daily');
    expect(run).toMatchObject({ winner: { variant: null, enough: false } });
  });

  it('counts the message of the rest under the frequency caps when it goes, not while it waits', async () => {
    await using lab = await aLaboratory({ hostile, people: 20 });
    const caps = [{ channel: 'email', per: 'day', limit: 1 }];
    await lab.done('PUT', '/admin/sending-policy', { caps });
    await lab.compare('march', { test: { ...clickTest, wait: 'PT2H' } });
    await lab.world.advance('PT40M');
    const tried = lab.sent();
    await lab.campaign('other', {
      audience: { include: ['everyone'] },
      schedule: { at: '2026-11-25T12:45' },
      message: { channel: 'email', template: 'hello' },
    });
    await lab.launch('other');
    await lab.world.advance('PT1H35M');
    await lab.world.advance(later(hostile));
    const { short = 0, long = 0 } = tried;
    expect(lab.sent()).toEqual({ ...tried, hello: 20 - short - long });
    expect(lab.isOnce()).toBe(true);
    const { reasons } = await lab.result('march');
    expect(reasons).toEqual({ 'frequency-cap': 20 - short - long });
  });
});
