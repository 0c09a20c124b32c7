import * as z from 'zod';
import { canMove, type MessageChange } from '../messaging/ledger.ts';
import type { Message } from '../messaging/message.ts';

/**
 * What SNS writes to CloudWatch Logs about an SMS ("Example log for successful SMS delivery"). Only
 * what is used.
 */
const recordSchema = z.object({
  notification: z.object({
    messageId: z.string(),
    /** `2016-06-28 00:40:34.558`, in UTC. */
    timestamp: z.string(),
  }),
  delivery: z.object({
    providerResponse: z.string().optional(),
    priceInUSD: z.number().nonnegative().optional(),
    dwellTimeMs: z.number().nonnegative().optional(),
  }),
  status: z.enum(['SUCCESS', 'FAILURE']),
});

/** What a carrier said of an SMS. `at` is ISO. */
export type TextStatus = {
  readonly providerId: string;
  readonly delivered: boolean;
  /** The provider's words. */
  readonly detail: string;
  readonly at: string;
  /** What it cost, in US dollars as a decimal text; undefined: not said. */
  readonly price: string | undefined;
};

/** Undefined when the text is no record of an SMS. */
export function readTextStatus(text: string): TextStatus | undefined {
  const parsed = recordSchema.safeParse(parseJson(text));
  if (!parsed.success) return undefined;
  const { notification, delivery, status } = parsed.data;
  const sentAt = Date.parse(`${notification.timestamp.replace(' ', 'T')}Z`);
  if (Number.isNaN(sentAt)) return undefined;
  const { providerResponse = status, priceInUSD, dwellTimeMs = 0 } = delivery;
  return {
    providerId: notification.messageId,
    delivered: status === 'SUCCESS',
    detail: providerResponse,
    at: new Date(sentAt + dwellTimeMs).toISOString(),
    price: priceInUSD === undefined ? undefined : decimal(priceInUSD),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Prices have five digits behind the point. */
const decimal = (price: number): string => price.toFixed(8).replace(/\.?0+$/, '');

/** What a status changes about a message: forward only, and nothing when it has been told before. */
export function changeByStatus(status: TextStatus, message: Message): MessageChange | undefined {
  const { delivered, detail, at, price } = status;
  const state = delivered ? 'delivered' : 'rejected';
  const change: MessageChange = {
    ...(canMove(message.state, state) && { state, at, ...(!delivered && { reason: detail }) }),
    ...(price !== undefined &&
      message.cost?.amount !== price && { cost: { amount: price, currency: 'USD' } }),
  };
  return Object.keys(change).length === 0 ? undefined : change;
}
