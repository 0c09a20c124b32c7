import type { Device } from '../../../domain/profiles/profile.ts';
import { isoInstant } from '../../../domain/time/instant.ts';
import type { Ports } from '../../../ports/ports.ts';
import { nameOf } from '../../../runtime/error-name.ts';
import { logger } from '../../../runtime/observability.ts';
import { getDeviceOwners } from '../../../stores/device-owners.ts';
import { getProfile, profileWrites } from '../../../stores/profiles.ts';
import { timelineEntry } from '../../../stores/timeline.ts';

/** The devices of a person as they stand, without those that somebody else has signed in on since. */
export async function devicesOf(
  profileId: string,
  { table }: Pick<Ports, 'table'>,
): Promise<{ readonly own: readonly Device[]; readonly lost: readonly Device[] }> {
  const devices = (await getProfile(table, profileId))?.devices ?? [];
  const owners = await getDeviceOwners(table, devices);
  const isOwn = ({ token }: Device): boolean => (owners.get(token) ?? profileId) === profileId;
  return { own: devices.filter(isOwn), lost: devices.filter((device) => !isOwn(device)) };
}

const attempts = 8;

/**
 * Takes devices off a person, unless the app has come with them again since. What fails is only logged:
 * the next message finds out again.
 */
export async function removeDevices(
  profileId: string,
  gone: readonly Device[],
  ports: Pick<Ports, 'table' | 'clock' | 'ids'>,
): Promise<void> {
  try {
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
      if (await removed(profileId, gone, ports)) return;
    }
    logger.warn('devices-not-removed', { profileId, error: 'Contended' });
  } catch (error) {
    logger.warn('devices-not-removed', { profileId, error: nameOf(error) });
  }
}

async function removed(
  profileId: string,
  gone: readonly Device[],
  { table, clock, ids }: Pick<Ports, 'table' | 'clock' | 'ids'>,
): Promise<boolean> {
  const before = await getProfile(table, profileId);
  const isGone = ({ token, at }: Device): boolean =>
    gone.some((one) => one.token === token && one.at >= at);
  const leaving = before?.devices?.filter(isGone) ?? [];
  if (before === undefined || leaving.length === 0) return true;
  const at = isoInstant(clock.now());
  const devices = before.devices?.filter((device) => !isGone(device));
  const after = { ...before, devices, version: before.version + 1, updatedAt: at };
  const entries = leaving.map(({ platform }) =>
    timelineEntry({
      id: ids.next(),
      profileId,
      type: 'device.removed',
      occurredAt: at,
      recordedAt: at,
      data: { platform },
    }),
  );
  const result = await table.transact([...profileWrites(before, after), ...entries]);
  return result.kind === 'written';
}
