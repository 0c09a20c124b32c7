import { describe, expect, it } from 'vitest';
import { anOffice } from '../support/campaigns.ts';
import { modes, settled } from '../support/modes.ts';
import { aWorld } from '../support/world.ts';

/** Anna, a template, and a marketer. */
async function aShop(hostile?: number) {
  const world = await aWorld({ hostile });
  const office = await anOffice(world);
  await office.lead('anna', { attributes: { city: 'Riga' } });
  await office.template('hello');
  return {
    ...office,
    world,
    /** A launched campaign. */
    starts: async (
      id: string,
      schedule: unknown,
      changes: Readonly<Record<string, unknown>> = {},
    ) => {
      await office.campaign(id, { schedule, ...changes });
      await office.launch(id);
    },
    [Symbol.asyncDispose]: async () => {
      expect(hostile === undefined ? world.failures() : []).toEqual([]);
      await world.close();
    },
  };
}

const reasonsOf = (rows: readonly { state: string; reason: string | null }[]): readonly string[] =>
  rows.map(({ state, reason }) => (reason === null ? state : `${state} ${reason}`)).toSorted();

const reminder = {
  on: 'Product Added',
  delay: 'PT2H',
  unless: { did: 'Order Completed', since: 'trigger' },
};

describe.each(modes)('an event campaign, hostile %s', (hostile) => {
  it('welcomes a lead once, however often the form is sent', async () => {
    await using shop = await aShop(hostile);
    await shop.starts('welcome', { on: 'lead.captured', repeat: 'once' });
    await shop.lead('boris');
    await shop.lead('boris');
    await shop.world.advance('PT1H');
    await shop.lead('boris');
    await shop.world.advance('PT1H');
    expect(shop.inbox()).toEqual({ boris: 1 });
  });

  it('reminds of a cart after its delay, unless something was bought since', async () => {
    await using shop = await aShop(hostile);
    await shop.lead('boris');
    await shop.starts('reminder', reminder);
    await shop.track('boris', 'Order Completed');
    await shop.world.advance('PT10M');
    await shop.track('anna', 'Product Added', { properties: { total: 29.33 } });
    await shop.track('boris', 'Product Added');
    await shop.world.advance('PT1H');
    await shop.track('anna', 'Page Viewed');
    expect(shop.inbox()).toEqual({});
    await shop.world.advance('PT3H');
    // Boris bought before the cart, not since.
    expect(shop.inbox()).toEqual({ anna: 1, boris: 1 });
    const texts = shop.world.outbox().map(({ to, html }) => to.startsWith('anna') && html);
    expect(texts.join()).toContain('29.33');
    await shop.track('anna', 'Product Added');
    await shop.world.advance('PT1H');
    await shop.track('anna', 'Order Completed');
    await shop.world.advance('PT3H');
    expect(shop.inbox()).toEqual({ anna: 1, boris: 1 });
    expect(reasonsOf(await shop.rows('reminder'))).toEqual([
      'accepted',
      'accepted',
      'withheld unless',
    ]);
  });

  it('waits anew while the cart still grows, whatever the order in which it is told', async () => {
    await using shop = await aShop(hostile);
    await shop.starts('reminder', { ...reminder, repeat: 'restart' });
    const first = shop.world.now();
    await shop.track('anna', 'Product Added');
    await shop.world.advance('PT90M');
    await shop.track('anna', 'Product Added');
    // Told late, and twice.
    await shop.track('anna', 'Product Added', { timestamp: first, messageId: 'late' });
    await shop.track('anna', 'Product Added', { timestamp: first, messageId: 'late' });
    await shop.world.advance('PT1H');
    expect(shop.inbox()).toEqual({});
    await shop.world.advance('PT2H');
    expect(shop.inbox()).toEqual({ anna: 1 });
    const sentAt = Date.parse(shop.world.outbox()[0]?.at ?? '');
    expect(sentAt).toBeGreaterThanOrEqual(Date.parse(first) + 3.5 * 3_600_000);
    await shop.world.advance('P1D');
    expect(shop.inbox()).toEqual({ anna: 1 });
    await shop.track('anna', 'Product Added');
    await shop.world.advance('PT3H');
    expect(shop.inbox()).toEqual({ anna: 2 });
  });

  it('starts one message for an event that is told twice', async () => {
    await using shop = await aShop(hostile);
    await shop.starts('thanks', { on: 'Order Completed' });
    const same = { messageId: 'order-1' };
    await shop.track('anna', 'Order Completed', same);
    await shop.track('anna', 'Order Completed', same);
    await shop.world.advance('PT1H');
    await shop.track('anna', 'Order Completed', { messageId: 'order-2' });
    await shop.world.advance('PT1H');
    expect(shop.inbox()).toEqual({ anna: 2 });
  });

  it('leaves a person alone for its cooldown', async () => {
    await using shop = await aShop(hostile);
    await shop.starts('thanks', { on: 'Order Completed', cooldown: 'P1D' });
    for (let hour = 0; hour < 5; hour += 1) {
      await shop.track('anna', 'Order Completed');
      await shop.world.advance('PT1H');
    }
    expect(shop.inbox()).toEqual({ anna: 1 });
    await shop.world.advance('PT20H');
    await shop.track('anna', 'Order Completed');
    await shop.world.advance('PT1H');
    expect(shop.inbox()).toEqual({ anna: 2 });
  });

  it('enrols while it is paused, and sends what was held when it is resumed', async () => {
    await using shop = await aShop(hostile);
    await shop.starts('thanks', { on: 'Order Completed' });
    await shop.starts('reminder', reminder);
    await shop.act('thanks', 'pause');
    await shop.act('reminder', 'pause');
    await shop.track('anna', 'Order Completed');
    await shop.world.advance('PT1M');
    await shop.track('anna', 'Product Added');
    await shop.world.advance('P1D');
    expect(shop.inbox()).toEqual({});
    await shop.act('thanks', 'resume');
    await shop.act('reminder', 'resume');
    await shop.world.advance('PT1H');
    expect(shop.inbox()).toEqual({ anna: 2 });
    await shop.world.advance('P1D');
    expect(shop.inbox()).toEqual({ anna: 2 });
  });

  it('starts nothing any more when it is cancelled, not even what was waiting', async () => {
    await using shop = await aShop(hostile);
    await shop.starts('reminder', reminder);
    await shop.track('anna', 'Product Added');
    await shop.act('reminder', 'cancel');
    await shop.track('anna', 'Product Added', { messageId: 'after' });
    await shop.world.advance('P1D');
    expect(shop.inbox()).toEqual({});
    expect(reasonsOf(await shop.rows('reminder'))).toEqual(['withheld cancelled']);
  });
});

