import { describe, expect, it } from 'vitest';
import { queryTimeline } from '../../shared/stores/timeline.ts';
import { aBusListener } from '../support/bus-listener.ts';
import { aLaboratory } from '../support/experiments.ts';
import { modes } from '../support/modes.ts';

const goal = { event: 'Order Completed', within: 'P7D', value: 'total' };
const message = { channel: 'email', template: 'hello' };
const march = {
  audience: { include: ['everyone'] },
  schedule: { at: '2026-11-25T12:05' },
  message,
};

/** So many people who were told of one by one: what they do is theirs. */
async function aTown(options: Parameters<typeof aLaboratory>[0]) {
  const lab = await aLaboratory({ ...options, people: 0 });
  const names = Array.from({ length: 24 }, (_, n) => `n${n}`);
  for (const name of names) await lab.lead(name, { attributes: { firstName: name } });
  return {
    ...lab,
    names,
    /** Who got a message, and who did not. */
    split: () => {
      const reached = lab.inbox();
      const isReached = (name: string): boolean => reached[name] !== undefined;
      return [names.filter(isReached), names.filter((name) => !isReached(name))] as const;
    },
    order: (name: string, total: number, rest = {}): Promise<void> =>
      lab.track(name, 'Order Completed', { properties: { total, currency: 'EUR' }, ...rest }),
    /** The entries of one type on a person's timeline. */
    entries: async (name: string, type: string) => {
      const { id } = await lab.done('GET', `/admin/profiles?externalId=${name}`);
      const { entries } = await queryTimeline(lab.world.ports.table, String(id));
      return entries.filter((entry) => entry.type === type);
    },
  };
}

describe.each(modes)('the lift, hostile %s', (hostile) => {
  it('compares what people do who were sent the message with those of the hold-out', async () => {
    const bus = aBusListener();
    await using town = await aTown({ hostile, around: bus.around });
    await town.campaign('march', { ...march, goal, holdout: 0.4 });
    await town.launch('march');
    await town.world.advance('PT15M');
    await town.world.advance(hostile === undefined ? 'PT1M' : 'PT1H');
    const [sent, heldOut] = town.split();
    expect(sent.length).toBeGreaterThan(6);
    expect(heldOut.length).toBeGreaterThan(3);
    for (const name of sent.slice(0, 6)) await town.order(name, 20);
    const [first = '', second = ''] = heldOut;
    await town.order(first, 8);
    await town.order(first, 8, { messageId: 'again' });
    // Before the message would have gone: it has nothing to do with it.
    await town.order(second, 8, { timestamp: '2026-11-25T11:30:00.000Z' });
    await town.world.advance('PT30M');
    const report = await town.result('march');
    expect(report).toMatchObject({ conversions: 6, revenue: { EUR: 120 } });
    const { holdout, controlGroup } = report.lift;
    expect(holdout.sent).toMatchObject({ people: sent.length, conversions: 6 });
    expect(holdout.heldOut).toMatchObject({ people: heldOut.length, conversions: 1 });
    expect(holdout.difference?.value).toBeCloseTo(6 / sent.length - 1 / heldOut.length, 10);
    expect(holdout.revenue?.value).toBeCloseTo(120 / sent.length - 16 / heldOut.length, 10);
    expect(controlGroup.reason).toBe('nobody-held-out');
    const told = [...bus.published.values()].map(({ type }) => type);
    expect(told).toContain('message.sent');
    expect(told).not.toContain('message.held-out');
    const entries = await town.entries(first, 'message.held-out');
    expect(entries.map(({ data }) => data['reason'])).toEqual(['holdout']);
    expect(await town.entries(sent[0] ?? '', 'message.held-out')).toEqual([]);
  });

  it('compares all campaigns with the control group, event campaigns too', async () => {
    await using town = await aTown({ hostile });
    await town.done('PUT', '/admin/sending-policy', { controlGroup: { share: 0.3 } });
    await town.campaign('cart', { schedule: { on: 'Product Added' }, message, goal });
    await town.launch('cart');
    for (const name of town.names) await town.track(name, 'Product Added');
    await town.world.advance('PT30M');
    const [sent, heldOut] = town.split();
    expect(heldOut.length).toBeGreaterThan(0);
    expect(sent.length).toBeGreaterThan(0);
    await town.order(heldOut[0] ?? '', 8);
    await town.world.advance('PT30M');
    const { lift, reasons, conversions } = await town.result('cart');
    expect(reasons).toEqual({ 'control-group': heldOut.length });
    expect(conversions).toBe(0);
    expect(lift.controlGroup).toMatchObject({
      sent: { people: sent.length, conversions: 0 },
      heldOut: { people: heldOut.length, conversions: 1 },
      reason: 'too-few-conversions',
    });
  });
});
