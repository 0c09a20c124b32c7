import { describe, expect, it } from 'vitest';
import { runShards } from '../../shared/domain/campaigns/run.ts';
import { advanceRun } from '../../shared/flows/campaigns/advance-run.ts';
import { getRun } from '../../shared/stores/runs.ts';
import { aRun, handOver, reserve, somePeople } from '../support/messaging.ts';
import { aWorld } from '../support/world.ts';

describe('a run with more rows than one invocation can go through', () => {
  it('is completed by several, each going on where the last one stopped', async () => {
    await using world = await aWorld();
    const begun = await aRun(world);
    await handOver(world, await reserve(world, begun, await somePeople(world, 40)));
    await world.settle();
    const { table } = world.ports;
    const now = world.now();
    for (let shard = 1; shard < runShards; shard += 1) {
      const run = await getRun(table, begun.id);
      if (run === undefined) throw new Error('The run is gone.');
      await advanceRun(run, { ...world.ports, timeLeftMs: () => 0 });
      // Due at once: it did not wait for anybody.
      const state = { state: 'running', closedShards: shard, checks: 0, dueAt: now };
      expect(await getRun(table, begun.id)).toMatchObject(state);
    }
    const last = await getRun(table, begun.id);
    if (last === undefined) throw new Error('The run is gone.');
    await advanceRun(last, { ...world.ports, timeLeftMs: () => 0 });
    expect(await getRun(table, begun.id)).toMatchObject({ state: 'completed' });
  });
});
