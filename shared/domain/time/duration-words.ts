const shape =
  /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;
const units = ['year', 'month', 'week', 'day', 'hour', 'minute', 'second'];

/** A duration as people say it, in the units it was written in: "90 days", "1 year 6 months". */
export const durationWords = (text: string): string =>
  partsOf(text)
    .map(({ count, unit }) => `${count} ${unit}${count === 1 ? '' : 's'}`)
    .join(' ');

/** Two durations before now, the longer first: "between 13 and 11 months ago". */
export function betweenWords([longer, shorter]: readonly [string, string]): string {
  const [one, ...more] = partsOf(longer);
  const [other, ...others] = partsOf(shorter);
  const isPlain = more.length === 0 && others.length === 0;
  const first =
    isPlain && one !== undefined && one.unit === other?.unit ? one.count : durationWords(longer);
  return `between ${first} and ${durationWords(shorter)} ago`;
}

function partsOf(text: string): { readonly count: number; readonly unit: string }[] {
  const [, ...counts] = shape.exec(text) ?? [];
  return units.flatMap((unit, index) => {
    const count = Number(counts[index] ?? 0);
    return count > 0 ? [{ count, unit }] : [];
  });
}
