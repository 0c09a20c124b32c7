import { describe, expect, it } from 'vitest';
import { aTown, atOne, everyDay, riga } from '../support/town.ts';

const worlds: readonly (readonly [string, number | undefined])[] = [
  ['a calm world', undefined],
  ['a hostile world', 11],
  ['another hostile world', 23],
];

describe.each(worlds)('in %s, a campaign', (_, hostile) => {
  it('goes out once at its time to its audience, and is completed', async () => {
    await using town = await aTown(hostile);
    await town.campaign('march', { audience: riga, schedule: atOne });
    await town.launch('march');
    expect(await town.state('march')).toBe('scheduled');
    await town.world.advance('PT59M');
    expect(town.inbox()).toEqual({});
    await town.world.advance('PT2H');
    expect(town.inbox()).toEqual({ anna: 1, boris: 1 });
    expect(await town.state('march')).toBe('completed');
    const runs = await town.runs('march');
    expect(runs).toEqual([
      expect.objectContaining({ id: 'march@2026-11-25T13:00:00Z', state: 'completed' }),
    ]);
    expect((await town.rows('march')).map((row) => row.state)).toEqual(['accepted', 'accepted']);
  });

  it('is one run however often its schedule fires', async () => {
    await using town = await aTown(hostile);
    await town.campaign('march', { audience: riga, schedule: atOne });
    await town.launch('march');
    await town.world.advance('PT1H');
    const body = { campaign: 'march', scheduledAt: '2026-11-25T13:00:00.000Z' };
    await town.world.ports.queue.send('runs', [{ body }, { body }]);
    await town.world.advance('PT3H');
    await town.world.ports.queue.send('runs', [{ body }]);
    await town.world.advance('PT3H');
    expect(town.inbox()).toEqual({ anna: 1, boris: 1 });
    expect(await town.runs('march')).toHaveLength(1);
  });

  it('goes out again at every firing of its cron, to those who are in then', async () => {
    await using town = await aTown(hostile);
    await town.campaign('daily', { audience: riga, schedule: everyDay });
    await town.launch('daily');
    await town.world.advance('P1D');
    await town.lead('dora', { attributes: { city: 'Riga' } });
    await town.world.advance('P1D');
    expect(town.inbox()).toEqual({ anna: 2, boris: 2, dora: 1 });
    expect((await town.runs('daily')).map(({ id }) => id)).toEqual([
      'daily@2026-11-27T09:00:00Z',
      'daily@2026-11-26T09:00:00Z',
    ]);
    expect(await town.state('daily')).toBe('running');
    await town.act('daily', 'cancel');
    await town.world.advance('P2D');
    expect(town.inbox()).toEqual({ anna: 2, boris: 2, dora: 1 });
  });

  it('reaches people on their birthdays at ten by their own clocks', async () => {
    await using town = await aTown(hostile);
    const zones = { auckland: 'Pacific/Auckland', riga: 'Europe/Riga', lima: 'America/Lima' };
    for (const [name, timeZone] of Object.entries(zones)) {
      await town.lead(name, { attributes: { birthDate: '1990-11-26', timeZone } });
    }
    await town.lead('company', { attributes: { birthDate: '1990-11-26' } });
    await town.lead('other', { attributes: { birthDate: '1990-11-28', timeZone: 'Europe/Riga' } });
    await town.segment('birthday', {
      attribute: 'birthDate',
      anniversary: 'today',
      timeZone: 'person',
    });
    await town.campaign('cake', {
      audience: { include: ['birthday'] },
      schedule: { cron: '0 10 * * ? *', timeZone: 'recipient' },
    });
    await town.launch('cake');
    await town.world.advance('2026-11-27T12:00:00Z');
    expect(town.inbox()).toEqual({ auckland: 1, riga: 1, lima: 1, company: 1 });
    const hours = town.world.outbox().map(({ to, at }) => `${to.split('@')[0]} ${at.slice(0, 13)}`);
    expect(hours).toEqual([
      'auckland 2026-11-25T21',
      'riga 2026-11-26T08',
      'company 2026-11-26T10',
      'lima 2026-11-26T15',
    ]);
  }, 120_000);

  it('reaches who travels east while the day goes round the world, and nobody who came too late', async () => {
    await using town = await aTown(hostile);
    await town.lead('anna', { attributes: { timeZone: 'America/Santiago' } });
    const schedule = { at: '2026-11-26T10:00', timeZone: 'recipient' };
    await town.campaign('march', { audience: riga, schedule });
    await town.launch('march');
    // It is past ten in Riga and not yet in Santiago.
    await town.world.advance('2026-11-26T11:00:00.000Z');
    expect(town.inbox()).toEqual({ boris: 1 });
    await town.lead('anna', { attributes: { timeZone: 'Europe/Riga' } });
    await town.lead('late', { attributes: { city: 'Riga', timeZone: 'Europe/Riga' } });
    await town.world.advance('P2D');
    expect(town.inbox()).toEqual({ anna: 1, boris: 1 });
  });

  it('holds everything while it is paused, and loses and repeats nothing', async () => {
    await using town = await aTown(hostile);
    await town.campaign('march', { audience: riga, schedule: atOne });
    await town.launch('march');
    await town.act('march', 'pause');
    await town.world.advance('P1D');
    expect(town.inbox()).toEqual({});
    await town.act('march', 'resume');
    await town.world.advance('PT2H');
    expect(town.inbox()).toEqual({ anna: 1, boris: 1 });
    expect(await town.state('march')).toBe('completed');
  });

  it('is paused and resumed in the middle of sending without loss or repetition', async () => {
    let calls = 0;
    const isPaused = Promise.withResolvers<void>();
    await using town = await aTown(hostile, {
      around: (_, ports) => ({
        ...ports,
        email: {
          ...ports.email,
          send: async (emails) => {
            calls += 1;
            // The provider is slow: the pause overtakes it.
            if (calls > 1) await isPaused.promise;
            return ports.email.send(emails);
          },
        },
      }),
    });
    // So large that a call holds few of them.
    await town.template('hello', { html: `<p>${'spring '.repeat(15_000)}</p>` });
    for (let person = 0; person < 120; person += 1) {
      await town.lead(`p${person}`, { attributes: { city: 'Riga' } });
    }
    await town.campaign('march', { audience: riga, schedule: atOne });
    await town.launch('march');
    const advancing = town.world.advance('PT1H1M');
    while (town.world.outbox().length === 0) await new Promise((resolve) => setImmediate(resolve));
    await town.done('POST', '/admin/campaigns/march/pause');
    isPaused.resolve();
    await advancing;
    // The pause came while messages were still to be sent.
    expect(Object.keys(town.inbox()).length).toBeLessThan(122);
    await town.world.advance('PT3H');
    await town.act('march', 'resume');
    await town.world.advance('PT6H');
    // A call whose answer was lost is never made again: its row says that nobody knows.
    const rows = await town.rows('march');
    const unanswered = rows.filter(({ state }) => state === 'unknown').length;
    expect(hostile === undefined ? unanswered : 0).toBe(0);
    const counts = Object.values(town.inbox());
    expect(rows).toHaveLength(122);
    expect(new Set(counts)).toEqual(new Set([1]));
    expect(counts.length).toBeGreaterThanOrEqual(122 - unanswered);
    await town.world.advance('P2D');
    expect(town.inbox()).toEqual(
      Object.fromEntries(Object.keys(town.inbox()).map((name) => [name, 1])),
    );
    expect(await town.state('march')).toBe('completed');
  }, 120_000);

  it('withholds what is cancelled, and keeps what was sent', async () => {
    await using town = await aTown(hostile);
    const quietHours = { from: '12:30', to: '20:00' };
    await town.campaign('march', { audience: riga, schedule: atOne, quietHours });
    await town.launch('march');
    await town.world.advance('PT2H');
    expect((await town.rows('march')).map(({ state, reason }) => [state, reason])).toEqual([
      ['deferred', 'quiet-hours'],
      ['deferred', 'quiet-hours'],
    ]);
    await town.act('march', 'cancel');
    await town.world.advance('P1D');
    expect(town.inbox()).toEqual({});
    expect((await town.rows('march')).map(({ state, reason }) => [state, reason])).toEqual([
      ['withheld', 'cancelled'],
      ['withheld', 'cancelled'],
    ]);
  });

  it('waits for the end of a person’s quiet hours, but not past its deadline', async () => {
    await using town = await aTown(hostile);
    await town.lead('nora', { attributes: { city: 'Riga', timeZone: 'Pacific/Auckland' } });
    const quietHours = { from: '21:00', to: '09:00' };
    const plan = { audience: riga, schedule: atOne, quietHours };
    await town.campaign('late', plan);
    await town.campaign('short', { ...plan, deadline: 'PT2H' });
    await town.launch('late');
    await town.launch('short');
    await town.world.advance('PT6H');
    expect(town.inbox()).toEqual({ anna: 2, boris: 2 });
    await town.world.advance('PT3H');
    // 09:00 in Auckland is 20:00 UTC.
    expect(town.inbox()).toEqual({ anna: 2, boris: 2, nora: 1 });
    expect(await town.report('short')).toMatchObject({ audience: 3, reasons: { deadline: 1 } });
  });
});
