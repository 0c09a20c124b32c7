import * as z from 'zod';
import { normalisePhone } from '../../shared/domain/identity/identifier.ts';
import { inboundTextSchema, meaningOf } from '../../shared/domain/messaging/texts/inbound-text.ts';
import { recordReply } from '../../shared/flows/messaging/texts/record-reply.ts';
import { takeWord } from '../../shared/flows/messaging/texts/take-word.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { eachMessage } from '../../shared/runtime/each-message.ts';
import { logger } from '../../shared/runtime/observability.ts';
import { queueFunction } from '../../shared/runtime/queue-function.ts';
import { findOwners } from '../../shared/stores/identities.ts';
import { firstToldOf } from '../../shared/stores/inbound-texts.ts';
import { getProfile } from '../../shared/stores/profiles.ts';

/** What SNS puts around a message on its way to a queue. */
const envelopeSchema = z.looseObject({
  Message: z.string().transform((text, check) => {
    try {
      return inboundTextSchema.parse(JSON.parse(text));
    } catch {
      check.addIssue({ code: 'custom', message: 'is no text message' });
      return z.NEVER;
    }
  }),
  Timestamp: z.iso.datetime({ offset: true }).transform((text) => new Date(text).toISOString()),
});

/**
 * Texts that people sent to the company's number: STOP and START, or an answer. Each is recorded by its
 * own id, and every write may be repeated. Helping words are answered by the provider.
 */
export const handler = queueFunction(envelopeSchema, (messages, ports) =>
  eachMessage(messages, (body) => recordInboundText(body, ports)),
);

async function recordInboundText(
  { Message: text, Timestamp: told }: z.infer<typeof envelopeSchema>,
  ports: Ports,
): Promise<void> {
  const { table, clock } = ports;
  const number = normalisePhone(text.originationNumber, undefined);
  if (number === undefined) {
    logger.info('inbound-text-of-no-number', { inboundId: text.inboundMessageId });
    return;
  }
  const { inboundMessageId: id } = text;
  const at = await firstToldOf(table, id, { at: told, now: clock.now() });
  const owners = await findOwners(table, [{ kind: 'phone', value: number }]);
  const [owner] = owners.values();
  const found = owner === undefined ? undefined : await getProfile(table, owner);
  // The number may have been theirs before: then it says nothing about them.
  const profileId = found?.identifiers.phone === number ? found.id : undefined;
  const meaning = meaningOf(text.messageBody);
  if (meaning !== 'reply') {
    await takeWord({ word: meaning, number, profileId, at, text: id }, ports);
  } else if (profileId === undefined) {
    logger.info('inbound-text-of-nobody', { inboundId: id });
  } else {
    const { messageBody, previousPublishedMessageId: previous } = text;
    await recordReply({ profileId, id, at, previous, text: messageBody }, ports);
  }
}
