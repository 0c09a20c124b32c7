import { inParallel } from '../../shared/runtime/parallel.ts';
import { type CdnowOrder, emailOf } from './cdnow.ts';
import type { AdminApi } from './demo-data.ts';
import { ask } from './http-api.ts';

/** As many as `POST /v1/batch` takes. */
const callsAtOnce = 500;
const requestsAtOnce = 4;

type Loading = {
  readonly api: AdminApi;
  readonly writeKey: string;
  /** Calls that have been accepted so far, of how many. */
  readonly onProgress?: (accepted: number, total: number) => void;
};

/** Posts the whole history through the public API. It is accepted then, not yet processed. */
export async function postHistory(
  orders: readonly CdnowOrder[],
  { api, writeKey, onProgress }: Loading,
): Promise<number> {
  const calls = historyCalls(orders);
  const batches: (typeof calls)[] = [];
  for (let from = 0; from < calls.length; from += callsAtOnce) {
    batches.push(calls.slice(from, from + callsAtOnce));
  }
  let accepted = 0;
  await inParallel(batches, requestsAtOnce, async (batch) => {
    await postBatch(api, writeKey, batch);
    accepted += batch.length;
    onProgress?.(accepted, calls.length);
  });
  return calls.length;
}

/** One `POST /v1/batch`; throws when any of it is refused. */
export async function postBatch(
  api: AdminApi,
  writeKey: string,
  batch: readonly unknown[],
): Promise<void> {
  const headers = { 'x-write-key': writeKey };
  const answer = await ask(api, 'POST /v1/batch', { body: { batch }, headers });
  if (typeof answer === 'object' && answer !== null && 'errors' in answer) {
    throw new Error(`A part of a batch was refused: ${JSON.stringify(answer.errors)}`);
  }
}

/** Segment calls: who they are at a customer's first order, then every order. */
function historyCalls(orders: readonly CdnowOrder[]): readonly unknown[] {
  const known = new Set<string>();
  return orders.flatMap((order) => {
    const track = orderCall(order, `${order.date}T00:00:00Z`);
    if (known.has(order.customer)) return [track];
    known.add(order.customer);
    return [identifyCall(order), track];
  });
}

const identifyCall = ({ customer, date }: CdnowOrder) => ({
  type: 'identify',
  messageId: `customer-${customer}`,
  userId: customer,
  timestamp: `${date}T00:00:00Z`,
  traits: { email: emailOf(customer), firstOrderAt: date },
  context: {
    // The file says nothing about consent: everybody is taken to have agreed.
    consents: [{ topic: 'offers', channel: 'email', given: true }],
  },
});

/** `Order Completed` of Segment's e-commerce spec; without a timestamp it happens now. */
export const orderCall = (
  { customer, id, cds, cents }: Omit<CdnowOrder, 'date'>,
  timestamp: string | undefined,
) => ({
  type: 'track',
  messageId: `order-${id}`,
  userId: customer,
  event: 'Order Completed',
  ...(timestamp !== undefined && { timestamp }),
  properties: {
    order_id: id,
    total: cents / 100,
    currency: 'USD',
    products: [{ product_id: 'cd', category: 'Music', quantity: cds }],
  },
});
