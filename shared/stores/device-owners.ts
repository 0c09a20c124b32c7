import * as z from 'zod';
import type { Device } from '../domain/profiles/profile.ts';
import type { Put, Table } from '../ports/table.ts';

/**
 * Whose a device is, in `marketing`: pk `device#<token>`, sk `-`. A device that somebody else signs in
 * on is theirs from then on: written with the profile that it comes to, read before it is sent to.
 */
const ownerSchema = z.object({ pk: z.string(), profileId: z.string() });
const prefix = 'device#';
const keyOf = (token: string) => ({ pk: `${prefix}${token}`, sk: '-' });

/** The claims of the devices that an input has brought to a person, or brought again. */
export const deviceClaims = (
  before: readonly Device[] | undefined,
  after: readonly Device[] | undefined,
  profileId: string,
): readonly Put[] =>
  before === after || after === undefined
    ? []
    : after
        .filter(({ token, at }) => !before?.some((one) => one.token === token && one.at >= at))
        .map(({ token }) => ({
          kind: 'put',
          table: 'marketing',
          item: { ...keyOf(token), profileId },
        }));

/** Whose these devices are, by token; strongly consistent. */
export async function getDeviceOwners(
  table: Table,
  devices: readonly Device[],
): Promise<ReadonlyMap<string, string>> {
  if (devices.length === 0) return new Map();
  const items = await table.batchGet(
    'marketing',
    devices.map(({ token }) => keyOf(token)),
  );
  return new Map(
    items.map((item) => {
      const { pk, profileId } = ownerSchema.parse(item);
      return [pk.slice(prefix.length), profileId];
    }),
  );
}
