import { describe, expect, it } from 'vitest';
import type { World } from '../../infra/local/world.ts';
import type { Message } from '../../shared/domain/messaging/message.ts';
import { messageId } from '../../shared/domain/messaging/message.ts';
import { getMessages, messageItem } from '../../shared/stores/messages.ts';
import { getProfile } from '../../shared/stores/profiles.ts';
import { anOffice, type Row } from '../support/campaigns.ts';
import { changePerson } from '../support/messaging.ts';
import { ask, modes } from '../support/modes.ts';
import { aWorld } from '../support/world.ts';

type Shown = {
  readonly state: string;
  readonly language: string | null;
  readonly templateVersion: number;
  readonly rendered: Readonly<Record<string, unknown>> | null;
  readonly exact: boolean;
  readonly why: string | null;
};

const cars = [{ model: '3' }, { model: 'S' }];

const email = {
  name: 'Hello',
  channel: 'email',
  subject:
    '{{ campaign.name }}: {{ profile.attributes.firstName }}, {{ "now" | date: "%H:%M:%S" }}',
  html: `<p>{{ event.properties.total }} {% for car in profile.attributes.cars %}{{ car.model }} {% endfor %}
    {{ profile.attributes.address.city }} {{ profile.computed.spent | default: 0 }}
    <a href="https://shop.example/?id={{ profile.id }}">shop</a></p>`,
  defaults: { 'profile.attributes.address.city': 'your town' },
  languages: {
    lv: { subject: 'Sveiki, {{ profile.attributes.firstName }}', html: '<p>Sveiki</p>' },
  },
};

/** Two people who have got an email and an SMS about their order. */
async function anOfficeWithMessages(hostile: number | undefined) {
  const world = await aWorld({ hostile });
  const office = await anOffice(world);
  await office.done('PUT', '/admin/computed/spent', {
    name: 'Spent',
    function: 'sum',
    event: 'Order Completed',
    property: 'total',
  });
  await world.advance('PT20M');
  await office.template('hello', email);
  const text = 'Hi {{ profile.attributes.firstName }}: https://shop.example/{{ profile.id }}';
  await office.done('PUT', '/admin/templates/short', { name: 'S', channel: 'sms', text });
  const schedule = { on: 'Order Completed' };
  await office.campaign('mail', { name: 'Thanks', schedule, links: { utm: {} } });
  const message = { channel: 'sms', template: 'short' };
  await office.campaign('text', { schedule, message, links: { track: true } });
  for (const id of ['mail', 'text']) await office.launch(id);
  const attributes = { firstName: 'Anna', cars, secret: 'nobody asked' };
  await office.lead('anna', { phone: '+37120000001', attributes });
  await office.lead('liga', { attributes: { firstName: 'Līga', locale: 'lv_LV' } });
  await world.advance('PT1M');
  for (const name of ['anna', 'liga']) {
    await office.track(name, 'Order Completed', { properties: { total: 12.5 } });
  }
  await world.advance('PT1H');
  const shown = async (id: string): Promise<Shown> =>
    (await ask(world, 'GET', `/admin/messages/${id}`, { admin: true })).json() as Shown; // as its route says
  return { world, office, shown, [Symbol.asyncDispose]: () => world.close() };
}

/** The person, the templates, the campaigns and the clock all go on. */
async function changeEverything(world: World, office: Awaited<ReturnType<typeof anOffice>>) {
  for (const { id, profile } of [...(await office.rows('mail')), ...(await office.rows('text'))]) {
    expect(id).not.toBe('');
    const before = await getProfile(world.ports.table, profile);
    if (before === undefined) throw new Error('nobody');
    const attributes = { firstName: 'Other', locale: 'en' };
    await changePerson(world, before, { ...before, attributes, version: before.version + 1 });
  }
  await office.template('hello', { subject: 'New', html: 'New', languages: undefined });
  await office.done('PUT', '/admin/templates/short', { name: 'S', channel: 'sms', text: 'New' });
  await office.act('mail', 'cancel');
  await office.campaign('mail', { name: 'Renamed', schedule: { on: 'Order Completed' } });
  await world.advance('P2D');
}

const contentOf = ({ subject, html, text, channel }: ReturnType<World['outbox']>[number]) =>
  channel === 'sms' ? { text } : { subject, html, text };

const kept = async (world: World, id: string): Promise<Message> => {
  const [row] = await getMessages(world.ports.table, [id]);
  if (row === undefined) throw new Error('no row');
  return row;
};

describe.each(modes)('what a person received, hostile %s', (hostile) => {
  it('is shown byte for byte, whatever has changed since', async () => {
    await using shop = await anOfficeWithMessages(hostile);
    const { world, office, shown } = shop;
    const sent = world.outbox();
    expect(sent).toHaveLength(3);
    await changeEverything(world, office);
    for (const item of sent) {
      expect(await shown(item.id)).toMatchObject({
        rendered: contentOf(item),
        exact: true,
        why: null,
        templateVersion: 1,
        language: item.to === 'liga@example.com' ? 'lv' : null,
      });
    }
    expect(sent.map(({ subject }) => subject).filter((subject) => subject !== '')).toEqual(
      expect.arrayContaining([expect.stringMatching(/^Thanks: Anna, /), 'Sveiki, Līga']),
    );
  });

  it('costs no write unit: a row keeps what was asked for and nothing else', async () => {
    await using shop = await anOfficeWithMessages(hostile);
    const { world } = shop;
    for (const { id, to } of world.outbox()) {
      const row = await kept(world, id);
      const bytes = JSON.stringify(messageItem(row)).length;
      expect(bytes).toBeLessThan(1024);
      expect(JSON.stringify(row.data)).not.toContain('nobody asked');
      expect(row.data?.['attributes']).toEqual(
        new Map<string, unknown>([
          ['+37120000001', { firstName: 'Anna' }],
          ['anna@example.com', { firstName: 'Anna', cars }],
          ['liga@example.com', { firstName: 'Līga' }],
        ]).get(to),
      );
    }
  });

  it('is made from the profile of today where it was not kept, and says so', async () => {
    await using shop = await anOfficeWithMessages(hostile);
    const { world, shown } = shop;
    const [item] = world.outbox().filter(({ to }) => to === 'anna@example.com');
    const { data: _, ...row } = await kept(world, item?.id ?? '');
    await world.ports.table.write({ kind: 'put', table: 'marketing', item: messageItem(row) });
    const answer = await shown(messageId(row));
    expect(answer).toMatchObject({ exact: false, rendered: { subject: item?.subject } });
    expect(answer.why).toContain('profile of today');
    // What it was made from has been tampered with.
    const forged = { ...row, data: { attributes: { firstName: 'Eve' }, digest: 'x' } };
    await world.ports.table.write({ kind: 'put', table: 'marketing', item: messageItem(forged) });
    expect(await shown(messageId(row))).toMatchObject({ exact: false });
  });

  it('is nothing where a message was withheld, and unknown where there is none', async () => {
    await using shop = await anOfficeWithMessages(hostile);
    const { world, office, shown } = shop;
    await office.lead('boris', { consents: [] });
    await office.track('boris', 'Order Completed', { properties: { total: 1 } });
    await world.advance('PT1H');
    const rows: readonly Row[] = await office.rows('mail');
    const row = rows.find(({ state }) => state === 'withheld');
    expect(row?.reason).toBe('no-consent');
    expect(await shown(row?.id ?? '')).toMatchObject({
      rendered: null,
      exact: false,
      why: 'it was withheld',
    });
    const answer = await ask(world, 'GET', '/admin/messages/none', { admin: true });
    expect(answer.status).toBe(404);
  });
});
