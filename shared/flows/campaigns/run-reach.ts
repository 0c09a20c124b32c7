import type { Run } from '../../domain/campaigns/run.ts';
import type { Ports } from '../../ports/ports.ts';
import type { Part } from '../../stores/runs.ts';

/** What work on a run may reach. */
export type RunReach = Pick<Ports, 'table' | 'queue' | 'schedules' | 'clock' | 'settings'> & {
  /** Of this invocation. */
  readonly timeLeftMs: () => number;
};

/** Hands out parts of the audience; a part that is handed out twice is worked on once. */
export async function sendParts(
  run: Pick<Run, 'id'>,
  parts: readonly Part[],
  { queue }: Pick<Ports, 'queue'>,
): Promise<void> {
  if (parts.length === 0) return;
  await queue.send(
    'audiences',
    parts.map((part) => ({ body: { run: run.id, ...part }, group: run.id })),
  );
}
