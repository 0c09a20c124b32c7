import { fromLocal } from '../time/zone.ts';

/** Where a day begins first: a schedule of local times fires when this zone reads them. */
export const firstZone = 'Pacific/Kiritimati';

/** Where it begins last; nobody lives there, but ships and programs use it. */
export const lastZone = 'Etc/GMT+12';

const known = new Map<number, readonly number[]>();
const knownAtMost = 50;

/**
 * The instants, ascending, at which the wall clock reads `local` (ms on that clock) anywhere: about 40,
 * from UTC+14 to UTC-12. A campaign for local times looks at its audience once at each.
 */
export function wavesOf(local: number): readonly number[] {
  const found = known.get(local);
  if (found !== undefined) return found;
  const zones = [...Intl.supportedValuesOf('timeZone'), lastZone];
  const instants = new Set(zones.map((zone) => fromLocal(local, zone)));
  const waves = [...instants].sort((left, right) => left - right);
  if (known.size >= knownAtMost) known.clear();
  known.set(local, waves);
  return waves;
}

/** The one wave that takes a person whose own instant is `planned`: the first not before it, else the last. */
export const waveOf = (planned: number, waves: readonly number[]): number | undefined =>
  waves.find((wave) => wave >= planned) ?? waves.at(-1);
