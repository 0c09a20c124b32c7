import { quietPowertools } from '../../infra/local/powertools.ts';
import { openWorld, type World, type WorldOptions } from '../../infra/local/world.ts';

quietPowertools();

/** A Wednesday at noon in UTC: nothing in the calendar happens to be near. */
export const startOfWorld = '2026-11-25T12:00:00.000Z';

/**
 * The whole system in memory on a virtual clock, closed when the test's `using` ends. Its ids are the
 * same in every run: who falls into which arm, shard or sample is no matter of luck.
 */
export async function aWorld(
  options: Partial<WorldOptions> = {},
): Promise<World & AsyncDisposable> {
  // A folder may be opened again at the same instant: the same ids would come a second time.
  const isSeeded = options.directory === undefined && options.hostile === undefined;
  const seed = isSeeded ? { idSeed: 1 } : {};
  const world = await openWorld({ clock: startOfWorld, ...seed, ...options });
  return Object.assign(world, { [Symbol.asyncDispose]: () => world.close() });
}
