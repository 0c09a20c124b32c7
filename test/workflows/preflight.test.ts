import { describe, expect, it } from 'vitest';
import { modes } from '../support/modes.ts';
import { aTown, atOne, riga } from '../support/town.ts';

type Town = Awaited<ReturnType<typeof aTown>>;

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
    await town.template('hello', { html: '<p>{{ profile.attributes.firstName }}</p>' });
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
    await town.template('hello', { html: '<p>Hello</p>' });
    expect((await funnel(town, 'march')).people).toMatchObject({ 'not-held-out': 2, rendered: 2 });
  });
});
