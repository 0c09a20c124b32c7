import { noRequests, type Requests, sumOf } from '../../infra/costs/requests.ts';
import type { World } from '../../infra/local/world.ts';
import { itemSize } from '../../shared/adapters/item-size.ts';
import type { Item } from '../../shared/ports/table.ts';
import { memberShards } from '../../shared/stores/members.ts';
import { admin, aNewLead } from '../bench/shop.ts';
import {
  aCountedShop,
  type Counted,
  type CountedShop,
  per,
  rounded,
  without,
} from './counted-work.ts';

type Fields = Readonly<Record<string, unknown>>;

const html =
  '<p>Hello {{ profile.attributes.firstName }}</p><p><a href="https://shop.example/spring">See</a></p>' +
  '<p><a href="{{ unsubscribeUrl }}">Stop</a></p>';

const contents: Readonly<Record<string, Fields>> = {
  email: { subject: 'Hello {{ profile.attributes.firstName }}', html },
  sms: { text: 'Hello {{ profile.attributes.firstName }}' },
  webhook: { body: '{ "who": "{{ profile.identifiers.email }}" }' },
};

/**
 * Two sizes of a run: their difference is what messages cost, the rest what a run does. The larger one
 * needs more than one call of fifty in each of its partitions.
 */
const sizes = { few: 100, many: 1000 } as const;

/** People of two towns who allow everything, and templates. */
async function aCountedAudience(): Promise<CountedShop> {
  const shop = await aCountedShop();
  const { world, burst } = shop;
  for (const [town, count] of Object.entries(sizes)) {
    const leads = Array.from({ length: count }, (_, index) => {
      const lead = aNewLead(`${town}-${index}`);
      const phone = `+3712${String((town === 'few' ? 2_000_000 : 3_000_000) + index)}`;
      const consents = ['email', 'sms'].map((channel) => ({
        topic: 'offers',
        channel,
        given: true,
      }));
      return { ...lead, phone, consents, attributes: { firstName: 'Anna', city: town } };
    });
    await burst('/v1/leads', leads);
    const rule = { attribute: 'city', equals: town };
    await admin(world, 'PUT', `/admin/segments/${town}`, { name: town, rule });
    await world.settle();
  }
  await admin(world, 'PUT', '/admin/webhooks/crm', {
    name: 'CRM',
    url: 'https://crm.example.com/in',
  });
  for (const [channel, content] of Object.entries(contents)) {
    await admin(world, 'PUT', `/admin/templates/${channel}`, {
      name: channel,
      channel,
      ...content,
    });
  }
  return shop;
}

async function launch(shop: CountedShop, id: string, definition: Fields): Promise<void> {
  await admin(shop.world, 'PUT', `/admin/campaigns/${id}`, {
    name: id,
    topic: 'offers',
    ...definition,
  });
  await admin(shop.world, 'POST', `/admin/campaigns/${id}/launch`);
  await shop.world.settle();
}

/** Days of campaigns, one after the other, so that none is in another's way. */
const days = Array.from({ length: 12 }, (_, day) => `2026-12-${String(day + 1).padStart(2, '0')}`);

/** A campaign to both towns, one after the other: what each message takes, and what the run itself. */
async function countRuns(shop: CountedShop, channel: string, name = channel) {
  const { world } = shop;
  const counts: Record<string, Requests> = {};
  for (const [town, size] of Object.entries(sizes)) {
    const day = days[next++];
    await world.advance(`${day}T08:00:00.000Z`);
    const before = world.outbox().length;
    counts[town] = await shop.of(async () => {
      await launch(shop, `${name}-${town}`, {
        audience: { include: [town] },
        schedule: { at: `${day}T08:30`, timeZone: 'UTC' },
        message: { channel, template: channel, ...(channel === 'webhook' && { endpoint: 'crm' }) },
      });
      await world.advance('PT1H');
    });
    const sent = world.outbox().length - before;
    if (sent !== size) throw new Error(`${sent} messages to ${size} people.`);
  }
  const { few, many } = counts;
  if (few === undefined || many === undefined) throw new Error('Both towns are written to.');
  const message = per(without(many, few), sizes.many - sizes.few);
  return {
    message,
    run: rounded(
      sumOf([
        [few, 1],
        [message, -sizes.few],
      ]),
    ),
  };
}
let next = 0;

/** What SES says of many emails of a campaign. */
async function countFeedback(
  shop: CountedShop,
  campaign: string,
  type: 'delivery' | 'open' | 'click',
) {
  const { world } = shop;
  const emails = world.outbox().filter(({ tags }) => tags?.['campaign'] === campaign);
  if (emails.length !== sizes.few) throw new Error(`${emails.length} emails of ${campaign}.`);
  const link = 'https://shop.example/spring';
  const told = await shop.of(() =>
    Promise.all(
      emails.map(({ id }) =>
        world.feedback({ message: id, type, ...(type === 'click' && { link }) }),
      ),
    ),
  );
  return per(told, emails.length);
}