describe.each(modes)('an event campaign, hostile %s', (hostile) => {
  it('starts by what its conditions say of the event', async () => {
    await using shop = await aShop(hostile);
    const where = [{ property: 'total', atLeast: 100 }];
    await shop.starts('big', { on: 'Order Completed', where });
    await shop.track('anna', 'Order Completed', { properties: { total: 99.99 } });
    await settled(shop.world, hostile);
    expect(shop.inbox()).toEqual({});
    await shop.track('anna', 'Order Completed', { properties: { total: 100 }, messageId: 'big' });
    await settled(shop.world, hostile);
    expect(shop.inbox()).toEqual({ anna: 1 });
  });

  it('starts by entering a segment, of the segment it names', async () => {
    await using shop = await aShop(hostile);
    await shop.segment('vip', { attribute: 'vip', equals: true });
    await shop.segment('riga', { attribute: 'city', equals: 'Riga' });
    const where = [{ property: 'segment', equals: 'vip' }];
    await shop.starts('hello-vip', { on: 'segment.entered', where });
    await shop.lead('boris', { attributes: { city: 'Riga' } });
    await settled(shop.world, hostile);
    expect(shop.inbox()).toEqual({});
    await shop.lead('boris', { attributes: { vip: true } });
    await settled(shop.world, hostile);
    expect(shop.inbox()).toEqual({ boris: 1 });
  });

  it('goes to its audience only, as it is when the delay ends', async () => {
    await using shop = await aShop(hostile);
    await shop.segment('riga', { attribute: 'city', equals: 'Riga' });
    await shop.lead('boris', { attributes: { city: 'Oslo' } });
    await shop.lead('clara', { attributes: { city: 'Riga' } });
    const audience = { include: ['riga'] };
    await shop.starts('reminder', { on: 'Product Added', delay: 'PT2H' }, { audience });
    for (const name of ['anna', 'boris', 'clara']) await shop.track(name, 'Product Added');
    await shop.lead('clara', { attributes: { city: 'Oslo' } });
    await shop.world.advance('PT3H');
    expect(shop.inbox()).toEqual({ anna: 1 });
    expect(reasonsOf(await shop.rows('reminder'))).toEqual(['accepted', 'withheld left-audience']);
  });

  it('needs no consent when it is transactional', async () => {
    await using shop = await aShop(hostile);
    await shop.lead('boris', { consents: [] });
    await shop.starts(
      'receipt',
      { on: 'Order Completed' },
      { kind: 'transactional', topic: undefined },
    );
    await shop.track('boris', 'Order Completed');
    await settled(shop.world, hostile);
    expect(shop.inbox()).toEqual({ boris: 1 });
    expect(Object.keys(shop.world.outbox()[0]?.headers ?? {})).not.toContain('List-Unsubscribe');
  });

  it('starts nothing by history that is imported', async () => {
    await using shop = await aShop(hostile);
    await shop.starts('thanks', { on: 'Order Completed' });
    await shop.track('anna', 'Order Completed', { timestamp: '2026-11-20T10:00:00.000Z' });
    await shop.world.advance('PT1H');
    expect(shop.inbox()).toEqual({});
  });

  it('follows a person’s click on another campaign’s message, not a machine’s', async () => {
    await using shop = await aShop(hostile);
    await shop.starts('thanks', { on: 'Order Completed' });
    const where = [{ property: 'campaign', equals: 'thanks' }];
    await shop.starts('more', { on: 'message.clicked', where, repeat: 'once' });
    await shop.track('anna', 'Order Completed');
    await settled(shop.world, hostile);
    const message = shop.world.outbox()[0]?.id ?? '';
    const [row] = await shop.rows('thanks');
    const happened = { occurredAt: shop.world.now(), recordedAt: shop.world.now() };
    const byMachine = { message, campaign: 'thanks', automated: true };
    const click = { id: 'c', type: 'message.clicked', profileId: row?.profile, data: byMachine };
    await shop.world.ports.queue.send('triggers', [
      { body: { detail: { ...click, ...happened } } },
    ]);
    await shop.world.advance('PT1H');
    expect(shop.inbox()).toEqual({ anna: 1 });
    await shop.world.feedback({ message, type: 'click' });
    await shop.world.settle();
    await shop.world.advance('PT1H');
    expect(shop.inbox()).toEqual({ anna: 2 });
  });

  it.each([
    ['each', { repeat: 'each', cooldown: 'P1D' }],
    ['restart', { repeat: 'restart', delay: 'PT2H' }],
    ['once', { repeat: 'once', delay: 'PT2H' }],
  ])('takes what a wrong clock dates a year ahead for what is now (%s)', async (_, words) => {
    await using shop = await aShop(hostile);
    await shop.starts('reminder', { on: 'Product Added', ...words });
    const timestamp = '2027-11-25T12:00:00Z';
    await shop.track('anna', 'Product Added', { messageId: 'ahead', timestamp });
    await shop.world.advance('PT3H');
    expect(shop.inbox()).toEqual({ anna: 1 });
    await shop.world.advance('P2D');
    await shop.track('anna', 'Product Added');
    await shop.world.advance('PT3H');
    expect(shop.inbox()).toEqual({ anna: words.repeat === 'once' ? 1 : 2 });
  });

  it('shares one rule on the bus with others that wait for the same event', async () => {
    await using shop = await aShop(hostile);
    await shop.starts('one', { on: 'Order Completed' });
    await shop.starts('two', { on: 'Order Completed' });
    await shop.act('one', 'cancel');
    await shop.track('anna', 'Order Completed');
    await settled(shop.world, hostile);
    expect(shop.inbox()).toEqual({ anna: 1 });
    await shop.act('two', 'cancel');
    await shop.starts('three', { on: 'Order Completed' });
    await shop.track('anna', 'Order Completed', { messageId: 'second' });
    await settled(shop.world, hostile);
    expect(shop.inbox()).toEqual({ anna: 2 });
  });
});
