import * as z from 'zod';
import type { Message, MessageState } from '../../messaging/message.ts';
import { noSpread, type Spread, together, withNumber } from '../statistics/means.ts';

const spreadSchema = z.object({ count: z.int(), mean: z.number(), squares: z.number() });

/**
 * What came of the messages of one variant, or of the people of one group, summed up so that it takes
 * the same room for any audience. `revenue` is by currency, of those that brought any.
 */
export const armTallySchema = z.object({
  people: z.int(),
  opens: z.int(),
  clicks: z.int(),
  conversions: z.int(),
  revenue: z.record(z.string(), spreadSchema),
});
export type ArmTally = z.infer<typeof armTallySchema>;

export const emptyArm = (): ArmTally => ({
  people: 0,
  opens: 0,
  clicks: 0,
  conversions: 0,
  revenue: {},
});

/** States in which a provider has taken the message. */
const sent: ReadonlySet<MessageState> = new Set([
  'accepted',
  'delivered',
  'bounced',
  'complained',
] as const);

/** Whether a message went out. */
export const wasSent = ({ state }: Pick<Message, 'state'>): boolean => sent.has(state);

/** Counts one message in, with what is credited to it. What machines did stands elsewhere on the row. */
export function countInArm(
  arm: ArmTally,
  row: Pick<Message, 'openedAt' | 'clickedAt' | 'conversions'>,
): void {
  if (row.openedAt !== undefined) arm.opens += 1;
  if (row.clickedAt !== undefined) arm.clicks += 1;
  const credited = row.conversions.filter(({ credit }) => credit > 0);
  countConversions(arm, credited, ({ value, credit }) => Number(value) * credit);
}

/** Counts one person in by all that they did, whatever is credited to whom. */
export const countPerson = (arm: ArmTally, conversions: readonly Conversion[]): void =>
  countConversions(arm, conversions, ({ value }) => Number(value));

type Conversion = Message['conversions'][number];

function countConversions(
  arm: ArmTally,
  conversions: readonly Conversion[],
  amountOf: (conversion: Conversion) => number,
): void {
  arm.people += 1;
  if (conversions.length > 0) arm.conversions += 1;
  const sums = new Map<string, number>();
  for (const conversion of conversions) {
    const { currency } = conversion;
    const amount = amountOf(conversion);
    if (amount !== 0) sums.set(currency, (sums.get(currency) ?? 0) + amount);
  }
  for (const [currency, sum] of sums) {
    arm.revenue[currency] = withNumber(arm.revenue[currency] ?? noSpread, sum);
  }
}

/** Adds a part counted elsewhere. */
export function mergeArm(arm: ArmTally, part: ArmTally): void {
  arm.people += part.people;
  arm.opens += part.opens;
  arm.clicks += part.clicks;
  arm.conversions += part.conversions;
  for (const [currency, spread] of Object.entries(part.revenue)) {
    arm.revenue[currency] = together(arm.revenue[currency] ?? noSpread, spread);
  }
}

/** The sum of a currency over an arm. */
export const revenueOf = (arm: ArmTally, currency: string): number => {
  const spread: Spread = arm.revenue[currency] ?? noSpread;
  return spread.count * spread.mean;
};

/** The currency that most of the messages with revenue brought; undefined when none did. */
export function mainCurrency(arms: readonly ArmTally[]): string | undefined {
  const counts = new Map<string, number>();
  for (const { revenue } of arms) {
    for (const [currency, { count }] of Object.entries(revenue)) {
      counts.set(currency, (counts.get(currency) ?? 0) + count);
    }
  }
  // Of equals the first by name, so that the answer does not depend on the order of counting.
  const ranked = [...counts].sort(([a, left], [b, right]) => right - left || (a < b ? -1 : 1));
  return ranked[0]?.[0];
}

/** What of an arm a metric counts. */
export function successesOf(arm: ArmTally, metric: 'open' | 'click' | 'conversion'): number {
  switch (metric) {
    case 'open':
      return arm.opens;
    case 'click':
      return arm.clicks;
    case 'conversion':
      return arm.conversions;
  }
}