/** Reports of runs of two sizes: one of a small run, and what a thousand messages add. */
async function countReports(shop: CountedShop, name: string) {
  const view = (town: string) =>
    shop.of(() => admin(shop.world, 'GET', `/admin/campaigns/${name}-${town}/report`));
  const few = await view('few');
  const many = await view('many');
  const thousand = per(without(many, few), (sizes.many - sizes.few) / 1000);
  return { report: rounded(few), reportPerThousand: thousand };
}

/** A new segment that nobody enters, and the night: both look at everybody. */
async function countEverybody(shop: CountedShop) {
  const { world } = shop;
  const pass = await shop.of(() =>
    admin(world, 'PUT', '/admin/segments/nobody', {
      name: 'Nobody',
      rule: { attribute: 'city', equals: 'Atlantis' },
    }),
  );
  await world.advance('2026-12-20T23:59:00.000Z');
  const { storedBytes, ...night } = await shop.of(() => world.advance('PT5M'));
  // What expires has come nearer to it, and is not what the night has left behind.
  const always = storedBytes['always'] ?? 0;
  return { pass, night: { ...night, storedBytes: { always } } };
}

/** Read units for a thousand rows of members where there are many: by their bytes, page after page. */
async function readUnitsPerThousandMembers(world: World): Promise<number> {
  const rows: Item[] = [];
  for (let shard = 0; shard < memberShards; shard += 1) {
    const page = await world.ports.table.query('marketing', { pk: `member#many#${shard}` });
    rows.push(...page.items);
  }
  if (rows.length !== sizes.many) throw new Error(`${rows.length} rows of members.`);
  const bytes = rows.reduce((sum, row) => sum + itemSize(row), 0) / rows.length;
  return (bytes * 1000) / 4096;
}

/** Campaigns to many, on each channel, and what comes of them. */
export async function countCampaigns(): Promise<Counted> {
  next = 0;
  await using shop = await aCountedAudience();
  const { world } = shop;
  const email = await countRuns(shop, 'email');
  const delivery = await countFeedback(shop, 'email-few', 'delivery');
  const open = await countFeedback(shop, 'email-few', 'open');
  const click = await countFeedback(shop, 'email-few', 'click');
  const reports = await countReports(shop, 'email');
  const sms = await countRuns(shop, 'sms');
  const webhook = await countRuns(shop, 'webhook');
  const caps = [{ channel: 'email', per: 'week', limit: 2 }];
  await admin(world, 'PUT', '/admin/sending-policy', { caps });
  const capped = await countRuns(shop, 'email', 'capped');
  const { pass, night } = await countEverybody(shop);
  await using empty = await aCountedShop();
  const alone = await countEverybody(empty);
  const people = (sizes.few + sizes.many) / 1000;
  const towns = Object.keys(sizes).length;
  return {
    run: email.run,
    email: email.message,
    cappedEmail: capped.message,
    sms: sms.message,
    webhook: webhook.message,
    delivery,
    open,
    click,
    ...reports,
    pass: rounded(alone.pass),
    passPerThousand: per(without(pass, alone.pass), people),
    night: rounded(alone.night),
    nightPerSegment: per(without(night, alone.night), towns),
    nightPerThousandMembers: rounded({
      ...noRequests,
      readUnits: await readUnitsPerThousandMembers(world),
    }),
  };
}

/** One person at a time: an email that an event sets off, a link that is followed, a goal that is reached. */
export async function countReactions(): Promise<Counted> {
  await using shop = await aCountedShop();
  const { world, post } = shop;
  await post('/v1/leads', aNewLead('anna'));
  await admin(world, 'PUT', '/admin/templates/email', {
    name: 'Email',
    channel: 'email',
    ...contents.email,
  });
  const did = async (event: string, messageId: string) => {
    const context = { traits: { email: 'anna@example.com' } };
    return shop.of(() => post('/v1/track', { messageId, userId: 'anna', event, context }));
  };
  await did('Page Viewed', 'page-1'); // this call teaches the external id
  const event = await did('Page Viewed', 'page-2');
  const message = { channel: 'email', template: 'email' };
  const common = { message, links: { track: true } };
  await launch(shop, 'cart', { ...common, schedule: { on: 'Cart Left' } });
  const triggered = await did('Cart Left', 'cart-1');
  const [sent] = world.outbox();
  const path = /href="[^"]*(\/l\/[^"]+)"/.exec(sent?.html ?? '')?.[1] ?? '';
  const visit = await shop.of(async () => {
    const answer = await world.request('GET', path);
    if (answer.status !== 302) throw new Error(`The link answers ${answer.status}.`);
    await world.advance('PT1M');
  });
  const goal = { event: 'Order Completed', within: 'P14D', value: 'total' };
  await launch(shop, 'sale', { ...common, schedule: { on: 'Sale Seen' }, goal });
  await did('Sale Seen', 'sale-1');
  const conversion = await did('Order Completed', 'order-1');
  const adminRead = await shop.of(() => admin(world, 'GET', '/admin/segments/old-cars'));
  return {
    triggeredEmail: without(triggered, event),
    visit: rounded(visit),
    conversion: without(conversion, event),
    adminRead: rounded(adminRead),
  };
}
