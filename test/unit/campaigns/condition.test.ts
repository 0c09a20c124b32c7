import { describe, expect, it } from 'vitest';
import type { BusEvent } from '../../../events/envelope.ts';
import {
  holds,
  isInAudience,
  matchesWhere,
  namedByCampaign,
  pastNeeded,
} from '../../../shared/domain/campaigns/condition.ts';
import { isEventSchedule } from '../../../shared/domain/campaigns/schedule.ts';
import type { PropertyCondition } from '../../../shared/domain/rules/leaf.ts';
import type { Rule } from '../../../shared/domain/rules/rule.ts';
import { aDefinition } from './a-campaign.ts';

const now = Date.parse('2027-03-08T12:00:00Z');
const hour = 3_600_000;
const day = 24 * hour;

const profile = {
  id: '01P',
  version: 1,
  identifiers: {},
  attributes: { city: 'Riga' },
  consents: {},
  ledger: undefined,
  segments: ['vip'],
  lists: [],
  dueAt: undefined,
  createdAt: '',
  updatedAt: '',
};
const serving = new Map([
  ['vip', 1],
  ['new', 1],
]);
const trigger = { name: 'Cart', occurredAt: '2027-03-08T10:00:00.000Z' };

const didAt = (name: string, ...instants: readonly number[]) =>
  instants.map((occurredAt) => ({ name, occurredAt, properties: { total: 5 } }));

const asked = (rule: Rule, past: ReturnType<typeof didAt>): boolean =>
  holds(rule, {
    profile,
    trigger,
    past,
    serving,
    now,
    definitions: { companyTimeZone: 'UTC' },
    lists: [],
  });

describe('unless', () => {
  const bought: Rule = { did: 'Order Completed', since: 'trigger' };

  it('holds for what was done since the trigger, not before', () => {
    expect(asked(bought, didAt('Order Completed', now - hour))).toBe(true);
    expect(asked(bought, didAt('Order Completed', now - 3 * hour))).toBe(false);
    expect(asked(bought, didAt('Cart', now - hour))).toBe(false);
  });

  it('does not take the trigger itself for a repetition of it', () => {
    const again: Rule = { did: 'Cart', since: 'trigger' };
    expect(asked(again, didAt('Cart', now - 2 * hour))).toBe(false);
    expect(asked(again, didAt('Cart', now - 2 * hour, now - hour))).toBe(true);
  });

  it('asks windows, totals, attributes and segments too', () => {
    const old = didAt('Order Completed', now - 100 * day);
    expect(asked({ did: 'Order Completed' }, old)).toBe(true);
    expect(asked({ did: 'Order Completed', within: 'P90D' }, old)).toBe(false);
    expect(asked({ attribute: 'city', equals: 'Riga' }, [])).toBe(true);
    expect(asked({ in: 'vip' }, [])).toBe(true);
    expect(asked({ in: 'new' }, [])).toBe(false);
  });

  it('reads no more of the timeline than it needs', () => {
    const need = (rule: Rule) =>
      pastNeeded(rule, { trigger, now, definitions: { companyTimeZone: 'UTC' } });
    expect(need({ attribute: 'city', equals: 'Riga' })).toBeUndefined();
    expect(need({ did: 'Order Completed' })).toBe(Number.NEGATIVE_INFINITY);
    expect(need(bought)).toBeLessThanOrEqual(Date.parse(trigger.occurredAt));
    expect(need(bought)).toBeGreaterThan(now - 10 * day);
    expect(need({ did: 'Order Completed', within: 'P90D' })).toBeLessThanOrEqual(now - 90 * day);
  });
});

describe('where', () => {
  const event = (data: BusEvent['data'], type = 'event'): BusEvent => ({
    id: '01E',
    type,
    profileId: '01P',
    occurredAt: '2027-03-08T10:00:00.000Z',
    recordedAt: '2027-03-08T10:00:00.000Z',
    data,
  });
  const order = event({
    name: 'Order Completed',
    properties: {
      total: 50,
      at: '2027-03-01',
      products: [{ category: 'boots' }, { category: 'hats' }],
    },
  });

  it.each<[string, PropertyCondition[], boolean]>([
    ['a property', [{ property: 'total', atLeast: 50 }], true],
    [
      'all properties',
      [
        { property: 'total', atLeast: 50 },
        { property: 'total', below: 50 },
      ],
      false,
    ],
    ['any one product', [{ property: 'category', equals: 'hats' }], true],
    ['a date', [{ property: 'at', within: 'P10D' }], true],
    ['an older date', [{ property: 'at', olderThan: 'P10D' }], false],
  ])('looks at %s', (_, where, matches) => {
    expect(matchesWhere(where, order, 'UTC')).toBe(matches);
  });

  it('looks into the data of the system’s own events', () => {
    const entered = event({ segment: 'vip' }, 'segment.entered');
    expect(matchesWhere([{ property: 'segment', equals: 'vip' }], entered, 'UTC')).toBe(true);
    expect(matchesWhere([{ property: 'segment', equals: 'new' }], entered, 'UTC')).toBe(false);
    expect(matchesWhere(undefined, entered, 'UTC')).toBe(true);
  });
});

describe('an audience', () => {
  it.each([
    ['everyone', undefined, true],
    ['members', { include: ['new', 'vip'], exclude: [] }, true],
    ['no others', { include: ['new'], exclude: [] }, false],
    ['nobody excluded', { include: ['vip'], exclude: ['vip'] }, false],
    ['everyone but the excluded', { include: [], exclude: ['new'] }, true],
    ['nobody of a segment that is gone', { include: ['gone'], exclude: [] }, false],
  ])('is %s', (_, audience, isIn) => {
    expect(isInAudience(audience, profile, serving)).toBe(isIn);
  });

  it('is named with all that "unless" names', () => {
    const definition = aDefinition({
      audience: { include: ['a'], exclude: ['b'] },
      schedule: {
        on: 'Cart',
        unless: { any: [{ in: 'c' }, { not: { list: 'd' } }, { rfm: 'Lost' }] },
      },
    });
    expect(isEventSchedule(definition.schedule)).toBe(true);
    expect(namedByCampaign(definition).map(({ kind, id }) => `${kind} ${id}`)).toEqual([
      'segment a',
      'segment b',
      'segment c',
      'list d',
      'rfm ',
    ]);
  });
});
