import { expect, it } from 'vitest';
import { lambdaContext } from '../../infra/local/lambda-context.ts';
import { functions } from '../../infra/manifest.ts';
import { workThroughSlot } from '../../shared/flows/time/due-worker.ts';
import type { QueueMessage } from '../../shared/ports/queue.ts';
import { dueKinds } from '../../shared/stores/due-slots.ts';
import { aWorld } from '../support/world.ts';

const sweep = 'functions/time/sweep-due-slots.ts';
const minuteMs = 60_000;
const dayMs = 86_400_000;

it('a backlog too long for one worker is handed on once, goes on where it was left, and the tick keeps out', async () => {
  await using world = await aWorld();
  const { table, clock } = world.ports;
  const backlog = Array.from({ length: 150 }, (_, n) => `late#${n}`);
  for (const [n, pk] of backlog.entries()) {
    const dueAt = new Date(clock.now() - dayMs + n * minuteMs).toISOString();
    const item = { pk, sk: '-', dueSlot: 'run#0', dueAt };
    await table.write({ kind: 'put', table: 'marketing', item });
  }
  const row = functions.find(({ file }) => file === 'functions/campaigns/run-campaign.ts');
  if (row === undefined) throw new Error('The worker is not in the manifest.');
  const worked: string[] = [];
  const handedOn: QueueMessage[] = [];
  const send = async (_: unknown, messages: readonly QueueMessage[]): Promise<void> => {
    handedOn.push(...messages);
  };
  const workFor = (remainingMs: number): Promise<void> =>
    workThroughSlot(
      { name: 'run#0', kind: dueKinds.runs },
      { table, clock, queue: { send } },
      { ...lambdaContext(row), getRemainingTimeInMillis: () => remainingMs },
      async (keys) => {
        for (const key of keys) {
          worked.push(key.pk);
          await table.write({ kind: 'delete', table: 'marketing', key });
        }
      },
    );
  await workFor(10_000);
  expect([worked.length, handedOn]).toEqual([100, [{ body: { slot: 'run#0' } }]]);
  expect(await world.invoke(sweep, {})).toEqual({ enqueued: 0 });
  await workFor(minuteMs);
  expect(worked).toEqual(backlog);
  expect(handedOn).toHaveLength(1);
});
