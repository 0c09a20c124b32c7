/** The share of a limit from which on somebody is told: time enough to ask AWS for more. */
const nearShare = 0.8;

export function near(used: number, limit: number): 'far' | 'near' | 'over' {
  if (used >= limit) return 'over';
  return used >= limit * nearShare ? 'near' : 'far';
}
