import * as z from 'zod';
import {
  type KnownQuota,
  newBucket,
  type RateBucket,
  type SendingQuota,
} from '../domain/messaging/pace/sending-rate.ts';
import type { Item, Table, WriteResult } from '../ports/table.ts';
import { writeOnce } from './messages.ts';

/**
 * The email account's rate, in `marketing`.
 * - `rate#email` / `quota`: what the provider last told, and when it was last asked: who writes that
 *   instant first asks, and nobody else.
 * - `rate#email#<bucket>` / `-`: the buckets. One conditional write per call, so a bucket of five hundred
 *   emails a second takes about ten writes a second.
 */
const quotaKey = { pk: 'rate#email', sk: 'quota' } as const;

const storedQuotaSchema = z.object({
  revision: z.int(),
  triedAt: z.number(),
  hasAnswer: z.boolean(),
  readAt: z.number().optional(),
  perSecond: z.number().optional(),
  perDay: z.number().optional(),
  sentLastDay: z.number().optional(),
});

/** What is stored of the quota; `revision` 0: nothing is. Instants are ms. */
export type StoredQuota = {
  readonly revision: number;
  /** When somebody last asked the provider. */
  readonly triedAt: number;
  /** Whether they were answered, if only by a failure. */
  readonly hasAnswer: boolean;
  readonly known: KnownQuota | undefined;
};

const neverAsked: StoredQuota = {
  revision: 0,
  triedAt: Number.MIN_SAFE_INTEGER,
  hasAnswer: true,
  known: undefined,
};

function parseQuota(item: Item): StoredQuota {
  const { revision, triedAt, hasAnswer, readAt, perSecond, perDay, sentLastDay } =
    storedQuotaSchema.parse(item);
  const isKnown =
    readAt !== undefined &&
    perSecond !== undefined &&
    perDay !== undefined &&
    sentLastDay !== undefined;
  return {
    revision,
    triedAt,
    hasAnswer,
    known: isKnown ? { readAt, perSecond, perDay, sentLastDay } : undefined,
  };
}

/** The quota as it stands, strongly consistent. */
export async function getQuota(table: Table): Promise<StoredQuota> {
  const item = await table.get('marketing', quotaKey);
  return item === undefined ? neverAsked : parseQuota(item);
}

/** Says that the provider is being asked, or what it answered; false when somebody else was first. */
export async function saveQuota(
  table: Table,
  before: StoredQuota,
  now: Pick<StoredQuota, 'triedAt' | 'hasAnswer'> & { readonly quota?: SendingQuota | undefined },
): Promise<StoredQuota | undefined> {
  const { triedAt, hasAnswer, quota } = now;
  const known = quota === undefined ? before.known : { ...quota, readAt: triedAt };
  const after = { revision: before.revision + 1, triedAt, hasAnswer, known };
  const result = await writeOnce(table, {
    kind: 'put',
    table: 'marketing',
    item: { ...quotaKey, revision: after.revision, triedAt, hasAnswer, ...known },
    when:
      before.revision === 0 ? { absent: true } : { attribute: 'revision', equals: before.revision },
  });
  return result.kind === 'written' ? after : undefined;
}

const bucketSchema = z.object({
  revision: z.int(),
  tat: z.number(),
  pace: z.number(),
  slowedAt: z.number(),
  taken: z.number(),
  since: z.number(),
});

const bucketKey = (bucket: number) => ({ pk: `rate#email#${bucket}`, sk: '-' });

export type StoredBucket = RateBucket & { readonly revision: number };

/** A bucket as it stands, strongly consistent; one that was never used is full of room. */
export async function getBucket(table: Table, bucket: number): Promise<StoredBucket> {
  const item = await table.get('marketing', bucketKey(bucket));
  return item === undefined ? { ...newBucket, revision: 0 } : bucketSchema.parse(item);
}

/** Writes a bucket on top of the revision that was read. */
export const saveBucket = (
  table: Table,
  number: number,
  { revision, ...bucket }: StoredBucket,
): Promise<WriteResult> =>
  table.write({
    kind: 'put',
    table: 'marketing',
    item: { ...bucketKey(number), ...bucket, revision: revision + 1 },
    when: revision === 0 ? { absent: true } : { attribute: 'revision', equals: revision },
  });
