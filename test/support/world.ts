import { quietPowertools } from '../../infra/local/powertools.ts';
import { openWorld, type World, type WorldOptions } from '../../infra/local/world.ts';

quietPowertools();

/** A Wednesday at noon in UTC: nothing in the calendar happens to be near. */
export const startOfWorld = '2026-11-25T12:00:00.000Z';

/** The whole system in memory on a virtual clock, closed when the test's `using` ends. */
export async function aWorld(
  options: Partial<WorldOptions> = {},
): Promise<World & AsyncDisposable> {
  const world = await openWorld({ clock: startOfWorld, ...options });
  return Object.assign(world, { [Symbol.asyncDispose]: () => world.close() });
}
