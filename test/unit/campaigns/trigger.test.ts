import { describe, expect, it } from 'vitest';
import { catalog } from '../../../events/catalog.ts';
import type { BusEvent } from '../../../events/envelope.ts';
import { silentTypes, startingTypes } from '../../../shared/domain/campaigns/schedule.ts';
import {
  enrolmentSlot,
  isCool,
  messageTrigger,
  plannedAfter,
  startsDelay,
  triggerOf,
} from '../../../shared/domain/campaigns/trigger.ts';

const anEvent = (data: BusEvent['data'], type = 'event'): BusEvent => ({
  id: '01E',
  type,
  profileId: '01P',
  occurredAt: '2027-03-08T10:00:00.000Z',
  recordedAt: '2027-03-08T10:00:01.000Z',
  data,
});

const aTrigger = (id: string, occurredAt: string) => ({
  id,
  name: 'x',
  occurredAt,
  properties: {},
});

describe('an event of the catalog', () => {
  it('starts campaigns or is refused: none is taken for a tracked event of that name', () => {
    const known = [...startingTypes, ...silentTypes];
    expect(known.toSorted()).toEqual(Object.keys(catalog).toSorted());
  });
});

describe('a trigger', () => {
  it('carries what templates need', () => {
    const event = anEvent({ name: 'Cart', properties: { total: 5 }, source: 'shop' });
    expect(triggerOf(event)).toMatchObject({ name: 'Cart', properties: { total: 5 } });
    const entered = anEvent({ segment: 'vip' }, 'segment.entered');
    expect(triggerOf(entered)).toMatchObject({
      name: 'segment.entered',
      properties: { segment: 'vip' },
    });
  });

  it('keeps the small properties of an event too large for a row', () => {
    const products = Array.from({ length: 2000 }, (_, index) => ({ sku: `sku-${index}` }));
    const event = anEvent({ name: 'Cart', properties: { products, total: 5, currency: 'EUR' } });
    expect(triggerOf(event).properties).toEqual({ total: 5, currency: 'EUR' });
  });

  it('is followed by its delay on the company’s calendar', () => {
    const trigger = { occurredAt: '2027-03-27T10:00:00.000Z' };
    const instant = (delay: string | undefined) =>
      new Date(plannedAfter({ delay }, trigger, 'Europe/Riga')).toISOString();
    expect(instant(undefined)).toBe('2027-03-27T10:00:00.000Z');
    expect(instant('PT24H')).toBe('2027-03-28T10:00:00.000Z');
    expect(instant('P1D')).toBe('2027-03-28T09:00:00.000Z');
  });

  it('starts anew, once, or never again', () => {
    const [early, late] = [
      aTrigger('01A', '2027-03-08T10:00:00.000Z'),
      aTrigger('01B', '2027-03-08T11:00:00.000Z'),
    ];
    expect(startsDelay('restart', late, early)).toBe(true);
    expect(startsDelay('restart', early, late)).toBe(false);
    expect(startsDelay('restart', late, late)).toBe(false);
    expect(startsDelay('restart', { ...early, id: '01B' }, early)).toBe(true);
    expect(startsDelay('once', late, early)).toBe(false);
    expect(startsDelay('each', early, undefined)).toBe(true);
    expect(
      ['each', 'once', 'restart'].map((repeat) => enrolmentSlot(repeat as 'each', '01A')),
    ).toEqual(['01A', 'once', 'restart']);
    expect(messageTrigger('once', '01A')).toBe('once');
    expect(messageTrigger('restart', '01A')).toBe('01A');
  });

  it('waits for the end of the cooldown, judged alike however late it is told', () => {
    const last = { plannedAt: '2027-03-08T10:00:00.000Z', timeZone: 'UTC' };
    const cool = (text: string) => isCool({ cooldown: 'P1D' }, Date.parse(text), last);
    expect(cool('2027-03-09T09:59:59Z')).toBe(false);
    expect(cool('2027-03-09T10:00:00Z')).toBe(true);
    expect(cool('2027-03-07T10:00:00Z')).toBe(false);
    expect(isCool({ cooldown: undefined }, 0, last)).toBe(true);
    expect(isCool({ cooldown: 'P1D' }, 0, { ...last, plannedAt: undefined })).toBe(true);
  });
});
