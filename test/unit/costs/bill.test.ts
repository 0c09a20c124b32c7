import { describe, expect, it } from 'vitest';
import {
  type Assumptions,
  assumptionsSchema,
  pollsPerQueue,
} from '../../../infra/costs/assumptions.ts';
import { type Bill, billOf, requestsOf } from '../../../infra/costs/bill.ts';
import { type Activity, counted } from '../../../infra/costs/counted.ts';
import { idleLoad, type Load, usualLoads } from '../../../infra/costs/load.ts';
import { priceNames, unitPrices } from '../../../infra/costs/prices.ts';
import { functions } from '../../../infra/manifest.ts';

const usual = assumptionsSchema.parse({});
const aBill = (load: Load, changes: Partial<Assumptions> = {}): Bill =>
  billOf(load, { ...usual, ...changes }, unitPrices());
const smallShop: Load = { profiles: 1_000, messages: 10_000 };

describe('a bill', () => {
  it.each([idleLoad, ...usualLoads])(
    'is the sum of what it is for, and of its prices: %o',
    (load) => {
      const { byGroup, byPrice, total } = aBill(load);
      const sum = (amounts: Iterable<number>) => [...amounts].reduce((all, one) => all + one, 0);
      expect(sum(byGroup.values())).toBeCloseTo(total, 6);
      expect(sum(Object.values(byPrice))).toBeCloseTo(total, 6);
    },
  );

  it('of an idle month is that of what stands and goes on, and no message', () => {
    const { byGroup, byPrice, total } = aBill(idleLoad);
    expect(byGroup.get('standing')).toBeCloseTo(total, 6);
    expect(byPrice.email).toBe(0);
    expect(total).toBeLessThan(20);
  });

  it('asks ten cents for a thousand emails of SES, and what ten times as many cost, ten times', () => {
    expect(aBill(smallShop).byPrice.email).toBeCloseTo(1, 6);
    const emails = ({ byGroup }: Bill) => byGroup.get('feedback') ?? 0;
    const many = aBill({ ...smallShop, messages: 100_000 }, { tracing: 0 });
    expect(emails(many)).toBeCloseTo(10 * emails(aBill(smallShop, { tracing: 0 })), 6);
  });

  it.each([
    ['a second of waiting for each answer', { callMs: 1_000 }, 'functionGbSecond'],
    ['larger emails', { emailKb: 300 }, 'emailGb'],
    ['a longer history', { monthsKept: 60 }, 'tableStorageGb'],
    ['more events', { eventsPerProfile: 100 }, 'tableWriteUnit'],
    ['more segments', { passes: 1_000 }, 'tableReadUnit'],
    ['texts', { texts: 1_000 }, 'tableWriteUnit'],
    ['webhooks', { webhooks: 1_000 }, 'busEvent'],
  ] as const)('grows by %s', (_, changes, price) => {
    expect(aBill(smallShop, changes).byPrice[price]).toBeGreaterThan(
      aBill(smallShop).byPrice[price] * 1.01,
    );
  });

  it('goes without traces where X-Ray is switched off', () => {
    expect(aBill(smallShop).byPrice.trace).toBeGreaterThan(0);
    expect(aBill(smallShop, { tracing: 0 }).byPrice.trace).toBe(0);
  });

  it('never has more for nothing than it costs', () => {
    for (const load of [idleLoad, ...usualLoads]) {
      const { free, total } = aBill(load);
      expect(free).toBeGreaterThan(0);
      expect(free).toBeLessThan(total);
    }
  });

  it('bears out what the README says of it', () => {
    const [, middle, large] = usualLoads.map((load) => aBill(load));
    if (middle === undefined || large === undefined) throw new Error('There are three loads.');
    const ses = large.byPrice.email + large.byPrice.emailGb;
    expect(ses / large.total).toBeGreaterThan(0.6);
    expect(ses / large.total).toBeLessThan(0.72);
    expect((large.total - large.byPrice.email) / 10_000).toBeCloseTo(0.05, 2);
    const { trace, tableReadUnit, tableWriteUnit } = middle.byPrice;
    expect(trace).toBeGreaterThan(tableReadUnit + tableWriteUnit);
    expect(pollsPerQueue * unitPrices().queueRequest).toBeCloseTo(0.26, 2);
  });

  it('goes by other prices where they are given', () => {
    const dearer = billOf(smallShop, usual, unitPrices({ email: 0.2 }));
    expect(dearer.byPrice.email).toBeCloseTo(2 * aBill(smallShop).byPrice.email, 6);
  });
});

describe('what is counted', () => {
  it('is done by functions of the manifest', () => {
    const files = functions.map(({ file }) => file);
    // `keys` forgets that the keys are the activities.
    const used = (Object.keys(counted) as Activity[]).flatMap((activity) =>
      Object.keys(requestsOf(activity).functions),
    );
    expect(used.filter((file) => !files.includes(file))).toEqual([]);
  });

  it('is charged for, every price of it', () => {
    const { byPrice } = aBill(usualLoads[2] ?? smallShop, { cappedShare: 0.5 });
    // No push message is counted, and the dashboard is where the stack has one.
    const unused = priceNames.filter((name) => byPrice[name] === 0);
    expect(unused.filter((name) => !['push', 'dashboard'].includes(name))).toEqual([]);
  });
});
