import { describe, expect, it } from 'vitest';
import type { World } from '../../infra/local/world.ts';
import { getContact } from '../../shared/stores/contacts.ts';
import { Breaker } from '../support/breaking-ports.ts';
import { anOffice } from '../support/campaigns.ts';
import { ask, modes, settled } from '../support/modes.ts';
import { aWorld } from '../support/world.ts';

type Office = Awaited<ReturnType<typeof anOffice>>;
type Said = { readonly from?: string; readonly text: string; readonly id?: string };

const phone = '+37120000001';

const text = async (world: World, said: Said, hostile?: number): Promise<void> => {
  const answer = await ask(world, 'POST', '/local/texts', { body: { from: phone, ...said } });
  expect(answer.status).toBe(202);
  await settled(world, hostile);
};

/** A person who allows offers and news by SMS, and offers by email. */
async function anna(world: World): Promise<Office> {
  const office = await anOffice(world);
  const allowed = [
    { topic: 'offers', channel: 'sms', given: true, text: 'form-v3' },
    { topic: 'news', channel: 'sms', given: true },
    { topic: 'club', channel: 'sms', given: false },
    { topic: 'offers', channel: 'email', given: true },
  ];
  await office.lead('anna', { phone, consents: allowed });
  return office;
}

async function profileOf(office: Office) {
  const profile = await office.done('GET', '/admin/profiles?externalId=anna');
  const consents = profile['consents'] as {
    topic: string;
    channel: string;
    given: boolean;
    text?: string;
  }[]; // as shown
  return {
    id: String(profile['id']),
    consents,
    given: consents
      .filter(({ given }) => given)
      .map(({ topic, channel }) => `${topic}/${channel}`)
      .toSorted(),
  };
}

const entriesOf = async (office: Office, type: string) => {
  const { id } = await profileOf(office);
  const { items } = await office.done('GET', `/admin/profiles/${id}/timeline`);
  return (items as { type: string; data: Record<string, unknown> }[]).filter(
    (one) => one.type === type,
  );
};

/** The topics whose withdrawal by STOP stands on the timeline. */
const stopped = async (office: Office) =>
  (await entriesOf(office, 'consent.withdrawn'))
    .flatMap(({ data }) => (data['source'] === 'sms-stop' ? String(data['topic']) : []))
    .toSorted();

const suppressed = async (office: Office) =>
  (
    (await office.done('GET', '/admin/suppressions'))['items'] as {
      address: string;
      reason: string;
    }[]
  ).map(({ address, reason }) => `${address} ${reason}`);

const all = ['news/sms', 'offers/email', 'offers/sms'];

