import { expect, it } from 'vitest';
import { gaugeOf } from '../../../shared/domain/rules/computed/computed-gauge.ts';
import { newMetric } from '../../../shared/domain/rules/ledger/metric-history.ts';

it('finds the most frequent of a thousand values after each of thousands of events without a look at all of them', () => {
  const events = Array.from({ length: 5000 }, (_, event) => event);
  let looks = 0;
  const times = new Proxy(events, {
    get: (target, name) => {
      looks += 1;
      return Reflect.get(target, name);
    },
  });
  const readings = events.map((event) => [`category ${event % 1000}`]);
  const kept = { keep: 'counts', readings, folded: new Map() } as const;
  const gauge = gaugeOf('mostFrequent', { ...newMetric(), times, kept }, false);
  for (const event of events) gauge.add(event);
  for (const event of events) {
    // Whatever leaves is behind by one, until all the others have lost one too.
    expect(gauge.shown()).toBe('category 999');
    gauge.remove(event);
  }
  expect(gauge.shown()).toBe(undefined);
  expect(looks).toBeLessThan(5 * events.length);
});
