import { RequestCounter } from '../support/request-counter.ts';
import { type Row, rounded, tell } from './row.ts';
import { admin, aNewLead, aShop, launchOffer } from './shop.ts';

/** Table requests and write units, counted by DynamoDB's rules, against the minimum that the design allows. */

type Count = { requests: number; writeUnits: number; indexWriteUnits: number };

const counter = new RequestCounter();
const counts = counter.byKind;

await using shop = await aShop({ clock: '2026-11-25T12:00:00.000Z', ...counter.options });
const { world } = shop;

/** What one thing costs, posted alone. */
async function costOf(path: string, body: Readonly<Record<string, unknown>>): Promise<Count> {
  counter.reset();
  await shop.post(path, body);
  await world.settle();
  return [...counts.values()].reduce(
    (sum, count) => ({
      requests: sum.requests + count.requests,
      writeUnits: sum.writeUnits + count.writeUnits,
      indexWriteUnits: sum.indexWriteUnits + count.indexWriteUnits,
    }),
    { requests: 0, writeUnits: 0, indexWriteUnits: 0 },
  );
}

const difference = (one: Count, other: Count): Count => ({
  requests: one.requests - other.requests,
  writeUnits: one.writeUnits - other.writeUnits,
  indexWriteUnits: one.indexWriteUnits - other.indexWriteUnits,
});

type Minimum = Count & { readonly formula: string };

function rows(work: string, count: Count, minimum: Minimum): Row[] {
  const compared = (what: string, value: number, least: number): Row => ({
    work: `${what} per ${work}`,
    value: rounded(value),
    unit: what,
    reference: `${rounded(least)} = ${minimum.formula}`,
    ratio: least === 0 ? null : rounded(value / least),
    budget: 'equal',
    ok: Math.abs(value - least) < 1e-9,
  });
  return [
    compared('table requests', count.requests, minimum.requests),
    compared(
      'write units, index writes included',
      count.writeUnits + count.indexWriteUnits,
      minimum.writeUnits + minimum.indexWriteUnits,
    ),
  ];
}

await costOf('/v1/leads', aNewLead('first')); // the rules are loaded once, by whoever decides first
const lead = await costOf('/v1/leads', aNewLead('anna'));
const order = (messageId: string, total: number) => ({
  messageId,
  userId: 'anna',
  event: 'Order Completed',
  properties: { total, currency: 'EUR' },
});
const traits = { email: 'anna@example.com' };
// This call teaches the external id; the next makes Anna a regular, until a known instant.
await costOf('/v1/track', { ...order('order-1', 10), context: { traits } });
const regular = await costOf('/v1/track', order('order-2', 10));
const event = await costOf('/v1/track', order('order-3', 10));
const membership = await costOf('/v1/track', order('order-4', 200));

/** What is written of a message: its row, alone or with its person's contact, and its entry. */
const messageWrites = ['write message', 'transact message', 'write timeline'];

/** A one-off campaign to many: what each of its messages costs. */
async function messageCost(campaign: string, at: string) {
  await launchOffer(world, at, campaign);
  const before = world.outbox().length;
  counter.reset();
  await world.advance('PT1H');
  const sent = world.outbox().length - before;
  const of = (per: keyof Count): number =>
    messageWrites.reduce((sum, kind) => sum + (counts.get(kind)?.[per] ?? 0), 0) / sent;
  return {
    sent,
    kinds: new Map(counts),
    row: {
      requests: of('requests'),
      writeUnits: of('writeUnits'),
      indexWriteUnits: of('indexWriteUnits'),
    },
  };
}
const readers = Array.from({ length: 800 }, (_, index) => aNewLead(`reader-${index}`));
await shop.burst('/v1/leads', readers);
const message = await messageCost('offer', '2026-11-25T13:00');
const caps = [{ channel: 'email', per: 'week', limit: 2 }];
await admin(world, 'PUT', '/admin/sending-policy', { caps });
const capped = await messageCost('capped-offer', '2026-11-25T14:00');

tell({
  rows: [
    ...rows('lead', lead, {
      requests: 4,
      writeUnits: 12,
      indexWriteUnits: 0,
      formula:
        'requests: key 1 + rules head 1 + identities 1 + transaction 1; units: (marker 1 + profile 1 + identity 1 + 3 entries x 1) x 2 in a transaction',
    }),
    ...rows('event', event, {
      requests: 5,
      writeUnits: 6,
      indexWriteUnits: 0,
      formula:
        'requests: key 1 + rules head 1 + identities 1 + profile 1 + transaction 1; units: (marker 1 + profile 1 + entry 1) x 2',
    }),
    ...rows('changed membership', difference(membership, event), {
      requests: 0,
      writeUnits: 4,
      indexWriteUnits: 0,
      formula: 'besides its event: requests 0; units: (member row 1 + entry 1) x 2',
    }),
    ...rows('changed membership with a first due instant', difference(regular, event), {
      requests: 0,
      writeUnits: 4,
      indexWriteUnits: 1,
      formula:
        'besides its event: requests 0; units: (member row 1 + entry 1) x 2 + due index 1 in',
    }),
    ...rows('message', message.row, {
      requests: 4,
      writeUnits: 4,
      indexWriteUnits: 2,
      formula:
        'writes: reserve 1 + claim 1 + entry 1 + accept 1, none in a transaction; units: 4 + due index 1 in, 1 out',
    }),
    ...rows('message under frequency caps', capped.row, {
      requests: 4,
      writeUnits: 7,
      indexWriteUnits: 2,
      formula:
        'writes: reserve with contact 1 + claim 1 + entry 1 + accept 1; units: (row 1 + contact 1) x 2 in a transaction + 3 + due index 1 in, 1 out',
    }),
  ],
  notes: [
    `a lead is a new person with 1 identifier and 1 consent: entries profile.created, lead.captured, consent.given`,
    `a campaign to ${message.sent}: ${[...message.kinds].map(([kind, count]) => `${kind} ${count.requests} requests, ${count.writeUnits} units, ${count.indexWriteUnits} index`).join('; ')}`,
  ],
});
