import { describe, expect, it } from 'vitest';
import { member, until } from '../../../shared/domain/rules/answer.ts';
import type { Subject } from '../../../shared/domain/rules/compile.ts';
import type { Explanation } from '../../../shared/domain/rules/explanation/explanation.ts';
import { decodeLedger } from '../../../shared/domain/rules/ledger/ledger.ts';
import { explainSegment } from '../../../shared/domain/segments/explanation.ts';
import { fillMetrics } from '../../../shared/domain/segments/history.ts';
import type { RulesetSource } from '../../../shared/domain/segments/ruleset.ts';
import { compiled, define, rulesOf } from './rules-in-memory.ts';

const now = Date.UTC(2026, 10, 25, 12);

function asked(source: RulesetSource, attributes: object = {}) {
  const ruleset = compiled(source);
  const ledger = decodeLedger(undefined);
  const order = { name: 'Order Completed', occurredAt: now - 86_400_000, properties: {} };
  fillMetrics(ledger, ruleset.registry.metrics, { events: [order], now });
  const person = { id: 'p1', timeZone: 'UTC', identifiers: {}, lists: [] };
  const subject: Subject = { ...person, attributes: { ...attributes }, ledger };
  return { source, ruleset, subject, now };
}

const sizeOf = ({ parts = [] }: Explanation): number =>
  parts.reduce((size, part) => size + sizeOf(part), 1);

describe('why somebody is in a segment', () => {
  const segments = {
    riga: { attribute: 'city', equals: 'Riga' },
    recent: { did: 'Order Completed', within: 'P30D' },
    both: { all: [{ in: 'riga' }, { in: 'recent' }] },
    again: { any: [{ in: 'both' }, { in: 'riga' }] },
  };

  it.each(Object.keys(segments))('agrees with membership in "%s", rules within rules too', (id) => {
    for (const city of ['Riga', 'Oslo']) {
      const about = asked(rulesOf(segments), { city });
      const answer = about.ruleset.segments.find((one) => one.id === id)?.now(about.subject, now);
      const end = until(answer ?? Number.NaN);
      const shown = {
        answer: member(answer ?? Number.NaN),
        until: Number.isFinite(end) ? new Date(end).toISOString() : null,
      };
      const explained = explainSegment(id, about);
      expect(explained).toMatchObject({ member: shown.answer, until: shown.until, rule: shown });
      expect(explained?.next).toBeUndefined();
    }
  });

  it('shows the rules of segments that are asked for, each once, where it is first named', () => {
    const explained = explainSegment('again', asked(rulesOf(segments), { city: 'Riga' }));
    expect(explained?.words).toBe(
      'People who are in the segment "both" or who are in the segment "riga".',
    );
    expect(explained?.rule?.parts).toMatchObject([
      {
        kind: 'in',
        answer: true,
        until: '2026-12-24T12:00:00.001Z',
        value: { segment: 'both', name: 'both' },
        parts: [
          {
            kind: 'all',
            parts: [
              { kind: 'in', parts: [{ kind: 'attribute', value: 'Riga' }] },
              { kind: 'in', parts: [{ kind: 'did', value: { count: 1 } }] },
            ],
          },
        ],
      },
      { kind: 'in', answer: true, value: { segment: 'riga' } },
    ]);
    expect(explained?.rule?.parts?.[1]).not.toHaveProperty('parts');
  });

  it('stays readable when hundreds of segments use each other', () => {
    const chain = Object.fromEntries(
      Array.from({ length: 60 }, (_, index) => {
        const below = index === 0 ? { attribute: 'n', atLeast: 0 } : { in: `s${index - 1}` };
        return [`s${index}`, { any: [below, { not: below }] }];
      }),
    );
    const rule = explainSegment('s59', asked(rulesOf(chain)))?.rule;
    expect(rule?.answer).toBe(true);
    expect(rule && sizeOf(rule)).toBeLessThan(60 * 5);
  });

  it('names segments without telling them once the answer is very long', () => {
    const wide = (of: number): unknown => ({
      any: Array.from({ length: 400 }, (_, index) => ({ attribute: `a${of}-${index}`, equals: 1 })),
    });
    const inner = Object.fromEntries(Array.from({ length: 20 }, (_, of) => [`w${of}`, wide(of)]));
    const all = { any: Object.keys(inner).map((id) => ({ in: id })) };
    const rule = explainSegment('all', asked(rulesOf({ ...inner, all })))?.rule;
    expect(rule && sizeOf(rule)).toBeLessThan(3000);
    expect(rule?.parts?.[0]).toHaveProperty('parts');
    expect(rule?.parts?.at(-1)).not.toHaveProperty('parts');
  });

  it('tells what serves and what comes while a changed rule is being built', () => {
    const edited = define(rulesOf(segments), 'riga', { attribute: 'city', equals: 'Oslo' });
    const explained = explainSegment('riga', asked(edited, { city: 'Oslo' }));
    expect(explained).toMatchObject({
      member: false,
      words: 'People whose city is "Riga".',
      next: { member: true, words: 'People whose city is "Oslo".', rule: { value: 'Oslo' } },
    });
    expect(explainSegment('both', asked(edited, { city: 'Oslo' }))).toMatchObject({
      member: false,
      next: { member: true, rule: { parts: [{ answer: true }, { answer: true }] } },
    });
    expect(explainSegment('recent', asked(edited))).not.toHaveProperty('next');
  });

  it('tells only what comes of a segment that is new, and only what serves of one that goes', () => {
    const made = define(rulesOf({}), 'new', segments.riga);
    expect(explainSegment('new', asked(made, { city: 'Riga' }))).toMatchObject({
      member: false,
      until: null,
      words: null,
      rule: null,
      next: { member: true, words: 'People whose city is "Riga".' },
    });
    const going = define(rulesOf({ riga: segments.riga }), 'riga', undefined);
    expect(explainSegment('riga', asked(going, { city: 'Riga' }))).toMatchObject({
      member: true,
      next: { member: false, until: null, words: null, rule: null },
    });
  });

  it('is not told of a segment that is not there', () => {
    expect(explainSegment('none', asked(rulesOf(segments)))).toBeUndefined();
  });
});
