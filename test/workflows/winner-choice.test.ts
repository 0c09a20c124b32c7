import { describe, expect, it } from 'vitest';
import type { World } from '../../infra/local/world.ts';
import type { Run } from '../../shared/domain/campaigns/run.ts';
import type { Message } from '../../shared/domain/messaging/message.ts';
import { decideWinner } from '../../shared/flows/campaigns/experiments/decide-winner.ts';
import { updateMessage } from '../../shared/stores/messages.ts';
import { getRun, saveRun } from '../../shared/stores/runs.ts';
import { aRun, handOver, ledgerOf, reserve, somePeople, standing } from '../support/messaging.ts';
import { aWorld } from '../support/world.ts';

const experiment = {
  variants: [
    { id: 'short', template: 'spring' },
    { id: 'long', template: 'spring' },
  ],
  test: { share: 0.5, metric: 'click', wait: 'PT4H' },
};

const aTest = (world: World): Promise<Run> =>
  aRun(world, { definition: { message: { channel: 'email' }, experiment } });

/** Sixty people who were sent a variant in turns; all of the long one clicked, and one of the short one. */
async function tried(world: World, run: Run): Promise<void> {
  const at = world.now();
  const people = await somePeople(world, 60);
  const rows = await reserve(world, run, people, { template: 'spring' });
  const change = (row: Message, index: number) => {
    const variant = index % 2 === 0 ? 'short' : 'long';
    const hasClicked = variant === 'long' || index === 0;
    const clicked = hasClicked ? { clickedAt: at } : {};
    return row.state === 'reserved'
      ? ({ state: 'claimed', variant, at } as const)
      : ({ state: 'accepted', at, ...clicked } as const);
  };
  for (const [index, row] of rows.entries()) {
    const claimed = await updateMessage(world.ports.table, row, once(row, index, change));
    await updateMessage(world.ports.table, claimed, once(claimed, index, change));
  }
}

/** A change of this very row, asked for no second time. */
const once =
  <Change>(row: Message, index: number, change: (row: Message, index: number) => Change) =>
  (found: Message): Change | undefined =>
    found.revision === row.revision ? change(found, index) : undefined;

describe('the choice of a winner', () => {
  it.each([
    ['in one go', 600_000, 1],
    ['a few shards at a time, as far as an invocation gets', 0, 4],
  ])('counts everybody once %s, and is made once', async (_, timeLeftMs, times) => {
    await using world = await aWorld();
    const begun = await aTest(world);
    await tried(world, begun);
    const due = await saveRun(world.ports.table, begun, { decisionAt: world.now() });
    let run: Run | undefined = due;
    for (let time = 1; time <= times; time += 1) {
      expect(run?.winner).toBeUndefined();
      if (run !== undefined) {
        await decideWinner(run, { ...world.ports, timeLeftMs: () => timeLeftMs });
      }
      run = await getRun(world.ports.table, begun.id);
    }
    expect(run?.count).toBeUndefined();
    expect(run?.winner).toMatchObject({
      variant: 'long',
      enough: true,
      arms: [
        { variant: 'short', people: 30, successes: 1 },
        { variant: 'long', people: 30, successes: 30 },
      ],
    });
    // Who began with it at the same moment finds that it is made.
    if (due === undefined) throw new Error('The run was not saved.');
    const late = await decideWinner(due, { ...world.ports, timeLeftMs: () => 600_000 });
    expect(late).toBeUndefined();
  });

  it('is waited for by every row that has no variant, wherever it comes from', async () => {
    await using world = await aWorld();
    const run = await aTest(world);
    const [person] = await somePeople(world, 1);
    const people = person === undefined ? [] : [person];
    await handOver(world, await reserve(world, run, people, { template: 'spring' }));
    await world.settle();
    expect(world.outbox()).toEqual([]);
    expect(standing(await ledgerOf(world, run))).toEqual(['deferred(experiment)']);
  });
});
