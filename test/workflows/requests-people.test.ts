import { describe, expect, it } from 'vitest';
import { requestsOf } from '../../infra/costs/bill.ts';
import type { Activity } from '../../infra/costs/counted.ts';
import { allWriteUnits } from '../../infra/costs/requests.ts';
import { type Counted, countCanary, countFlood, countPeople } from '../support/counted-work.ts';

/** Figures that grew cost every company money: changed on purpose, they are written by `node test/support/recount.ts`. */
const written = (counted: Counted) =>
  // `keys` forgets that the keys are the activities.
  Object.fromEntries((Object.keys(counted) as Activity[]).map((name) => [name, requestsOf(name)]));

describe('what people and what they do ask of AWS', () => {
  it('is as written down for the costs, one at a time', async () => {
    const counted = await countPeople();
    expect(counted).toEqual(written(counted));
  });

  it('is as written down for the costs, a hundred leads in a batch', async () => {
    const counted = await countFlood();
    expect(counted).toEqual(written(counted));
  });

  it('is as written down for the costs, for a beat of the canary', async () => {
    const counted = await countCanary();
    expect(counted).toEqual(written(counted));
  });

  it('is the least there can be for a lead and an event', () => {
    // Key, rules, identities, transaction; marker, profile, identity and three entries, in a transaction.
    expect(requestsOf('newLead').tableRequests).toBe(4);
    expect(allWriteUnits(requestsOf('newLead'))).toBe(12);
    // The profile is read besides; marker, profile and one entry.
    expect(requestsOf('event').tableRequests).toBe(5);
    expect(allWriteUnits(requestsOf('event'))).toBe(6);
  });
});
