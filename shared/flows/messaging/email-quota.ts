import type { KnownQuota } from '../../domain/messaging/sending-rate.ts';
import type { Ports } from '../../ports/ports.ts';
import { nameOf } from '../../runtime/error-name.ts';
import { logger } from '../../runtime/observability.ts';
import { getQuota, saveQuota } from '../../stores/sending-rates.ts';

/** How often the provider is asked, by all senders together, ms. */
const askEveryMs = 5 * 60_000;

/** How long an answer may take; whoever asked has failed by then, ms. */
const askingMs = 10_000;

/**
 * What the account may send, as last told: by one sender of all every five minutes. When the provider
 * does not say, the last known holds. Undefined: it never said, and its refusals alone limit.
 */
export async function currentQuota({
  table,
  email,
  clock,
}: Pick<Ports, 'table' | 'email' | 'clock'>): Promise<KnownQuota | 'being-asked' | undefined> {
  if (email.quota === undefined) return undefined;
  const now = clock.now();
  const stored = await getQuota(table);
  if (now - stored.triedAt < askEveryMs) {
    const isBeingAsked = now - stored.triedAt < askingMs && !stored.hasAnswer;
    return stored.known ?? (isBeingAsked ? 'being-asked' : undefined);
  }
  const asking = await saveQuota(table, stored, { triedAt: now, hasAnswer: false });
  if (asking === undefined) return stored.known ?? 'being-asked';
  try {
    const quota = await email.quota();
    const told = await saveQuota(table, asking, { triedAt: now, hasAnswer: true, quota });
    return told?.known ?? (quota && { ...quota, readAt: now });
  } catch (error) {
    logger.warn('sending-quota-unknown', { error: nameOf(error) });
    await saveQuota(table, asking, { triedAt: now, hasAnswer: true });
    return stored.known;
  }
}
