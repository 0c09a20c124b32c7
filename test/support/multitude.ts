import type { AroundPorts } from '../../infra/local/load-functions.ts';
import type { World } from '../../infra/local/world.ts';
import type { Page, Scan, Table } from '../../shared/ports/table.ts';
import { newProfile, profileWrites } from '../../shared/stores/profiles.ts';

const cities = ['Riga', 'Oslo', 'Rome'];
const atOnce = 100;

/** So many people of three cities in turns, stored as they are: nobody has told of them. `from`: the first one's number. */
export async function aMultitude(
  world: World,
  count: number,
  from = 0,
): Promise<readonly string[]> {
  const { table } = world.ports;
  const ids = Array.from({ length: count }, (_, n) => `p-${String(from + n).padStart(5, '0')}`);
  const writes = ids.flatMap((id, n) => {
    const before = newProfile(id, world.clock.now());
    const city = cities[(from + n) % cities.length] ?? '';
    const { createdAt } = before;
    return profileWrites(before, {
      ...before,
      version: 1,
      attributes: { city },
      updatedAt: createdAt,
    });
  });
  for (let at = 0; at < writes.length; at += atOnce) {
    const result = await table.transact(writes.slice(at, at + atOnce));
    if (result.kind !== 'written') throw new Error(result.kind);
  }
  return ids;
}

/** Stands behind every page of people that a pass reads. */
export const afterScans =
  (look: (scan: Scan, page: Page) => Promise<void>): AroundPorts =>
  (row, ports) => {
    if (row.file !== 'functions/segments/pass-over-profiles.ts') return ports;
    const { table } = ports;
    const watched: Table = {
      get: (...of) => table.get(...of),
      batchGet: (...of) => table.batchGet(...of),
      query: (...of) => table.query(...of),
      due: (...of) => table.due(...of),
      write: (...of) => table.write(...of),
      transact: (...of) => table.transact(...of),
      scan: async (name, scan) => {
        const page = await table.scan(name, scan);
        await look(scan, page);
        return page;
      },
    };
    return { ...ports, table: watched };
  };
