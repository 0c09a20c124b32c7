/** A value below which so many of a hundred lie, of values in ascending order; 0 of none. */
export function percentile(ascending: readonly number[], percent: number): number {
  const position = Math.ceil((percent / 100) * ascending.length) - 1;
  return ascending[Math.max(0, position)] ?? 0;
}

/** By how much `y` grows when `x` grows by one: the least squares' line. 0 where there is none. */
export function slopeOf(points: readonly { readonly x: number; readonly y: number }[]): number {
  const mean = (of: (point: { x: number; y: number }) => number): number =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [meanX, meanY] = [mean(({ x }) => x), mean(({ y }) => y)];
  const square = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  if (points.length < 2 || square === 0) return 0;
  return points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0) / square;
}
