import { describe, expect, it } from 'vitest';
import { requestsOf } from '../../infra/costs/bill.ts';
import type { Activity } from '../../infra/costs/counted.ts';
import { allWriteUnits } from '../../infra/costs/requests.ts';
import { countCampaigns, countReactions } from '../support/counted-messages.ts';
import type { Counted } from '../support/counted-work.ts';

/** Figures that grew cost every company money: changed on purpose, they are written by `node test/support/recount.ts`. */
const written = (counted: Counted) =>
  // `keys` forgets that the keys are the activities.
  Object.fromEntries((Object.keys(counted) as Activity[]).map((name) => [name, requestsOf(name)]));

describe('what messages ask of AWS', () => {
  it('is as written down for the costs, in runs to many', async () => {
    const counted = await countCampaigns();
    expect(counted).toEqual(written(counted));
  });

  it('is as written down for the costs, one at a time', async () => {
    const counted = await countReactions();
    expect(counted).toEqual(written(counted));
  });

  it('is the least there can be for an email of a run', () => {
    // The row is reserved, claimed and accepted; an entry; into the index and out of it.
    // Besides, each call of fifty writes its record, and its counts for pace and reputation.
    expect(allWriteUnits(requestsOf('email'))).toBeCloseTo(6, 1);
    // Under caps the row is reserved in a transaction with its person's contact.
    expect(allWriteUnits(requestsOf('cappedEmail'))).toBeCloseTo(9, 1);
  });
});