describe.each(modes)('a text from a person, hostile %s', (hostile) => {
  it('STOP withdraws every consent to SMS and suppresses the number; START gives back just those', async () => {
    await using world = await aWorld({ hostile });
    const office = await anna(world);
    await text(world, { text: 'Stop!' }, hostile);
    expect((await profileOf(office)).given).toEqual(['offers/email']);
    expect(await suppressed(office)).toEqual([`${phone} opt-out`]);
    expect(await stopped(office)).toEqual(['news', 'offers']);
    await world.advance('P1D');
    await text(world, { text: 'start' }, hostile);
    const { given, consents } = await profileOf(office);
    expect(given).toEqual(all);
    expect(consents).toContainEqual(
      expect.objectContaining({
        topic: 'offers',
        channel: 'sms',
        source: 'sms-start',
        text: 'form-v3',
      }),
    );
    expect(await suppressed(office)).toEqual([]);
  });

  it('told twice is one; a STOP that is told after a later START changes nothing', async () => {
    await using world = await aWorld({ hostile });
    const office = await anna(world);
    await text(world, { text: 'STOP', id: 's1' }, hostile);
    await world.advance('PT1H');
    await text(world, { text: 'START', id: 's2' }, hostile);
    await world.advance('PT1H');
    await text(world, { text: 'STOP', id: 's1' }, hostile);
    expect((await profileOf(office)).given).toEqual(all);
    expect(await suppressed(office)).toEqual([]);
    await text(world, { text: 'Is it open?', id: 's3' }, hostile);
    await world.advance('PT1H');
    await text(world, { text: 'Is it open?', id: 's3' }, hostile);
    expect(await entriesOf(office, 'message.replied')).toHaveLength(1);
  });

  it('that answers an SMS stands on its message, on the timeline and on the contact', async () => {
    await using world = await aWorld({ hostile });
    const office = await anna(world);
    await office.segment('all', { attribute: 'email', exists: true });
    await office.template('sale', {
      channel: 'sms',
      text: 'Sale',
      subject: undefined,
      html: undefined,
    });
    await office.campaign('sale', {
      audience: { include: ['all'] },
      schedule: { at: '2026-11-25T18:00', timeZone: 'UTC' },
      message: { channel: 'sms', template: 'sale' },
    });
    await office.launch('sale');
    await world.advance('PT7H');
    await text(world, { text: 'Is it open on Sunday?' }, hostile);
    const [row] = await office.rows('sale');
    const [entry] = await entriesOf(office, 'message.replied');
    expect(entry?.data).toEqual({
      channel: 'sms',
      text: 'Is it open on Sunday?',
      message: row?.id,
      campaign: 'sale',
      run: expect.stringContaining('sale@'),
    });
    const { id } = await profileOf(office);
    const { reactions } = await getContact(world.ports.table, id);
    expect(reactions.sms).toBeDefined();
    expect(await office.rows('sale')).toHaveLength(1);
  });
});

describe('a text', () => {
  it('gives back nothing that was withdrawn elsewhere, before or since', async () => {
    await using world = await aWorld();
    const office = await anna(world);
    await text(world, { text: 'STOP' });
    await world.advance('PT1H');
    const consents = [{ topic: 'news', channel: 'sms', given: false }];
    await office.lead('anna', { phone, consents });
    await world.advance('PT1H');
    await text(world, { text: 'START' });
    expect((await profileOf(office)).given).toEqual(['offers/email', 'offers/sms']);
  });

  it('STOP from a number that nobody has suppresses it; anything else of it leaves no trace', async () => {
    await using world = await aWorld();
    const office = await anna(world);
    await text(world, { from: '+37129999999', text: 'hello' });
    expect(await suppressed(office)).toEqual([]);
    await text(world, { from: '+37129999999', text: 'STOP' });
    expect(await suppressed(office)).toEqual(['+37129999999 opt-out']);
    expect((await profileOf(office)).given).toEqual(all);
    await text(world, { from: 'AMAZON', text: 'STOP' });
    expect(world.deadLetters()).toEqual([]);
  });

  it.each(['before', 'after'] as const)(
    'STOP and START hold wherever their recording is cut off (%s its effect)',
    async (when) => {
      let at = 0;
      for (let hasBroken = true; hasBroken; ) {
        at += 1;
        const breaker = new Breaker({ at, when, how: 'stumble' });
        await using world = await aWorld({
          around: (row, ports) =>
            row.file.endsWith('record-inbound-texts.ts') ? breaker.around(ports) : ports,
        });
        const office = await anna(world);
        await text(world, { text: 'STOP' });
        await world.advance('PT2H');
        expect((await profileOf(office)).given, `STOP broken at ${at}`).toEqual(['offers/email']);
        expect(await suppressed(office)).toEqual([`${phone} opt-out`]);
        expect(await stopped(office)).toEqual(['news', 'offers']);
        await text(world, { text: 'START' });
        await world.advance('PT2H');
        expect((await profileOf(office)).given, `START broken at ${at}`).toEqual(all);
        expect(await suppressed(office)).toEqual([]);
        ({ hasBroken } = breaker);
      }
      expect(at).toBeGreaterThan(6);
    },
  );
});
