import {
  contentOfWinner,
  winnerWaitMs,
} from '../../../domain/campaigns/message/message-content.ts';
import type { Run } from '../../../domain/campaigns/run.ts';
import { safetyNetMs } from '../../../domain/messaging/ledger.ts';
import type { Message } from '../../../domain/messaging/message.ts';
import { isoInstant } from '../../../domain/time/instant.ts';
import type { Ports } from '../../../ports/ports.ts';
import { moveMessage } from '../../../stores/messages.ts';

/**
 * Lets a row that waits for the winner of its run's experiment go out with it: what is answered is to
 * be handed out. As long as the winner is not known it is looked at every minute; while the campaign is
 * paused by nobody, until the walk of its resume.
 */
export async function wakeForWinner(
  row: Message,
  run: Run,
  { table, clock }: Pick<Ports, 'table' | 'clock'>,
): Promise<Message | undefined> {
  const now = clock.now();
  const isPaused = run.state === 'paused';
  const content = isPaused ? undefined : contentOfWinner(run, row);
  if (content === undefined) {
    const dueAt = isPaused ? undefined : isoInstant(now + winnerWaitMs);
    await moveMessage(table, row, { reason: 'experiment', dueAt });
    return undefined;
  }
  const dueAt = isoInstant(now + safetyNetMs);
  return moveMessage(table, row, { ...content, state: 'reserved', at: isoInstant(now), dueAt });
}
