import { compared, decimal, inWindow, read, type Seen, type Words } from './naive-words.ts';

/** The names of the map, by recency (rows, 5 first) and frequency with money (columns, 1 first). */
const map = [
  ['New', 'Potential loyalists', 'Potential loyalists', 'Champions', 'Champions'],
  ['Promising', 'Potential loyalists', 'Potential loyalists', 'Loyal', 'Loyal'],
  ['About to sleep', 'About to sleep', 'Need attention', 'Loyal', 'Loyal'],
  ['Hibernating', 'Hibernating', 'At risk', 'At risk', 'At risk'],
  ['Lost', 'Hibernating', 'At risk', 'Cannot lose', 'Cannot lose'],
];

/** Scores 1 to 5 by how many borders between the fifths lie below; only customers have them. */
export function rfm(words: Words, seen: Seen): boolean {
  const { settings, cuts } = seen.around.rfm ?? {};
  if (settings === undefined || cuts === undefined) return false;
  const { event, value, currency, within } = settings;
  const where = [{ property: 'currency', equals: currency }];
  const leaf = { did: event, ...(within && { within }), ...(currency && { where }) };
  const orders = inWindow(leaf, seen);
  const last = orders.at(-1);
  if (last === undefined) return false;
  const money = orders
    .map(({ properties }) => decimal(read(properties, value)))
    .reduce((sum, amount) => sum + amount, 0n);
  const below = (borders: readonly number[], amount: bigint): number =>
    borders.filter((border) => decimal(border) < amount).length;
  const recency = 5 - below(cuts.recencyMs, decimal(seen.now - last.at));
  const frequency = 1 + below(cuts.frequency, decimal(orders.length));
  const monetary = 1 + below(cuts.monetary, money);
  const wanted = words['rfm'];
  if (typeof wanted === 'string') {
    const together = Math.floor((frequency + monetary + 1) / 2);
    return map[5 - recency]?.[together - 1] === wanted;
  }
  const scores = { recency, frequency, monetary };
  const bounds = wanted as Readonly<Record<keyof typeof scores, Words | undefined>>;
  return (['recency', 'frequency', 'monetary'] as const).every((score) =>
    compared(decimal(scores[score]), bounds[score] ?? {}),
  );
}
