import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { functions } from '../../../infra/manifest.ts';
import {
  bucketsOf,
  newBucket,
  paceAt,
  type RateBucket,
  shapeOf,
  slowed,
  takeRate,
} from '../../../shared/domain/messaging/pace/sending-rate.ts';
import { emailSenders } from '../../../shared/flows/messaging/pace/pace.ts';

const quota = { perSecond: 14, perDay: 50_000, sentLastDay: 0, readAt: 0 };
const ask = { messages: 50, kind: 'transactional', quota, buckets: 1, now: 1_000 } as const;

type Sent = { readonly at: number; readonly messages: number };

/** Plays senders who ask at random instants, each at a bucket of their own choice. */
function play(
  perSecond: number,
  buckets: number,
  steps: readonly {
    afterMs: number;
    messages: number;
    bucket: number;
    kind: 'marketing' | 'transactional';
  }[],
): readonly Sent[] {
  const stored: RateBucket[] = Array.from({ length: buckets }, () => newBucket);
  const sent: Sent[] = [];
  let now = 0;
  for (const { afterMs, messages, bucket, kind } of steps) {
    now += afterMs;
    const place = bucket % buckets;
    const known = { ...quota, perSecond, perDay: Number.MAX_SAFE_INTEGER };
    const answer = takeRate(stored[place] ?? newBucket, {
      messages,
      kind,
      quota: known,
      buckets,
      now,
    });
    if (answer.kind !== 'taken') continue;
    stored[place] = answer.bucket;
    sent.push({ at: now, messages: answer.messages });
  }
  return sent;
}

const sumWithin = (sent: readonly Sent[], from: number, ms: number): number =>
  sent
    .filter(({ at }) => at >= from && at < from + ms)
    .reduce((sum, { messages }) => sum + messages, 0);

/** Many who ask again and again, after a time in which nobody did. */
const steps = fc.array(
  fc.record({
    afterMs: fc.oneof(
      { weight: 50, arbitrary: fc.nat(15) },
      { weight: 30, arbitrary: fc.nat(60) },
      { weight: 1, arbitrary: fc.constant(2_000) },
    ),
    messages: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 50 })),
    bucket: fc.nat(20),
    kind: fc.constantFrom('marketing', 'transactional'),
  }),
  { minLength: 150, maxLength: 300 },
);
const rates = fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 60, max: 3_000 }));

describe('the rate of an account', () => {
  it('is never passed within any second, whoever asks which bucket when', () => {
    fc.assert(
      fc.property(rates, steps, (perSecond, asked) => {
        const sent = play(perSecond, bucketsOf(perSecond, 10), asked);
        for (const { at } of sent) {
          expect(sumWithin(sent, at, 1_000)).toBeLessThanOrEqual(perSecond);
        }
      }),
    );
  });

  it('lets no more through in any time than the burst and what the rate brings', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.05, max: 500, noNaN: true }),
        steps,
        fc.integer({ min: 1, max: 20_000 }),
        (perSecond, asked, ms) => {
          const sent = play(perSecond, 1, asked);
          const shape = shapeOf(perSecond);
          const most = shape.burst + (shape.perSecond * ms) / 1_000;
          for (const { at } of sent) expect(sumWithin(sent, at, ms)).toBeLessThan(most + 1e-3);
        },
      ),
    );
  });

  it.each([
    [1, 1, 1],
    [2, 1, 2],
    [14, 4, 11],
    [50, 13, 38],
    [300, 64, 237],
  ])('%i a second are bursts of %i and %i a second', (rate, burst, perSecond) => {
    expect(shapeOf(rate)).toEqual({ burst, perSecond });
  });

  it('is used to the full by who always waits as long as told', () => {
    let bucket = newBucket;
    let sent = 0;
    let now = 0;
    while (now < 60_000) {
      const answer = takeRate(bucket, { ...ask, kind: 'marketing', now });
      if (answer.kind === 'full') throw new Error('The day is not full.');
      if (answer.kind === 'wait') {
        now += answer.ms;
        continue;
      }
      bucket = answer.bucket;
      sent += answer.messages;
    }
    expect(sent).toBeGreaterThan(60 * 11 - 10);
  });

  it('is spread over as many buckets as it needs, and never more than can send', () => {
    expect([1, 14, 999, 1_000, 2_600, 100_000].map((rate) => bucketsOf(rate, 10))).toEqual([
      1, 1, 1, 2, 5, 10,
    ]);
  });

  it('knows how many senders of emails there are', () => {
    const trigger = functions.find(({ file }) => file.endsWith('send-emails.ts'))?.trigger;
    expect(trigger?.kind === 'queue' && trigger.concurrency).toBe(emailSenders);
  });

  it('leaves room for a transactional email when marketing has taken all it may', () => {
    let bucket = newBucket;
    for (;;) {
      const answer = takeRate(bucket, { ...ask, kind: 'marketing' });
      if (answer.kind !== 'taken') break;
      bucket = answer.bucket;
    }
    expect(takeRate(bucket, { ...ask, messages: 1 })).toMatchObject({ kind: 'taken', messages: 1 });
  });
});

