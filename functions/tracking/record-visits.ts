import {
  isAutomated,
  isEcho,
  isKnown,
  judgeAfterSeconds,
  judgedChange,
  provesTaken,
  type Visit,
  visitChange,
} from '../../shared/domain/messaging/links/visits.ts';
import type { Message } from '../../shared/domain/messaging/message.ts';
import { type Visited, visitedSchema } from '../../shared/flows/messaging/links/link-visit.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { eachMessage } from '../../shared/runtime/each-message.ts';
import { logger } from '../../shared/runtime/observability.ts';
import { queueFunction } from '../../shared/runtime/queue-function.ts';
import { recordReaction } from '../../shared/stores/contacts.ts';
import { recordMessageEvent, recordSent } from '../../shared/stores/message-entries.ts';
import { getMessages, updateMessage } from '../../shared/stores/messages.ts';

/**
 * Visits of links. Each is written on its message's row at once, and judged when those around it are
 * there too: then it goes to the timeline and the bus as a person's click or a machine's. Each write
 * may be repeated, so a visit that is told twice, late or out of order counts once.
 */
export const handler = queueFunction(visitedSchema, (messages, ports) =>
  eachMessage(messages, async (visited) => {
    const [row] = await getMessages(ports.table, [visited.message]);
    if (row === undefined) {
      logger.info('visit-of-unknown-message', { ledgerId: visited.message });
      return;
    }
    if (visited.kind === 'visit') await recordVisit(visited, row, ports);
    else await judgeVisit(visited, row, ports);
  }),
);

const visitOf = ({ link, at, automated }: Visited): Visit => ({
  link,
  at,
  ...(automated && { automated: true as const }),
});

async function recordVisit(visited: Visited, row: Message, ports: Ports): Promise<void> {
  const visit = visitOf(visited);
  if (provesTaken(row)) await recordSent(row, ports);
  const after = await updateMessage(ports.table, row, (found) => visitChange(found, visit));
  // A row that is full has told enough.
  if (!isKnown(after.visits, visit)) return;
  const body: Visited = { ...visited, kind: 'judgement' };
  await ports.queue.send('link-visits', [{ body, delaySeconds: judgeAfterSeconds }]);
}

async function judgeVisit(visited: Visited, row: Message, ports: Ports): Promise<void> {
  const { link, links, url, at } = visited;
  const { table, clock } = ports;
  const visits = row.visits ?? [];
  const automated = isAutomated(visitOf(visited), visits, { links });
  const clicked = {
    type: 'message.clicked',
    occurredAt: at,
    distinction: `visit ${link}`,
    data: { automated, link: url },
  } as const;
  if (!isEcho(visitOf(visited), visits, { links })) await recordMessageEvent(row, clicked, ports);
  await updateMessage(table, row, (found) => judgedChange(found, { links, now: clock.now() }));
  if (!automated) await recordReaction(table, row.profileId, { channel: row.channel, at });
}
