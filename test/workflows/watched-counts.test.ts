import { describe, expect, it, vi } from 'vitest';
import type { World } from '../../infra/local/world.ts';
import type { SendAnswer } from '../../shared/ports/senders.ts';
import { anOffice } from '../support/campaigns.ts';
import { aRun, handOver, reserve, somePeople } from '../support/messaging.ts';
import { aSite } from '../support/site.ts';
import { aWorld } from '../support/world.ts';

const sweep = 'functions/time/sweep-due-slots.ts';
const dayMs = 86_400_000;

/** What functions count from now on: what the alarms and the dashboard of a deployment show. */
async function watched(): Promise<(metric: string) => readonly number[]> {
  const { metrics } = await import('../../shared/runtime/observability.ts');
  const counted = vi.spyOn(metrics, 'addMetric');
  counted.mockClear();
  return (metric) =>
    counted.mock.calls.filter(([name]) => name === metric).map(([, , value]) => value);
}

const due = (world: World, pk: string, sinceMs: number) => {
  const dueAt = new Date(world.clock.now() - sinceMs).toISOString();
  const item = { pk, sk: '-', dueSlot: 'message#3', dueAt };
  return world.ports.table.write({ kind: 'put', table: 'marketing', item });
};

describe('how long what is due has waited', () => {
  it('is told by every tick, of whatever waits longest', async () => {
    await using world = await aWorld();
    const counts = await watched();
    await world.invoke(sweep, {});
    await due(world, 'late', dayMs);
    await due(world, 'later', dayMs / 2);
    await world.invoke(sweep, {});
    // Somebody is on the way to it now, and that alone is no end of the wait.
    await world.invoke(sweep, {});
    expect(counts('DueLag')).toEqual([0, 86_400, 86_400]);
  });

  it.each([
    ['a provider that refuses for hours', []],
    ['a campaign that is paused for hours', ['pause']],
  ])('is nothing to be told of for %s: its messages are put off', async (_, acts) => {
    const emailAnswer = (): SendAnswer => ({ kind: 'throttled', reason: 'PAUSED' });
    await using world = await aWorld({ emailAnswer });
    const office = await anOffice(world);
    for (const name of ['anna', 'janis', 'liga']) await office.lead(name);
    await office.segment('all', { attribute: 'email', exists: true });
    await office.template('spring');
    await office.campaign('spring', {
      audience: { include: ['all'] },
      schedule: { at: '2026-11-25T13:00', timeZone: 'UTC' },
      message: { channel: 'email', template: 'spring' },
    });
    await office.launch('spring');
    await world.advance('PT1H5M');
    for (const act of acts) await office.done('POST', `/admin/campaigns/spring/${act}`);
    const counts = await watched();
    for (let quarter = 0; quarter < 16; quarter += 1) {
      await world.advance('PT15M');
      await world.invoke(sweep, {});
    }
    const lags = counts('DueLag');
    expect(lags.length).toBeGreaterThanOrEqual(16);
    expect(Math.max(...lags)).toBeLessThan(600);
  });
});

describe('what is shown of messages and leads', () => {
  it('is every message that a provider has taken, by channel', async () => {
    await using world = await aWorld();
    const counts = await watched();
    for (const channel of ['email', 'sms'] as const) {
      const run = await aRun(world, { channel, campaign: channel });
      await handOver(world, await reserve(world, run, await somePeople(world, 3)));
    }
    await world.settle();
    const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0);
    expect([sum(counts('EmailsSent')), sum(counts('TextsSent'))]).toEqual([3, 3]);
  });

  it('is every input that goes to the quarantine', async () => {
    await using world = await aWorld();
    const site = await aSite(world);
    const counts = await watched();
    const large = 'x'.repeat(100 * 1024);
    for (const [messageId, trait] of Object.entries({ 'm-1': 'one', 'm-2': 'two' })) {
      await site.post('/v1/identify', { messageId, userId: 'c-1', traits: { [trait]: large } });
      await world.settle();
    }
    expect(counts('InputsQuarantined')).toEqual([1]);
  });
});
