import { describe, expect, it } from 'vitest';
import { modes, settled } from '../support/modes.ts';
import { aTown, atOne, everyDay, riga } from '../support/town.ts';

describe.each(modes)('a marketer, hostile %s', (hostile) => {
  it('finds a row for everybody, with the reason of those who get nothing', async () => {
    await using town = await aTown(hostile);
    const attributes = { city: 'Riga' };
    await town.lead('quiet', { attributes, consents: [] });
    await town.lead('nowhere', { attributes, email: undefined, phone: '+37120000001' });
    await town.segment('vip', { attribute: 'vip', equals: true });
    await town.lead('vera', { attributes: { city: 'Riga', vip: true } });
    const audience = { include: ['riga', 'vip'], exclude: ['vip'] };
    await town.campaign('march', { audience, schedule: atOne });
    await town.launch('march');
    await town.world.advance('PT2H');
    expect(await town.report('march')).toMatchObject({
      audience: 4,
      states: { accepted: 2, withheld: 2 },
      reasons: { 'no-consent': 1, 'no-address': 1 },
    });
  });

  it('holds out a share, the same people each time', async () => {
    await using town = await aTown(hostile);
    for (let person = 0; person < 60; person += 1) {
      await town.lead(`p${person}`, { attributes: { city: 'Riga' } });
    }
    await town.campaign('daily', { audience: riga, schedule: everyDay, holdout: 0.5 });
    await town.launch('daily');
    await town.world.advance('P2D');
    const counts = Object.values(town.inbox());
    expect(new Set(counts)).toEqual(new Set([2]));
    expect(counts.length).toBeGreaterThan(15);
    expect(counts.length).toBeLessThan(47);
    expect(await town.report('daily')).toMatchObject({ audience: 124 });
  });

  it('is told of those whose local time was gone at launch', async () => {
    await using town = await aTown(hostile);
    await town.lead('nora', { attributes: { city: 'Riga', timeZone: 'Pacific/Auckland' } });
    const schedule = { at: '2026-11-25T13:00', timeZone: 'recipient' };
    await town.campaign('march', { audience: riga, schedule });
    await town.launch('march');
    await town.world.advance('P1D');
    expect(town.inbox()).toEqual({ anna: 1, boris: 1 });
    expect(await town.report('march')).toMatchObject({ reasons: { 'too-late': 1 } });
    expect(await town.state('march')).toBe('completed');
  });

  it('launches up to an hour late, and is refused later', async () => {
    await using town = await aTown(hostile);
    await town.campaign('late', { audience: riga, schedule: { at: '2026-11-25T11:30' } });
    await town.launch('late');
    await settled(town.world, hostile);
    expect(town.inbox()).toEqual({ anna: 1, boris: 1 });
    await town.campaign('gone', { audience: riga, schedule: { at: '2026-11-25T10:30' } });
    const refusal = await town.refused('POST', '/admin/campaigns/gone/launch');
    expect(refusal).toMatchObject({ status: 422, errors: [{ path: 'schedule.at' }] });
  });

  it('is refused by the path of what a campaign names wrongly', async () => {
    await using town = await aTown(hostile);
    await town.template('text', {
      channel: 'sms',
      text: 'Hi',
      subject: undefined,
      html: undefined,
    });
    const put = async (changes: Readonly<Record<string, unknown>>) => {
      const whole = { name: 'x', topic: 'offers', audience: riga, schedule: atOne };
      const message = { channel: 'email', template: 'hello' };
      const refusal = await town.refused('PUT', '/admin/campaigns/x', {
        ...whole,
        message,
        ...changes,
      });
      return [refusal.status, ...(refusal.errors ?? []).map(({ path }) => path)];
    };
    expect(await put({ audience: { include: ['riga', 'gone'], exclude: ['none'] } })).toEqual([
      422,
      'audience.include[1]',
      'audience.exclude[0]',
    ]);
    expect(await put({ message: { channel: 'email', template: 'gone' } })).toEqual([
      422,
      'message.template',
    ]);
    expect(await put({ message: { channel: 'email', template: 'text' } })).toEqual([
      422,
      'message.template',
    ]);
    expect(await put({ schedule: { cron: '0 9 31 2 ? *' } })).toEqual([422, 'schedule.cron']);
    expect(await put({ schedule: { on: 'x', unless: { in: 'gone' } } })).toEqual([
      422,
      'schedule.unless.in',
    ]);
    expect(await put({ schedule: { at: '2026-11-25T13:00', timezone: 'UTC' } })).toEqual([
      422,
      'schedule.timezone',
    ]);
    const own = [{ property: 'campaign', equals: 'x' }];
    expect(await put({ schedule: { on: 'message.clicked', where: own } })).toEqual([
      422,
      'schedule.where',
    ]);
    expect((await town.refused('GET', '/admin/campaigns/x')).status).toBe(404);
  });

  it('changes a campaign only while nothing of it can be sent, and launches it again', async () => {
    await using town = await aTown(hostile);
    await town.campaign('march', { audience: riga, schedule: atOne });
    await town.launch('march');
    const change = { audience: riga, schedule: { at: '2026-11-25T14:00' } };
    await expect(town.campaign('march', change)).rejects.toThrow(/409.*cancel it first/);
    await town.act('march', 'cancel');
    await town.campaign('march', change);
    expect(await town.state('march')).toBe('draft');
    await town.launch('march');
    await town.launch('march');
    await town.world.advance('P1D');
    expect(town.inbox()).toEqual({ anna: 1, boris: 1 });
    expect((await town.runs('march')).map(({ id }) => id)).toEqual(['march@2026-11-25T14:00:00Z']);
    const again = await town.refused('POST', '/admin/campaigns/march/launch');
    expect(again).toMatchObject({ status: 409, detail: expect.stringContaining('save it again') });
  });

  it('cannot delete the segments that a campaign goes by', async () => {
    await using town = await aTown(hostile);
    await town.campaign('march', { audience: riga, schedule: atOne });
    expect((await town.refused('DELETE', '/admin/segments/riga')).status).toBe(409);
    await town.act('march', 'cancel');
    expect((await town.refused('DELETE', '/admin/segments/riga')).status).toBe(202);
  });

  it('makes a completed campaign a draft again by saving it, unchanged', async () => {
    await using town = await aTown(hostile);
    const plan = { audience: riga, schedule: atOne };
    await town.campaign('march', plan);
    await town.launch('march');
    await town.campaign('march', plan);
    expect(await town.state('march')).toBe('scheduled');
    await town.world.advance('P1D');
    expect(await town.state('march')).toBe('completed');
    await town.campaign('march', plan);
    expect(await town.state('march')).toBe('draft');
  });

  it('launches a cancelled campaign that was saved again, unchanged', async () => {
    await using town = await aTown(hostile);
    const plan = { audience: riga, schedule: everyDay };
    await town.campaign('daily', plan);
    await town.launch('daily');
    await town.act('daily', 'cancel');
    await town.campaign('daily', plan);
    await town.launch('daily');
    await town.world.advance('P1D');
    expect(town.inbox()).toEqual({ anna: 1, boris: 1 });
  });

  it('may write a zone in any case: the scheduler gets its exact name', async () => {
    await using town = await aTown(hostile);
    const schedule = { at: '2026-11-25T15:00', timeZone: 'europe/riga' };
    const saved = await town.campaign('march', { audience: riga, schedule });
    expect(saved).toMatchObject({ schedule: { timeZone: 'Europe/Riga' } });
    await town.launch('march');
    await town.world.advance('PT2H');
    expect(town.inbox()).toEqual({ anna: 1, boris: 1 });
  });

  it('is refused a campaign too long to be kept', async () => {
    await using town = await aTown(hostile);
    const where = [{ property: 'sku', oneOf: ['x'.repeat(120_000)] }];
    const body = { name: 'x', topic: 'offers', message: { channel: 'email', template: 'hello' } };
    const schedule = { on: 'Order Completed', where };
    const refusal = await town.refused('PUT', '/admin/campaigns/x', { ...body, schedule });
    expect(refusal.status).toBe(422);
  });
});
