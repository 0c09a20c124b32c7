import { epochStanding } from '../../../domain/campaigns/epoch.ts';
import { isoInstant } from '../../../domain/time/instant.ts';
import type { Ports } from '../../../ports/ports.ts';
import { count, logger } from '../../../runtime/observability.ts';
import { Problem } from '../../../runtime/problem.ts';
import { getEpoch, saveEpoch } from '../../../stores/epochs.ts';

type Reach = Pick<Ports, 'table' | 'clock' | 'settings'>;

const maxAttempts = 10;

/**
 * Whether the data belong to the life of the tables this function works on. Those of a restored backup
 * do not: it has forgotten what was sent since. Whoever finds that first lets their adoption begin.
 */
export async function epochOf({
  table,
  clock,
  settings,
}: Reach): Promise<'own' | 'adopting' | 'stale'> {
  const own = settings.epoch;
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const found = await getEpoch(table);
    if (found === undefined) {
      const first = { epoch: own, adoptedAt: undefined, adoption: undefined, revision: 1 };
      if ((await saveEpoch(table, first)) !== undefined) return 'own';
      continue;
    }
    const standing = epochStanding(found, own, clock.now());
    if (standing !== 'foreign') return standing;
    const at = isoInstant(clock.now());
    const adoption = { epoch: own, at, place: { step: 'campaigns', after: null } } as const;
    const begun = { ...found, adoption, revision: found.revision + 1 };
    if ((await saveEpoch(table, begun)) === undefined) continue;
    logger.warn('backup-restored', { from: found.epoch, to: own });
    count('BackupsRestored', 1);
    return 'adopting';
  }
  throw new Error('The epoch changes too fast to be read.');
}

/**
 * Asked by whatever sends or starts something, once for a batch. False while a restored backup is adopted:
 * what has come is let go of, for rows, runs and enrolments stand in the tables, where the adoption closes
 * them, and what was planned to start is looked at again by its campaign.
 */
export async function mayGoOut(reach: Reach): Promise<boolean> {
  const epoch = await epochOf(reach);
  if (epoch === 'stale') throw new Error('This is for the functions of the next deployment.');
  if (epoch === 'adopting') logger.warn('nothing-goes-out', { epoch });
  return epoch === 'own';
}

/** Refuses what would let a campaign send while its data are being adopted. */
export async function requireOwnEpoch(reach: Reach): Promise<void> {
  if ((await epochOf(reach)) === 'own') return;
  throw new Problem(
    409,
    'The data were put back from a backup, and every campaign is being paused: try again in some minutes.',
  );
}
