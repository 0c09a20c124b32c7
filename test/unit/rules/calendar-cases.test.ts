import { describe, expect, it } from 'vitest';
import { type Case, did, on, turnsOf } from './calendar-case.ts';

const monthEnds: readonly Case[] = [
  {
    name: 'a month from 31 January ends on 28 February',
    rule: did({ within: 'P1M' }),
    orders: ['2025-01-31T10:00:00Z'],
    from: '2025-01-31T09:00:00Z',
    turns: ['2025-01-31T10:00:00.000Z', '2025-02-28T10:00:00.001Z'],
  },
  {
    name: 'a month from 31 January ends on 29 February in leap years',
    rule: did({ within: 'P1M' }),
    orders: ['2024-01-31T10:00:00Z'],
    from: '2024-01-31T09:00:00Z',
    turns: ['2024-01-31T10:00:00.000Z', '2024-02-29T10:00:00.001Z'],
  },
  {
    name: 'a month from 31 March ends on 30 April',
    rule: did({ within: 'P1M' }),
    orders: ['2025-03-31T10:00:00Z'],
    from: '2025-03-31T10:00:00Z',
    member: true,
    turns: ['2025-04-30T10:00:00.001Z'],
  },
  {
    name: 'a month and a day add the month first',
    rule: did({ within: 'P1M1D' }),
    orders: ['2025-01-31T10:00:00Z'],
    from: '2025-02-01T00:00:00Z',
    member: true,
    turns: ['2025-03-01T10:00:00.001Z'],
  },
  {
    name: 'older than a month since 31 January begins right after 28 February does',
    rule: on({ olderThan: 'P1M' }),
    day: '2025-01-31',
    from: '2025-02-01T00:00:00Z',
    turns: ['2025-02-28T00:00:00.001Z'],
  },
  {
    name: 'thirteen to eleven months after 31 January are clamped at both ends',
    rule: did({ between: ['P13M', 'P11M'] }),
    orders: ['2024-01-31T10:00:00Z'],
    from: '2024-02-01T00:00:00Z',
    turns: ['2024-12-31T10:00:00.001Z', '2025-02-28T10:00:00.001Z'],
  },
  {
    name: 'a month ahead of 31 March begins on 28 February',
    rule: on({ inNext: 'P1M' }),
    day: '2025-03-31',
    from: '2025-01-01T00:00:00Z',
    turns: ['2025-02-28T00:00:00.000Z', '2025-03-31T00:00:00.000Z'],
  },
  {
    name: 'the later of two orders leaves a month before the earlier one where the month is short',
    rule: did({ within: 'P1M', atLeast: 2 }),
    orders: ['2025-01-30T10:00:00Z', '2025-01-31T09:00:00Z'],
    from: '2025-02-01T00:00:00Z',
    member: true,
    turns: ['2025-02-28T09:00:00.001Z'],
  },
  {
    name: 'and nothing was done for a month only when the earlier one has left too',
    rule: { didNot: 'O', within: 'P1M' },
    orders: ['2025-01-30T10:00:00Z', '2025-01-31T09:00:00Z'],
    from: '2025-02-01T00:00:00Z',
    turns: ['2025-02-28T10:00:00.001Z'],
  },
];

