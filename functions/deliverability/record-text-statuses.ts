import { gunzipSync } from 'node:zlib';
import * as z from 'zod';
import {
  changeByStatus,
  readTextStatus,
  type TextStatus,
} from '../../shared/domain/deliverability/text-status.ts';
import { messageId } from '../../shared/domain/messaging/message.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { logger } from '../../shared/runtime/observability.ts';
import { plainFunction } from '../../shared/runtime/plain-function.ts';
import { findDelivery } from '../../shared/stores/inbound-texts.ts';
import { recordMessageEvent } from '../../shared/stores/message-entries.ts';
import { getMessages, updateMessage } from '../../shared/stores/messages.ts';

const logsSchema = z.object({ logEvents: z.array(z.object({ message: z.string() })) });

/** Lines of CloudWatch Logs as a subscription hands them over: JSON, packed. */
const eventSchema = z.object({
  awslogs: z.object({
    data: z.string().transform((packed, check) => {
      try {
        return logsSchema.parse(JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString()));
      } catch {
        check.addIssue({ code: 'custom', message: 'is not what CloudWatch Logs hands over' });
        return z.NEVER;
      }
    }),
  }),
});

/**
 * What carriers say of SMS, which SNS writes to CloudWatch Logs by its own message id. Each write may be
 * repeated. An id that is not known may be told of before its sender has written it: then Lambda is to
 * call again; later it is of an SMS that others of the account sent.
 */
export const handler = plainFunction(eventSchema, async ({ awslogs }, ports) => {
  let early = 0;
  for (const { message: line } of awslogs.data.logEvents) {
    const status = readTextStatus(line);
    if (status === undefined) logger.warn('text-status-unreadable');
    else if (!(await recordStatus(status, ports)) && isFresh(status, ports)) early += 1;
  }
  if (early > 0) throw new Error(`${early} statuses came before their messages.`);
});

const freshMs = 2 * 60_000;
const isFresh = ({ at }: TextStatus, { clock }: Ports): boolean =>
  Date.parse(at) + freshMs > clock.now();

/** Whether the message of a status is known. */
async function recordStatus(status: TextStatus, ports: Ports): Promise<boolean> {
  const id = await findDelivery(ports.table, status.providerId);
  const [message] = id === undefined ? [] : await getMessages(ports.table, [id]);
  if (message === undefined) return false;
  const { delivered, detail, at: occurredAt } = status;
  await recordMessageEvent(
    message,
    delivered
      ? { type: 'message.delivered', occurredAt, distinction: '' }
      : { type: 'message.rejected', occurredAt, distinction: '', data: { detail } },
    ports,
  );
  if (!delivered) logger.info('text-not-delivered', { ledgerId: messageId(message) });
  await updateMessage(ports.table, message, (row) => changeByStatus(status, row));
  return true;
}
