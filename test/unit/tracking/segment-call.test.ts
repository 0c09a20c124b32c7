import { describe, expect, it } from 'vitest';
import { inputSchema } from '../../../shared/domain/tracking/input.ts';
import { type CallType, readCall } from '../../../shared/domain/tracking/segment-call.ts';
import { aContext, faultsOf, inputOf, receivedAt } from './reading.ts';

const read = (type: CallType, body: unknown, context = {}) =>
  readCall(type, body, aContext(context));

describe('a Segment call', () => {
  it('of a real client keeps what the spec and the client add', () => {
    const call = {
      messageId: 'ajs-1',
      type: 'track',
      event: 'Order Completed',
      userId: 97980,
      anonymousId: 'a-1',
      integrations: { All: true },
      _metadata: { bundled: [] },
      properties: { total: 29.33, products: [{ sku: 'A' }] },
      context: { library: { name: 'analytics.js' }, ip: '127.0.0.1', traits: { city: 'Riga' } },
    };
    expect(inputOf(read('track', call))).toEqual({
      kind: 'event',
      messageId: 'ajs-1',
      source: 'shop',
      origin: 'shop',
      receivedAt,
      occurredAt: receivedAt,
      identifiers: { externalId: '97980', anonymousId: 'a-1' },
      attributes: { city: 'Riga' },
      consents: [],
      event: { name: 'Order Completed', properties: call.properties },
      context: { library: { name: 'analytics.js' }, ip: '127.0.0.1' },
    });
  });

  it('identifies by traits too, and lets its own traits win over those of the context', () => {
    const traits = { email: 'Anna@Example.com', phone: '+371 20000000', city: 'Riga' };
    const context = { traits: { city: 'Oslo', plan: 'pro' } };
    expect(inputOf(read('identify', { userId: 'c-1', traits, context }))).toMatchObject({
      kind: 'identify',
      identifiers: { externalId: 'c-1', email: 'anna@example.com', phone: '+37120000000' },
      attributes: { city: 'Riga', plan: 'pro' },
    });
  });

  it('keeps a trait that is no email or phone as an attribute', () => {
    const traits = { email: 'n/a', phone: '12', age: 3 };
    const input = inputOf(read('identify', { userId: 'c-1', traits }));
    expect(input.identifiers).toEqual({ externalId: 'c-1' });
    expect(input.attributes).toEqual(traits);
  });

  it('carries consents in its context', () => {
    const consents = [{ topic: 'offers', channel: 'sms', given: false }];
    const input = inputOf(read('identify', { userId: 'c-1', context: { consents, ip: '::1' } }));
    expect(input).toMatchObject({ consents, context: { ip: '::1' } });
  });

  it.each([
    ['2026-11-25T10:00:00Z', undefined, '2026-11-25T10:00:00.000Z'],
    ['2026-11-25T10:00:00Z', '2026-11-25T12:00:00Z', '2026-11-25T10:00:00.000Z'],
    // The client's clock is an hour behind, or ahead, of ours.
    ['2026-11-25T10:00:00Z', '2026-11-25T11:00:00Z', '2026-11-25T11:00:00.000Z'],
    ['2026-11-25T10:00:00+02:00', '2026-11-25T13:00:00Z', '2026-11-25T07:00:00.000Z'],
    [undefined, '2026-11-25T13:00:00Z', receivedAt],
    [null, null, receivedAt],
  ])('at %s, sent at %s, happened at %s', (timestamp, sentAt, occurredAt) => {
    const call = { userId: 'c-1', event: 'Seen', timestamp, sentAt };
    expect(inputOf(read('track', call)).occurredAt).toBe(occurredAt);
  });

  it('from a clock that is out of all reckoning is refused, not lost on the way', () => {
    const call = { userId: 'c-1', event: 'Seen', timestamp: '9999-01-01T00:00:00Z' };
    const sentAt = '0001-01-01T00:00:00Z';
    expect(faultsOf(read('track', { ...call, sentAt }))).toEqual(['timestamp']);
    expect(inputSchema.safeParse(inputOf(read('track', call))).success).toBe(true);
  });

  it('names pages and screens alike, whatever they are called', () => {
    const view = {
      anonymousId: 'a-1',
      name: 'Pricing',
      category: 'Docs',
      properties: { url: '/' },
    };
    expect(inputOf(read('page', view)).event).toEqual({
      name: 'Page Viewed',
      properties: { url: '/', name: 'Pricing', category: 'Docs' },
    });
    expect(inputOf(read('screen', { anonymousId: 'a-1' })).event).toEqual({
      name: 'Screen Viewed',
      properties: {},
    });
  });

  it.each<[CallType, object, string]>([
    ['track', { userId: 'c-1' }, 'event'],
    ['track', { userId: 'c-1', event: ' ' }, 'event'],
    ['track', { userId: 'c-1', event: 'E', properties: 3 }, 'properties'],
    ['track', { event: 'E' }, ''],
    ['track', { userId: '', event: 'E' }, 'userId'],
    ['track', { userId: null, anonymousId: '', event: 'E' }, 'anonymousId'],
    ['track', { userId: {}, event: 'E' }, 'userId'],
    ['identify', { userId: 'c-1', traits: [1] }, 'traits'],
    ['identify', { userId: 'c-1', timestamp: 'now' }, 'timestamp'],
    ['identify', { userId: 'c-1', context: { consents: 3 } }, 'context.consents'],
    ['identify', { userId: 'c-1', traits: { deep: { n: 1e200 } } }, 'traits.deep.n'],
  ])('%s %j is refused at "%s"', (type, call, path) => {
    expect(faultsOf(read(type, call))).toEqual([path]);
  });
});
