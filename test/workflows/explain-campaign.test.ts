import { describe, expect, it } from 'vitest';
import { modes, settled } from '../support/modes.ts';
import { aTown, atOne, riga } from '../support/town.ts';

type Town = Awaited<ReturnType<typeof aTown>>;

type Input = { readonly input: string; readonly passes: boolean | null; readonly says: string };

const hello = { subject: 'Hello', html: '<p>Hello</p>', text: 'Hello' };

const explain = async (town: Town, person: string, campaign = 'march') => {
  const path = `/admin/explain?externalId=${person}&campaign=${campaign}`;
  const answer = await town.done('GET', path);
  const inputs = answer['inputs'] as readonly Input[]; // asserted by its use
  return {
    answer,
    inputs,
    against: inputs.filter(({ passes }) => passes === false).map(({ input }) => input),
  };
};

describe.each(modes)('an explanation, hostile %s', (hostile) => {
  it('names every input of the decision in its order', async () => {
    await using town = await aTown(hostile);
    await town.template('hello', hello);
    await town.done('PUT', '/admin/sending-policy', {
      caps: [{ channel: 'email', per: 'week', limit: 2 }],
      controlGroup: { share: 0.0000001 },
    });
    await town.campaign('march', {
      audience: riga,
      schedule: { at: '2026-11-25T22:30', timeZone: 'recipient' },
      quietHours: { from: '22:00', to: '08:00' },
      deadline: 'P1D',
      holdout: 0.0000001,
    });
    const { inputs, against, answer } = await explain(town, 'anna');
    expect(inputs.map(({ input }) => input)).toEqual([
      'campaign',
      'audience',
      'channel',
      'consent',
      'suppression',
      'planned',
      'deadline',
      'quiet-hours',
      'frequency-cap',
      'control-group',
      'holdout',
      'template',
    ]);
    expect(against).toEqual(['quiet-hours']);
    expect(inputs.find(({ input }) => input === 'frequency-cap')).toMatchObject({
      count: 0,
      limit: 2,
      per: 'week',
    });
    expect(inputs.find(({ input }) => input === 'consent')).toMatchObject({ source: 'shop' });
    expect(answer).toMatchObject({
      outcome: { kind: 'later', reason: 'quiet-hours' },
      verdict:
        'If it were launched now, the message would wait until 2026-11-26T08:00:00.000Z: quiet-hours.',
      messages: [],
    });
  });

  it('says what stands against a message, as the row will say it', async () => {
    await using town = await aTown(hostile);
    await town.template('hello', hello);
    const attributes = { city: 'Riga' };
    await town.lead('quiet', { attributes, consents: [] });
    await town.lead('nowhere', { attributes, email: undefined, phone: '+37120000001' });
    await town.campaign('march', { audience: riga, schedule: atOne });
    const verdicts = async () => [
      (await explain(town, 'anna')).answer['verdict'],
      (await explain(town, 'quiet')).answer['verdict'],
      (await explain(town, 'nowhere')).answer['verdict'],
      (await explain(town, 'clara')).answer['verdict'],
    ];
    expect(await verdicts()).toEqual([
      'If it were launched now, the message would be sent at 2026-11-25T13:00:00.000Z.',
      'If it were launched now, the message would be withheld: no-consent.',
      'If it were launched now, the message would be withheld: no-address.',
      'Gets nothing: is in none of the segments that are included.',
    ]);
    await town.launch('march');
    await town.world.advance('PT2H');
    await settled(town.world, hostile);
    const after = await verdicts();
    expect(after[0]).toMatch(/^Gets nothing: it is completed|^The message stands as accepted/);
    const anna = await explain(town, 'anna');
    expect(anna.answer['messages']).toMatchObject([{ state: 'accepted', reason: null }]);
    const quiet = await explain(town, 'quiet');
    expect(quiet.answer['messages']).toMatchObject([{ state: 'withheld', reason: 'no-consent' }]);
  });

  it('agrees with what becomes of everybody when the campaign goes out', async () => {
    await using town = await aTown(hostile);
    await town.template('hello', hello);
    for (let person = 0; person < 20; person += 1) {
      const consents = person % 3 === 0 ? { consents: [] } : {};
      await town.lead(`p${person}`, { attributes: { city: 'Riga' }, ...consents });
    }
    await town.done('PUT', '/admin/sending-policy', { controlGroup: { share: 0.3 } });
    await town.campaign('march', { audience: riga, schedule: atOne, holdout: 0.3 });
    const foretold: Record<string, unknown> = {};
    for (let person = 0; person < 20; person += 1) {
      const { answer } = await explain(town, `p${person}`);
      foretold[String(answer['profile'])] = answer['outcome'];
    }
    await town.launch('march');
    await town.world.advance('PT2H');
    await settled(town.world, hostile);
    const rows = new Map((await town.rows('march')).map((row) => [row.profile, row]));
    for (const [profile, outcome] of Object.entries(foretold)) {
      const row = rows.get(profile);
      expect(outcome).toEqual(
        row?.state === 'withheld'
          ? { kind: 'lost', reason: row.reason }
          : { kind: 'later', reason: 'planned' },
      );
    }
    // Who is held out is by lot: the ids of people are.
    const outcomes = new Set(Object.values(foretold).map((one) => JSON.stringify(one)));
    expect(outcomes.size).toBeGreaterThan(2);
  });

  it('of an event campaign says whether it would come now: unless, cooldown and all', async () => {
    await using town = await aTown(hostile);
    await town.template('hello', hello);
    const schedule = { on: 'Product Added', cooldown: 'P1D', unless: { did: 'Order Completed' } };
    await town.campaign('cart', { audience: riga, schedule });
    await town.launch('cart');
    const before = await explain(town, 'anna', 'cart');
    expect(before.answer['verdict']).toBe('The message would be sent at once.');
    await town.track('anna', 'Product Added');
    await settled(town.world, hostile);
    const soon = await explain(town, 'anna', 'cart');
    expect(soon.against).toEqual(['cooldown']);
    expect(soon.answer['messages']).toHaveLength(1);
    await town.track('boris', 'Order Completed');
    await settled(town.world, hostile);
    const bought = await explain(town, 'boris', 'cart');
    expect(bought.answer['verdict']).toBe('Gets nothing: what "unless" asks holds now.');
  });

  it('asks for one person and one campaign that there are', async () => {
    await using town = await aTown(hostile);
    await town.campaign('march', { audience: riga, schedule: atOne });
    const status = async (query: string) =>
      (await town.refused('GET', `/admin/explain?${query}`)).status;
    expect(await status('campaign=march')).toBe(422);
    expect(await status('externalId=anna')).toBe(422);
    expect(await status('externalId=anna&email=anna@example.com&campaign=march')).toBe(422);
    expect(await status('externalId=nobody&campaign=march')).toBe(404);
    expect(await status('externalId=anna&campaign=april')).toBe(404);
  });
});
