import { describe, expect, it } from 'vitest';
import type { World } from '../../infra/local/world.ts';
import { anOffice } from '../support/campaigns.ts';
import { somePeople } from '../support/messaging.ts';
import { modes } from '../support/modes.ts';
import { aWorld } from '../support/world.ts';

const name = '{{ profile.attributes.firstName }}';

/** Everyone has a first name but these three, in each of the ways in which a value is missing. */
const lacking = new Map<number, Readonly<Record<string, unknown>>>([
  [7, {}],
  [42, { firstName: '' }],
  [99, { firstName: null }],
]);

async function aCrowd(world: World, count: number) {
  await somePeople(world, count, (index) => ({
    attributes: lacking.get(index) ?? { firstName: `Anna ${index}` },
  }));
  const office = await anOffice(world);
  await office.segment('all', { attribute: 'nothing', exists: false });
  return office;
}

const campaign = {
  audience: { include: ['all'] },
  schedule: { at: '2026-11-25T14:00', timeZone: 'UTC' },
};

const counted = (rows: readonly { readonly state: string; readonly reason: string | null }[]) =>
  Object.fromEntries(
    [...Map.groupBy(rows, ({ state, reason }) => `${state} ${reason ?? ''}`.trim())].map(
      ([standing, found]) => [standing, found.length],
    ),
  );

describe.each(modes)('a template that some people lack a value for, hostile %s', (hostile) => {
  it('goes to all the others, and who lacks it is withheld with the reason', async () => {
    const count = hostile === undefined ? 2_000 : 120;
    await using world = await aWorld({ hostile });
    const office = await aCrowd(world, count);
    await office.template('hello', { subject: `Hello ${name}`, html: '<p>Hi</p>' });
    await office.campaign('spring', campaign);
    await office.launch('spring');
    await world.advance('PT4H');
    const rows = await office.rows('spring');
    expect(counted(rows)).toEqual({ accepted: count - 3, 'withheld missing-value': 3 });
    const withheld = rows.filter(({ state }) => state === 'withheld');
    expect(withheld.map(({ profile }) => profile).toSorted()).toEqual(
      [...lacking.keys()].map((index) => `person-${String(index).padStart(4, '0')}`),
    );
    expect(world.outbox()).toHaveLength(count - 3);
    expect(await office.report('spring')).toMatchObject({ reasons: { 'missing-value': 3 } });
    await world.advance('P1D');
    expect(await office.state('spring')).toBe('completed');
    expect(world.outbox()).toHaveLength(count - 3);
  });

  it('goes to them too with a default, or where nothing is to be written', async () => {
    await using world = await aWorld({ hostile });
    const office = await aCrowd(world, 100);
    const defaults = { 'profile.attributes.firstName': 'friend' };
    const subject = `Hello ${name}`;
    await office.template('hello', { subject, html: '<p>Hi</p>', defaults });
    const text = `Hi ${name}!`;
    await office.done('PUT', '/admin/templates/short', {
      name: 'S',
      channel: 'sms',
      text,
      missing: 'empty',
    });
    await office.campaign('mail', campaign);
    await office.campaign('text', { ...campaign, message: { channel: 'sms', template: 'short' } });
    for (const id of ['mail', 'text']) await office.launch(id);
    await world.advance('PT4H');
    const words = world.outbox().map((item) => item.subject || item.text);
    expect(words).toHaveLength(200);
    expect(words.filter((one) => one === 'Hello friend')).toHaveLength(3);
    expect(words.filter((one) => one === 'Hi !')).toHaveLength(3);
  });
});