describe('the day of an account', () => {
  const day = { ...quota, perSecond: 100, perDay: 200, sentLastDay: 190 };

  it('has room for what is left, a little of it for transactional emails alone', () => {
    const marketing = takeRate(newBucket, { ...ask, kind: 'marketing', quota: day });
    expect(marketing).toMatchObject({ kind: 'taken', messages: 6 });
    if (marketing.kind !== 'taken') throw new Error('just checked');
    const { bucket } = marketing;
    expect(takeRate(bucket, { ...ask, kind: 'marketing', quota: day })).toEqual({ kind: 'full' });
    expect(takeRate(bucket, { ...ask, quota: day })).toMatchObject({ kind: 'taken', messages: 4 });
  });

  it('begins anew with every reading, and limits nobody once that is a day old', () => {
    const taken = { ...newBucket, taken: 10, since: 0 };
    expect(takeRate(taken, { ...ask, quota: day })).toEqual({ kind: 'full' });
    const again = { ...day, readAt: 900, sentLastDay: 195 };
    expect(takeRate(taken, { ...ask, quota: again })).toMatchObject({ messages: 5 });
    const now = 24 * 60 * 60_000;
    expect(takeRate(taken, { ...ask, quota: day, now })).toMatchObject({ kind: 'taken' });
  });
});

describe('throttling', () => {
  const now = 1_000_000;

  it('halves the pace, once for one excess, and a tenth of the rate comes back every minute', () => {
    const once = slowed(newBucket, now);
    if (once === undefined) throw new Error('It is not slowed.');
    expect(paceAt(once, now)).toBe(0.5);
    expect(slowed(once, now + 9_999)).toBeUndefined();
    expect(slowed(once, now + 60_000)?.pace).toBeCloseTo(0.3);
    expect(paceAt(once, now + 60_000)).toBeCloseTo(0.6);
    expect(paceAt(once, now + 10 * 60_000)).toBe(1);
  });

  it('never stops it for good', () => {
    let bucket = newBucket;
    for (let at = now; at < now + 10 * 60_000; at += 10_000) bucket = slowed(bucket, at) ?? bucket;
    const answer = takeRate(bucket, { ...ask, now: now + 10 * 60_000 });
    expect(answer.kind).toBe('taken');
  });

  it('makes calls smaller and further apart', () => {
    const slower = slowed(newBucket, now);
    if (slower === undefined) throw new Error('It is not slowed.');
    const answer = takeRate(slower, { ...ask, now });
    expect(answer).toMatchObject({ kind: 'taken', messages: 2 });
    if (answer.kind !== 'taken') throw new Error('just checked');
    expect(answer.bucket.tat - now).toBeCloseTo(2 * (1000 / 6));
  });
});
