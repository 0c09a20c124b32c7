import type { Activity } from '../../infra/costs/counted.ts';
import { type FunctionUse, type Requests, sumOf } from '../../infra/costs/requests.ts';
import { sqsEvent } from '../../infra/local/sqs-event.ts';
import { aNewLead, aShop } from '../bench/shop.ts';
import { RequestCounter } from './request-counter.ts';

const canaryFile = 'functions/canary/post-canary.ts';
const tickFile = 'functions/time/sweep-due-slots.ts';

/** A Wednesday: in the hour after, nothing is due by the calendar but what the work itself brings. */
const start = '2026-11-25T12:00:00.000Z';

export type Counted = Partial<Readonly<Record<Activity, Requests>>>;
type Fields = Readonly<Record<string, unknown>>;

/** A shop in which everything that functions ask of AWS is counted. */
export async function aCountedShop() {
  const counter = new RequestCounter();
  const shop = await aShop({ clock: start, ...counter.options });
  const { world, post } = shop;
  const of = (work: () => Promise<unknown>): Promise<Requests> => counter.of(world, work);
  return {
    ...shop,
    counter,
    of,
    posted: (path: string, body: Fields) => of(() => post(path, body)),
  };
}

export type CountedShop = Awaited<ReturnType<typeof aCountedShop>>;

export const per = (whole: Requests, units: number): Requests =>
  rounded(sumOf([[whole, 1 / units]]));
export const without = (whole: Requests, part: Requests): Requests =>
  rounded(
    sumOf([
      [whole, 1],
      [part, -1],
    ]),
  );

/** To a thousandth, so that sums of parts stay literal; functions and lives with nothing are left out. */
export function rounded(requests: Requests): Requests {
  const { writeUnits, functions, storedBytes, ...numbers } = requests;
  const uses = Object.entries(functions).map(([file, { invocations, calls }]) => [
    file,
    { invocations: round(invocations), calls: round(calls) },
  ]) satisfies readonly (readonly [string, FunctionUse])[];
  return {
    ...eachRounded(numbers),
    writeUnits: eachRounded(writeUnits),
    functions: Object.fromEntries(
      uses.filter(([, { invocations, calls }]) => invocations !== 0 || calls !== 0),
    ),
    storedBytes: Object.fromEntries(
      Object.entries(eachRounded(storedBytes)).filter(([, bytes]) => bytes !== 0),
    ),
  };
}

/** Never the negative nothing that a difference can leave. */
const round = (value: number): number => Math.round(value * 1000) / 1000 + 0;

const eachRounded = <Numbers extends Readonly<Record<string, number>>>(numbers: Numbers): Numbers =>
  // The entries are those of `numbers`.
  Object.fromEntries(
    Object.entries(numbers).map(([name, value]) => [name, round(value)]),
  ) as Numbers;

const order = (messageId: string, total: number): Fields => ({
  messageId,
  userId: 'anna',
  event: 'Order Completed',
  properties: { total, currency: 'EUR' },
});

/** People and what they do: one at a time, so that nothing is shared with anybody. */
export async function countPeople(): Promise<Counted> {
  await using shop = await aCountedShop();
  const { posted, world } = shop;
  await posted('/v1/leads', aNewLead('first')); // the rules are loaded once, by whoever decides first
  const newLead = await posted('/v1/leads', aNewLead('anna'));
  const knownLead = await posted('/v1/leads', {
    ...aNewLead('anna'),
    messageId: 'lead-anna-again',
    attributes: { city: 'Liepaja' },
  });
  const traits = { email: 'anna@example.com' };
  await posted('/v1/track', { ...order('order-1', 10), context: { traits } });
  await posted('/v1/leads', {
    ...aNewLead('anna'),
    messageId: 'anna-3',
    attributes: { city: 'Riga' },
  });
  const regular = await posted('/v1/track', order('order-2', 10));
  const event = await posted('/v1/track', order('order-3', 10));
  const membership = await posted('/v1/track', order('order-4', 200));
  // Anna is a regular until her orders are 90 days old: then a tick finds her, and a worker asks her rules again.
  await world.advance('2027-02-23T11:59:00.000Z');
  const tick = await shop.of(() => world.invoke(tickFile, {}));
  const due = await shop.of(() => world.advance('PT2M'));
  return {
    newLead: rounded(newLead),
    knownLead: rounded(knownLead),
    event: rounded(event),
    membership: without(membership, event),
    firstDueMembership: without(regular, event),
    tick: rounded(tick),
    dueReview: without(due, tick),
  };
}

/** What the canary asks each time, once it has its key. */
export async function countCanary(): Promise<Counted> {
  await using shop = await aCountedShop();
  const beat = () =>
    shop.of(() => shop.world.invoke(canaryFile, { scheduledAt: shop.world.now() }));
  await beat();
  await shop.world.advance('PT5M');
  return { canaryBeat: rounded(await beat()) };
}

/** Leads as a flood brings them: a hundred in one batch. */
export async function countFlood(): Promise<Counted> {
  await using shop = await aCountedShop();
  const { world, counter } = shop;
  await shop.posted('/v1/leads', aNewLead('first'));
  const leads = Array.from({ length: 100 }, (_, index) => aNewLead(`reader-${index}`));
  const flood = await shop.of(async () => {
    counter.held = [];
    for (const lead of leads) await shop.post('/v1/leads', lead);
    const sentAt = world.clock.now();
    const messages = counter.held.map(({ message }, index) => ({
      messageId: `m-${index}`,
      receiptHandle: `r-${index}`,
      body: JSON.stringify(message.body),
      receives: 1,
      sentAt,
      firstReceivedAt: sentAt,
    }));
    counter.held = undefined;
    await world.invoke('functions/tracking/ingest-inputs.ts', sqsEvent('inputs', messages));
  });
  return { floodLead: per(flood, leads.length) };
}
