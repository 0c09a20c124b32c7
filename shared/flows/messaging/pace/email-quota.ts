import type { KnownQuota, SendingQuota } from '../../../domain/messaging/pace/sending-rate.ts';
import type { Ports } from '../../../ports/ports.ts';
import { nameOf } from '../../../runtime/error-name.ts';
import { insist } from '../../../runtime/insist.ts';
import { logger } from '../../../runtime/observability.ts';
import { getQuota, saveQuota } from '../../../stores/sending-rates.ts';

/** How often the provider is asked, by all senders together, ms. */
const askEveryMs = 5 * 60_000;

/** How long an answer may take; whoever asked has failed by then, ms. */
const askingMs = 10_000;

/**
 * What the account may send, as last told: by one sender of all every five minutes. When the provider
 * does not say, the last known holds. Undefined: it never said, and its refusals alone limit.
 */
export async function currentQuota(
  ports: Pick<Ports, 'table' | 'email' | 'clock'>,
): Promise<KnownQuota | 'being-asked' | undefined> {
  const { table, email, clock } = ports;
  if (email.quota === undefined) return undefined;
  const now = clock.now();
  const stored = await getQuota(table);
  const { triedAt, hasAnswer, known } = stored;
  // Who was cut off while asking is made up for.
  if (now - triedAt < (hasAnswer ? askEveryMs : askingMs)) {
    return known ?? (hasAnswer ? undefined : 'being-asked');
  }
  const asking = await saveQuota(table, stored, { triedAt: now, hasAnswer: false });
  if (asking === undefined) return known ?? 'being-asked';
  const quota = await ask(email);
  const answer = { triedAt: now, hasAnswer: true, quota };
  const told = await insist(ports, () => saveQuota(table, asking, answer));
  return told === undefined ? (known ?? 'being-asked') : told.known;
}

async function ask(email: Ports['email']): Promise<SendingQuota | undefined> {
  try {
    return await email.quota?.();
  } catch (error) {
    logger.warn('sending-quota-unknown', { error: nameOf(error) });
    return undefined;
  }
}
