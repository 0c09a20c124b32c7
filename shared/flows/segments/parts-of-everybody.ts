import { stableHash } from '../../domain/identity/hash.ts';
import type { Ports } from '../../ports/ports.ts';
import { whenFree } from '../../runtime/when-free.ts';
import { scanProfiles } from '../../stores/profiles.ts';

export type ProfilePage = Awaited<ReturnType<typeof scanProfiles>>;
export type ScanPart = (scan: Parameters<typeof scanProfiles>[1]) => Promise<ProfilePage>;

/** Whoever writes at the same time comes first: what the tables turn away is asked again, not given up. */
export const scanPatiently =
  ({ table, clock }: Pick<Ports, 'table' | 'clock'>): ScanPart =>
  (part) =>
    whenFree(() => scanProfiles(table, part), clock);

/** So few parts that each is worth a request, and so many that a part is a small share of the people. */
const fewestPartsOfAll = 16;
const mostParts = 2 ** 19;
const peopleOfPage = 500;

/** How many parts of so many people to look at everybody in, by a guess at how many people there are. */
export async function partsFor(
  peopleOfPart: number,
  scan: ScanPart,
  seed: string,
): Promise<number> {
  const coarse = await guessPeople(scan, { parts: 4096, looks: 4, seed });
  const better = await betterGuess(coarse, scan, seed);
  // More than a page in each of half a million parts: as many parts as there can be.
  const people = better.isWhole ? better.people : Number.POSITIVE_INFINITY;
  const parts = 2 ** Math.round(Math.log2(Math.max(1, people / peopleOfPart)));
  return Math.min(mostParts, Math.max(fewestPartsOfAll, parts));
}

type Guess = {
  /** About how many there are in all. */
  readonly people: number;
  /** People looked at. */
  readonly found: number;
  /** Whether each part looked at fits a page; if not, there are more than `people`. */
  readonly isWhole: boolean;
};

/** Fewer people than this say little of how many there are: of 30 the guess is off by a fifth, of 2 by most of it. */
const fewestToGuessBy = 30;

async function betterGuess(guess: Guess, scan: ScanPart, seed: string): Promise<Guess> {
  if (!guess.isWhole) {
    const fine = await guessPeople(scan, { parts: mostParts, looks: 8, seed });
    return { ...fine, people: Math.max(guess.people, fine.people) };
  }
  if (guess.found >= fewestToGuessBy) return guess;
  const wide = await guessPeople(scan, { parts: 64, looks: 4, seed });
  return wide.isWhole ? wide : { ...guess, people: Math.max(guess.people, wide.people) };
}

/** How many people there are by a look at a few parts. */
async function guessPeople(
  scan: ScanPart,
  { parts, looks, seed }: { readonly parts: number; readonly looks: number; readonly seed: string },
): Promise<Guess> {
  const pages = await Promise.all(
    Array.from({ length: looks }, (_, look) =>
      scan({
        segment: stableHash(`${seed}#guess${look}`) % parts,
        segments: parts,
        after: null,
        limit: peopleOfPage,
      }),
    ),
  );
  const found = pages.reduce((sum, { profiles }) => sum + profiles.length, 0);
  // A page ends at its limit, and at 1 MB: people of whom much is known are fewer.
  const isCut = pages.some(({ profiles, after }) => after !== null && profiles.length > 0);
  return { people: (found / looks) * parts, found, isWhole: !isCut };
}
