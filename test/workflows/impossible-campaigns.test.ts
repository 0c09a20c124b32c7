import { describe, expect, it } from 'vitest';
import { modes } from '../support/modes.ts';
import { aTown, atOne, riga } from '../support/town.ts';

describe.each(modes)('a campaign that can never go out, hostile %s', (hostile) => {
  it('is told by its pre-flight that its time is gone', async () => {
    await using town = await aTown(hostile);
    await town.campaign('late', { audience: riga, schedule: { at: '2026-11-25T09:00' } });
    expect(await town.done('POST', '/admin/campaigns/late/preflight')).toMatchObject({
      ok: false,
      stops: [{ step: 'in-time', message: expect.stringContaining('schedule.at: is past') }],
    });
  });

  it('is refused where it is saved, with the way out', async () => {
    await using town = await aTown(hostile);
    const put = async (changes: Readonly<Record<string, unknown>>) => {
      const message = { channel: 'email', template: 'hello' };
      const whole = { name: 'x', topic: 'offers', audience: riga, schedule: atOne, message };
      const refused = await town.refused('PUT', '/admin/campaigns/x', { ...whole, ...changes });
      return [refused.status, ...(refused.errors ?? []).map(({ path }) => path), refused.detail];
    };
    const timeZone = 'Europe/Riga';
    expect(await put({ schedule: { at: '2027-03-28T03:30', timeZone } })).toEqual([
      422,
      'schedule.at',
      expect.stringContaining('write "2027-03-28T04:30"'),
    ]);
    const inGap = await put({ schedule: { cron: '30 3 28 3 ? 2027', timeZone } });
    expect(inGap).toEqual([422, 'schedule.cron', expect.stringContaining('never fires')]);
    const over = await put({ schedule: { cron: '0 9 1 1 ? 2020' } });
    expect(over).toEqual([422, 'schedule.cron', expect.stringContaining('never fires')]);
    const message = { channel: 'pigeon', template: 'hello' };
    expect((await put({ message })).slice(0, 2)).toEqual([422, 'message.channel']);
    expect((await town.refused('POST', '/admin/campaigns/x/preflight')).status).toBe(404);
  });
});
