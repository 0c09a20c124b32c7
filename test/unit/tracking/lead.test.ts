import { describe, expect, it } from 'vitest';
import { inputSchema } from '../../../shared/domain/tracking/input.ts';
import { type Lead, leadSchema, readLead } from '../../../shared/domain/tracking/lead.ts';
import { aContext, faultsOf, inputOf, receivedAt } from './reading.ts';

const read = (lead: unknown, context = {}) =>
  readLead(leadSchema.parse(lead) satisfies Lead, aContext(context));

describe('a lead', () => {
  it('becomes an input with everything it says', () => {
    const lead = {
      messageId: 'm-1',
      occurredAt: '2026-11-21T12:00:00+02:00',
      source: 'spring-landing',
      email: ' Anna@Example.com',
      phone: '+371 20000000',
      externalId: 'c-42',
      attributes: { city: 'Riga' },
      consents: [{ topic: 'offers', channel: 'email', given: true, text: 'form-v3' }],
      context: { page: 'https://example.com/spring' },
      writeKey: 'secret',
    };
    expect(inputOf(read(lead))).toEqual({
      kind: 'lead',
      messageId: 'm-1',
      source: 'shop',
      origin: 'spring-landing',
      receivedAt,
      occurredAt: '2026-11-21T10:00:00.000Z',
      identifiers: { externalId: 'c-42', email: 'anna@example.com', phone: '+37120000000' },
      attributes: lead.attributes,
      consents: lead.consents,
      context: lead.context,
    });
  });

  it('without a message id, time or source gets one, now, and that of its key', () => {
    expect(inputOf(read({ anonymousId: 'a-1' }))).toMatchObject({
      messageId: 'made-up',
      occurredAt: receivedAt,
      source: 'shop',
      origin: 'shop',
    });
  });

  it.each([
    [{}, ''],
    [{ email: 'anna' }, 'email'],
    [{ email: '', externalId: 'c-1' }, 'email'],
    [{ email: 'anna@example.com', phone: '20000000' }, 'phone'],
    [{ email: 'anna@example.com', phone: '' }, 'phone'],
    [{ externalId: '' }, 'externalId'],
    [{ anonymousId: '   ' }, 'anonymousId'],
    [{ externalId: 'c-1', occurredAt: '0000-01-01T00:00:00+14:00' }, 'occurredAt'],
    [{ externalId: 'c-1', occurredAt: '9999-12-31T23:59:59-10:00' }, 'occurredAt'],
  ])('%j is refused at "%s"', (lead, path) => {
    expect(faultsOf(read(lead))).toEqual([path]);
  });

  it('takes a national number where the company has a country', () => {
    const { identifiers } = inputOf(read({ phone: '20000000' }, { defaultCountry: 'LV' }));
    expect(identifiers).toEqual({ phone: '+37120000000' });
  });

  it.each([
    [{ colour: 'red' }],
    [{ attributes: 'Riga' }],
    [{ attributes: [] }],
    [{ attributes: { '': 1 } }],
    [{ attributes: JSON.parse('{"__proto__":{"x":1}}') }],
    [{ attributes: JSON.parse('{"a":[{"__proto__":1}]}') }],
    [{ context: JSON.parse('{"__proto__":1}') }],
    [{ attributes: { n: 1e200 } }],
    [{ attributes: { n: 1e-200 } }],
    [{ messageId: '' }],
    [{ source: 7 }],
    [{ occurredAt: 'yesterday' }],
    [{ occurredAt: '2026-11-21' }],
    [{ consents: [{ topic: 'offers', channel: 'pigeon', given: true }] }],
    [{ consents: [{ topic: 'offers', channel: 'email' }] }],
  ])('with %j is refused', (fields) => {
    expect(leadSchema.safeParse({ email: 'anna@example.com', ...fields }).success).toBe(false);
  });

  it.each([
    [{ externalId: 'half \ud83d' }, 'externalId'],
    [{ messageId: 'half \ud83d' }, 'messageId'],
    [{ attributes: { text: 'half \ud83d' } }, 'attributes.text'],
    [{ attributes: { 'half \ud83d': 1 } }, 'attributes.half \ud83d'],
    [
      { consents: [{ topic: 'offers', channel: 'sms', given: true, text: 'half \ud83d' }] },
      'consents.0.text',
    ],
  ])('with %j, which is no text, is refused at its path', (fields, path) => {
    expect(faultsOf(read({ email: 'anna@example.com', ...fields }))).toEqual([path]);
    const text = JSON.stringify(fields).replaceAll('\\ud83d', '\\ud83d\\ude00');
    expect(faultsOf(read({ email: 'anna@example.com', ...JSON.parse(text) }))).toEqual([]);
  });

  it('larger than the quarantine could hold is refused', () => {
    const long = 'ж'.repeat(60_000); // two bytes each
    const attributes = { long };
    expect(faultsOf(read({ externalId: 'c-1', attributes, context: {} }))).toEqual([]);
    expect(
      faultsOf(read({ externalId: 'c-1', attributes, context: { long, more: long } })),
    ).toEqual(['']);
  });

  it('is always something the queue takes', () => {
    for (const occurredAt of [
      '2026-11-21T10:00Z',
      '2026-11-21T10:00:00.123456Z',
      '0001-01-01T00:00:00Z',
      '9999-12-31T23:59:59Z',
    ]) {
      const parsed = leadSchema.safeParse({ externalId: 'c-1', occurredAt });
      if (!parsed.success) continue;
      expect(() => inputSchema.parse(inputOf(readLead(parsed.data, aContext())))).not.toThrow();
    }
  });
});
