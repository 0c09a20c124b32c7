import * as z from 'zod';
import { canaryLead } from '../../shared/domain/canary/canary.ts';
import { canaryWriteKey } from '../../shared/flows/canary/canary-key.ts';
import { Tellable } from '../../shared/runtime/error-name.ts';
import { hashWriteKey } from '../../shared/runtime/http/write-key.ts';
import { plainFunction } from '../../shared/runtime/plain-function.ts';
import { putCanaryKey } from '../../shared/stores/sources.ts';

/** A website whose lead gets this answer has lost it. */
class CanaryRefused extends Tellable {
  override readonly name = 'CanaryRefused';
}

const unauthorized = 401;

/**
 * Posts a lead of nobody's from outside, as websites do; whoever hears of it at the other end counts it.
 * Its key is admitted the first time, and again where the secret it is made of, or the tables, have
 * become others. What fails here is made up for five minutes later.
 */
export const handler = plainFunction(
  z.object({ scheduledAt: z.iso.datetime() }),
  async ({ scheduledAt }, { table, secrets, publicApi, clock }) => {
    const writeKey = await canaryWriteKey(secrets);
    const post = () =>
      publicApi.post('/v1/leads', { writeKey, body: canaryLead(scheduledAt, clock.now()) });
    let status = await post();
    if (status === unauthorized) {
      await putCanaryKey(table, hashWriteKey(writeKey));
      status = await post();
    }
    if (status !== 202) throw new CanaryRefused(`POST /v1/leads answered ${status}.`);
  },
);
