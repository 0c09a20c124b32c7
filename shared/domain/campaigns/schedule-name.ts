import { stableHash } from '../identity/hash.ts';

/** What a campaign's schedule is called. The scheduler's names are up to 64 long, as campaign ids are. */
export function scheduleName(campaign: string): string {
  const name = `campaign-${campaign}`;
  return name.length <= 64 ? name : `${name.slice(0, 55)}-${stableHash(campaign).toString(16)}`;
}
