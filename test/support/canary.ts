import { vi } from 'vitest';
import type { World } from '../../infra/local/world.ts';
import { canaryId } from '../../shared/domain/canary/canary.ts';
import type { Item } from '../../shared/ports/table.ts';

const poster = 'functions/canary/post-canary.ts';

/** What the schedule does every five minutes; whether the lead was accepted. */
export async function postCanary(world: World, firing = world.now()): Promise<boolean> {
  const posted = world.invoke(poster, { scheduledAt: firing });
  return posted.then(
    () => true,
    () => false,
  );
}

/** As a hostile world's clients do: what was too busy is posted again. */
export async function postCanaryAtLast(world: World, firing = world.now()): Promise<void> {
  for (let attempt = 0; !(await postCanary(world, firing)); attempt += 1) {
    if (attempt === 20) throw new Error('The canary is not accepted.');
  }
  await world.settle();
}

/** The latencies, in ms, of the canary's leads that are heard while this is used. */
export async function canaryEar() {
  const { metrics } = await import('../../shared/runtime/observability.ts');
  const spy = vi.spyOn(metrics, 'addMetric');
  return {
    heard: (): readonly number[] =>
      spy.mock.calls.flatMap(([name, , value]) => (name === 'CanaryLatency' ? [value] : [])),
    [Symbol.dispose]: () => spy.mockRestore(),
  };
}

/** What is stored of the canary, as no port of the product shows it. */
export async function storedCanary({ ports }: World): Promise<Item> {
  const item = await ports.table.get('profiles', { pk: canaryId });
  if (item === undefined) throw new Error('The canary is not stored.');
  return item;
}

export const canaryEntries = async (world: World) =>
  (await world.ports.table.query('timeline', { pk: canaryId, consistent: true })).items;