const leapDays: readonly Case[] = [
  {
    name: 'a birthday on 29 February is kept on the 28th in common years',
    rule: on({ anniversary: 'today' }),
    day: '2000-02-29',
    from: '2025-01-01T00:00:00Z',
    turns: [
      '2025-02-28T00:00:00.000Z',
      '2025-03-01T00:00:00.000Z',
      '2026-02-28T00:00:00.000Z',
      '2026-03-01T00:00:00.000Z',
    ],
  },
  {
    name: 'and on the 29th in leap years',
    rule: on({ anniversary: 'today' }),
    day: '2000-02-29',
    from: '2027-06-01T00:00:00Z',
    turns: ['2028-02-29T00:00:00.000Z', '2028-03-01T00:00:00.000Z'],
  },
  {
    name: 'a week ahead of such a birthday is counted from the 28th',
    rule: on({ anniversary: { inNext: 'P7D' } }),
    day: '2000-02-29',
    from: '2025-01-01T00:00:00Z',
    turns: ['2025-02-21T00:00:00.000Z', '2025-02-28T00:00:00.000Z'],
  },
  {
    name: 'a year from 29 February ends on the 28th',
    rule: did({ within: 'P1Y' }),
    orders: ['2024-02-29T12:00:00Z'],
    from: '2024-03-01T00:00:00Z',
    member: true,
    turns: ['2025-02-28T12:00:00.001Z'],
  },
  {
    name: 'four years from 29 February end on the 29th',
    rule: did({ within: 'P4Y' }),
    orders: ['2024-02-29T12:00:00Z'],
    from: '2024-03-01T00:00:00Z',
    member: true,
    turns: ['2028-02-29T12:00:00.001Z'],
  },
  {
    name: 'who was born on 29 February is 18 on the 28th',
    rule: { age: 'day', atLeast: 18 },
    day: '2004-02-29',
    from: '2022-01-01T00:00:00Z',
    turns: ['2022-02-28T00:00:00.000Z'],
  },
  {
    name: 'and 20 from the 29th to the 28th of the next year',
    rule: { age: 'day', equals: 20 },
    day: '2004-02-29',
    from: '2024-01-01T00:00:00Z',
    turns: ['2024-02-29T00:00:00.000Z', '2025-02-28T00:00:00.000Z'],
  },
];

const borders: readonly Case[] = [
  {
    name: 'between holds while t + b < now <= t + a',
    rule: did({ between: ['P30D', 'P10D'] }),
    orders: ['2025-01-01T00:00:00.250Z'],
    from: '2025-01-01T00:00:00Z',
    turns: ['2025-01-11T00:00:00.251Z', '2025-01-31T00:00:00.251Z'],
  },
  {
    name: 'within holds while t <= now <= t + d, and not before t',
    rule: did({ within: 'PT1S' }),
    orders: ['2025-01-01T00:00:00.250Z'],
    from: '2025-01-01T00:00:00Z',
    turns: ['2025-01-01T00:00:00.250Z', '2025-01-01T00:00:01.251Z'],
  },
  {
    name: 'olderThan holds when now > t + d',
    rule: { last: 'O', olderThan: 'P180D' },
    orders: ['2025-01-01T00:00:00.500Z'],
    from: '2025-01-02T00:00:00Z',
    turns: ['2025-06-30T00:00:00.501Z'],
  },
  {
    name: 'inNext holds while t - d <= now < t',
    rule: on({ inNext: 'PT2H' }),
    day: '2025-05-01T12:00:00.750Z',
    from: '2025-05-01T00:00:00Z',
    turns: ['2025-05-01T10:00:00.750Z', '2025-05-01T12:00:00.750Z'],
  },
  {
    name: 'a sum falls below its bound when the order that holds it leaves',
    rule: did({ within: 'P10D', sum: 'total', atLeast: 20 }),
    orders: ['2025-01-01T00:00:00Z', '2025-01-03T00:00:00Z', '2025-01-04T00:00:00Z'],
    from: '2025-01-01T12:00:00Z',
    turns: ['2025-01-03T00:00:00.000Z', '2025-01-13T00:00:00.001Z'],
  },
  {
    name: 'two orders at one instant enter and leave together',
    rule: did({ within: 'P1D', equals: 1 }),
    orders: ['2025-01-01T00:00:00Z', '2025-01-01T06:00:00Z', '2025-01-01T06:00:00Z'],
    from: '2025-01-01T00:00:00Z',
    member: true,
    turns: ['2025-01-01T06:00:00.000Z'],
  },
];

describe.each([
  ['month ends', monthEnds],
  ['29 February', leapDays],
  ['borders', borders],
])('%s', (_, cases) => {
  it.each(cases)('$name', (one) => {
    const { found, expected } = turnsOf(one);
    expect(found).toEqual(expected);
  });
});
