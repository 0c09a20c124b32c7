import { stableHash } from '../identity/hash.ts';

/** A number of people, and how far off it may be at 95 % confidence; 0 when everybody was counted. */
export type Estimate = { readonly size: number; readonly error: number };

/** Student's t at 97.5 % by degrees of freedom, from 1; beyond the table it is nearly the normal's. */
const quantiles = [12.71, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228];
const normalQuantile = 1.96;

const quantile = (freedom: number): number =>
  quantiles[freedom - 1] ?? normalQuantile + 2.6 / freedom;

/**
 * How many there are in all `parts`, from the counts of those that were looked at: the mean per part
 * times the parts, its error from the variance between parts, less what was looked at already
 * (Cochran, "Sampling Techniques", 3rd ed. 1977, sections 2.5 to 2.8 and 9.2: parts are clusters).
 * Where nobody was found, 3 of those looked at might have been (the rule of three: Hanley and
 * Lippman-Hand, JAMA 249, 1983). Needs two parts, or all.
 */
export function estimateSize(parts: number, counts: readonly number[]): Estimate {
  const looked = counts.length;
  const found = counts.reduce((sum, count) => sum + count, 0);
  if (looked >= parts) return { size: found, error: 0 };
  if (looked < 2) throw new RangeError('One part says nothing about how parts differ.');
  const mean = found / looked;
  const spread = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / (looked - 1);
  // People fall into parts by chance, which alone makes counts vary by their mean (Poisson).
  const variance = Math.max(spread, mean);
  const unseen = 1 - looked / parts;
  const scale = parts / looked;
  const error =
    found === 0
      ? 3 * scale * unseen
      : quantile(looked - 1) * parts * Math.sqrt((unseen * variance) / looked);
  return { size: Math.round(found * scale), error: Math.ceil(error) };
}

/** The numbers 0 to `count` - 1 in an order that a seed decides, made as it is read (Fisher and Yates). */
export function* shuffled(count: number, seed: string): Generator<number, void, undefined> {
  const moved = new Map<number, number>();
  for (let at = 0; at < count; at += 1) {
    const other = at + (stableHash(`${seed}#${at}`) % (count - at));
    yield moved.get(other) ?? other;
    moved.set(other, moved.get(at) ?? at);
    moved.delete(at);
  }
}
