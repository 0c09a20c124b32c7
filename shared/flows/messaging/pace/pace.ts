import type { Run } from '../../../domain/campaigns/run.ts';
import { shardOf } from '../../../domain/identity/hash.ts';
import {
  bucketsOf,
  type KnownQuota,
  slowed,
  takeRate,
} from '../../../domain/messaging/pace/sending-rate.ts';
import type { SendingPolicy } from '../../../domain/messaging/policy/sending-policy.ts';
import type { Ports } from '../../../ports/ports.ts';
import { Throttled } from '../../../ports/table.ts';
import { nameOf } from '../../../runtime/error-name.ts';
import { insist } from '../../../runtime/insist.ts';
import { logger } from '../../../runtime/observability.ts';
import { countSent } from '../../../stores/reputation-counts.ts';
import { getBucket, saveBucket } from '../../../stores/sending-rates.ts';
import { currentQuota } from './email-quota.ts';
import { giveBack, takeWarmUpRoom, type WarmUpTaken } from './warm-up.ts';

/** As many senders of emails as run at once: the manifest's concurrency of their function. */
export const emailSenders = 10;

/** How long a sender waits for room before it hands its messages out for later, ms. */
const patienceMs = 5_000;

/** Until the day's quota is looked at again, ms. */
const dayFullMs = 60 * 60_000;

/** Until a sender looks again at what another does right now, ms. */
const busyMs = 1_000;

const maxClashes = 8;
const clashPauseMs = 20;

/** What a call has taken to be made; unless all of it is used, the rest is given back where it is scarce. */
export type Taken = { readonly bucket?: number; readonly warmUp?: WarmUpTaken | undefined };

/** `later`: nothing goes within so many ms. The others: the account's day, or the warm-up's, is full until an instant, ms. */
export type Room =
  | { readonly kind: 'room'; readonly messages: number; readonly taken: Taken }
  | { readonly kind: 'later'; readonly ms: number }
  | { readonly kind: 'day-full'; readonly until: number }
  | { readonly kind: 'warm-up'; readonly until: number };

/** What came of a call: its id, how many messages the provider was given for good, and whether it was too fast. */
export type CallCount = {
  readonly call: string;
  readonly sent: number;
  readonly tooFast: boolean;
};

export type Pace = {
  /** Room for one call of up to so many messages. What is taken and not used only makes others slower. */
  readonly take: (messages: number, mayWaitMs: number) => Promise<Room>;
  /** To be told after a call, whatever came of it; never throws. */
  readonly made: (taken: Taken, count: CallCount) => Promise<void>;
};

/** For channels whose providers' limits are far away. */
export const unlimited: Pace = {
  take: async (messages) => ({ kind: 'room', messages, taken: {} }),
  made: async () => {},
};

/**
 * The pace of a run's emails: within the account's rate and day, within the warm-up of a new sender, and
 * counted for the campaign's reputation.
 */
export async function emailPace(
  run: Run,
  { warmUp }: Pick<SendingPolicy, 'warmUp'>,
  ports: Ports,
): Promise<Pace> {
  const quota = await currentQuota(ports);
  const { kind } = run.definition;
  return {
    take: async (messages, mayWaitMs) => {
      if (quota === 'being-asked') return { kind: 'later', ms: busyMs };
      // First the rate: what of it is not used is only slower, while a day's room is scarce.
      const rate =
        quota === undefined
          ? ({ kind: 'room', messages, taken: {} } as const)
          : await takeRoom({ quota, kind, messages, mayWaitMs }, ports);
      if (rate.kind !== 'room') return rate;
      const day = await takeWarmUpRoom({ warmUp, kind, messages: rate.messages }, ports);
      if (day.kind === 'full') return { kind: 'warm-up', until: day.nextAt };
      if (day.kind === 'busy') return { kind: 'later', ms: busyMs };
      return { kind: 'room', messages: day.messages, taken: { ...rate.taken, warmUp: day.taken } };
    },
    made: async ({ bucket, warmUp: ofDay }, { call, sent, tooFast }) => {
      await quietly('sent-not-counted', async () => {
        if (sent > 0) await insist(ports, () => countSent(ports.table, run, { call, sent }));
      });
      await quietly('warm-up-not-given-back', () => giveBack(ofDay, sent, ports));
      await quietly('rate-not-slowed', async () => {
        if (tooFast && bucket !== undefined) await slowDown(bucket, ports);
      });
    },
  };
}

/** What is counted too little makes sending more careful: no reason to stop, or to send anything again. */
async function quietly(what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    logger.warn(what, { error: nameOf(error) });
  }
}

type Ask = {
  readonly quota: KnownQuota;
  readonly kind: Run['definition']['kind'];
  readonly messages: number;
  readonly mayWaitMs: number;
};

/** Room in one of the account's buckets. Who cannot have it soon does not wait for it. */
async function takeRoom(ask: Ask, ports: Ports): Promise<Room> {
  const { table, clock, ids } = ports;
  const buckets = bucketsOf(ask.quota.perSecond, emailSenders);
  let number = shardOf(ids.next(), buckets);
  let full = 0;
  const giveUpAt = clock.now() + Math.min(patienceMs, ask.mayWaitMs);
  for (let clashes = 0; clashes < maxClashes; ) {
    const now = clock.now();
    const bucket = await getBucket(table, number);
    const answer = takeRate(bucket, { ...ask, buckets, now });
    if (answer.kind === 'full') {
      full += 1;
      if (full === buckets) return { kind: 'day-full', until: now + dayFullMs };
      number = (number + 1) % buckets;
      continue;
    }
    if (answer.kind === 'wait') {
      if (now + answer.ms > giveUpAt) return { kind: 'later', ms: answer.ms };
      await clock.sleep(answer.ms);
      // A clock that stands still never gets there.
      if (clock.now() === now) return { kind: 'later', ms: answer.ms };
      continue;
    }
    const after = { ...answer.bucket, revision: bucket.revision };
    if ((await saveBucket(table, number, after)).kind === 'written') {
      return { kind: 'room', messages: answer.messages, taken: { bucket: number } };
    }
    clashes += 1;
    await clock.sleep(clashPauseMs);
  }
  return { kind: 'later', ms: busyMs };
}

async function slowDown(number: number, { table, clock }: Ports): Promise<void> {
  for (let attempt = 0; attempt < maxClashes; attempt += 1) {
    const bucket = await getBucket(table, number);
    const slower = slowed(bucket, clock.now());
    if (slower === undefined) return;
    const after = { ...slower, revision: bucket.revision };
    if ((await saveBucket(table, number, after)).kind === 'written') return;
    await clock.sleep(clashPauseMs);
  }
  throw new Throttled('A bucket of the rate stays contended.');
}
