import type { Run } from '../../domain/campaigns/run.ts';
import type { EmailEvent } from '../../domain/deliverability/email-event.ts';
import { changeBy } from '../../domain/deliverability/feedback.ts';
import { countedAs } from '../../domain/deliverability/reputation-judgement.ts';
import { type Message, messageId } from '../../domain/messaging/message.ts';
import type { Ports } from '../../ports/ports.ts';
import { Throttled } from '../../ports/table.ts';
import { getMessages, moveMessage } from '../../stores/messages.ts';
import { moveCounted } from '../../stores/reputation-counts.ts';
import { getRun } from '../../stores/runs.ts';
import { judgeCampaign } from './judge-campaign.ts';

const maxAttempts = 20;

/**
 * Records a bounce for good or a complaint: the row moves and the launch's count with it, once however
 * often it is told. Then the campaign is judged.
 */
export async function countFeedback(
  event: EmailEvent,
  message: Message,
  ports: Pick<Ports, 'table' | 'queue' | 'clock' | 'settings'>,
): Promise<void> {
  const run = await getRun(ports.table, message.run);
  await moveAndCount(event, { message, run }, ports);
  if (run !== undefined) await judgeCampaign(run, ports);
}

async function moveAndCount(
  event: EmailEvent,
  { message, run }: { readonly message: Message; readonly run: Run | undefined },
  { table }: Pick<Ports, 'table'>,
): Promise<void> {
  let row = message;
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const change = changeBy(event, row);
    if (change === undefined) return;
    const as = countedAs(event, row, change.state);
    const moved =
      as === undefined || run === undefined
        ? await moveMessage(table, row, change)
        : await moveCounted(table, row, { change, as, launch: run });
    if (moved !== undefined) return;
    const [newer] = await getMessages(table, [messageId(row)]);
    if (newer === undefined) throw new Error('A row of the ledger vanished.');
    row = newer;
  }
  throw new Throttled('A row of the ledger keeps changing.');
}
