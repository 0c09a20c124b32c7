import * as z from 'zod';
import type { World } from '../../infra/local/world.ts';
import { type aSite, membersOf, personOf } from './site.ts';
import { startOfWorld } from './world.ts';

export const dayMs = 86_400_000;
/** When the world begins. */
export const start = Date.parse(startOfWorld);

const moneySchema = z.record(z.string(), z.number());
/** What the API shows of RFM, and nothing else. */
export const rfmSchema = z.strictObject({
  settings: z.record(z.string(), z.string()),
  state: z.enum(['off', 'building', 'ready']),
  asOf: z.string().nullable(),
  customers: z.number(),
  cuts: z
    .strictObject({
      recencyDays: z.array(z.number()),
      frequency: z.array(z.number()),
      monetary: z.array(z.number()),
    })
    .nullable(),
  grid: z.array(
    z.strictObject({
      recency: z.number(),
      frequencyMonetary: z.number(),
      cell: z.string(),
      count: z.number(),
      money: moneySchema,
    }),
  ),
  cells: z.array(
    z.strictObject({ cell: z.string(), count: z.number(), share: z.number(), money: moneySchema }),
  ),
});

type Site = Awaited<ReturnType<typeof aSite>>;

/** RFM as the API shows it. */
export const readRfm = async (site: Site) =>
  rfmSchema.parse((await site.admin('GET', '/admin/rfm')).json());

/** An order is posted. */
export const order = (site: Site, userId: string, { at, total, currency = 'EUR' }: Sold) =>
  site.post('/v1/track', {
    userId,
    event: 'Order Completed',
    timestamp: new Date(at).toISOString(),
    properties: { total, currency },
  });
type Sold = { readonly at: number; readonly total: number; readonly currency?: string };

/**
 * Ten customers: number n has ordered n times, for 10 n euros each time, and last 11 - n times some days
 * ago; and one who has never ordered.
 */
export async function tenCustomers(site: Site, days = 10): Promise<void> {
  for (let n = 1; n <= 10; n += 1) {
    for (let one = 0; one < n; one += 1) {
      await order(site, `c-${n}`, {
        at: start - ((11 - n) * days + one * 20) * dayMs,
        total: n * 10,
      });
    }
  }
  await site.post('/v1/identify', { userId: 'c-0', traits: { city: 'Riga' } });
  await site.settle();
}

/** What each of them has spent in euros. */
export const spentInAll = Array.from({ length: 10 }, (_, n) => 10 * (n + 1) ** 2);

/** Who is in a segment, by their numbers. */
export async function numbersIn(world: World, id: string): Promise<readonly number[]> {
  const members = new Set(await membersOf(world, id));
  const people = await Promise.all(
    Array.from({ length: 11 }, (_, n) => personOf(world, `c-${n}`).catch(() => undefined)),
  );
  return people.flatMap((person, n) => (person !== undefined && members.has(person.id) ? [n] : []));
}

/** The scores that a profile shows. */
export async function scoresOf(world: World, site: Site, key: string): Promise<unknown> {
  const { id } = await personOf(world, key);
  const profile = (await site.admin('GET', `/admin/profiles/${id}`)).json();
  return z
    .object({ rfm: z.unknown() })
    .parse({ rfm: undefined, ...z.object({}).loose().parse(profile) }).rfm;
}

/** Who has ordered most recently. */
export const best = { rfm: { recency: { equals: 5 } } };
/** Who orders most. */
export const busy = { rfm: { frequency: { equals: 5 } } };
