import { describe, expect, it } from 'vitest';
import { computedSpec } from '../../../shared/domain/rules/computed/computed.ts';
import {
  maxKeptCharacters,
  maxKeptValues,
} from '../../../shared/domain/rules/ledger/kept-values.ts';
import {
  addEvent,
  decodeLedger,
  encodeLedger,
  foldLedger,
  maxLedgerBytes,
  readMetric,
} from '../../../shared/domain/rules/ledger/ledger.ts';
import { matchEvent } from '../../../shared/domain/rules/ledger/metric.ts';
import { bought, dayMs, type Event, ledgerOf, now, parse, valueOf } from './computed-history.ts';

describe('the values that a ledger keeps', () => {
  const favourite = { function: 'mostFrequent', property: 'category' };
  const daily = (index: number, category: unknown): Event => [
    new Date(now - (1000 - index) * dayMs).toISOString(),
    bought(category),
  ];

  it('take so many bytes', () => {
    const genres = ['jazz', 'rock', 'pop', 'classical'];
    const orders = Array.from({ length: 50 }, (_, index) =>
      daily(index, genres[(index * index) % 4]),
    );
    const sizes = [
      { function: 'count' },
      { function: 'last', property: 'category' },
      favourite,
      { function: 'count', within: 'P3Y' },
      { ...favourite, within: 'P3Y' },
    ].map((definition) => encodeLedger(ledgerOf(definition, orders)).length);
    console.log(
      `count, last, mostFrequent of 50 orders; the same within 3 years: ${sizes.join(', ')}`,
    );
    const [count = 0, last = 0, most = 0, countWithin = 0, mostWithin = 0] = sizes;
    expect(last - count).toBeLessThan(20);
    expect(most - count).toBeLessThan(30);
    // A byte for each order, and the two genres that occur.
    expect(mostWithin - countWithin).toBeLessThan(50 + 20);
  });

  it('keep the instant of each to the millisecond', () => {
    const rock = '2026-03-04T10:00:00.001Z';
    const events: Event[] = [
      ['2026-03-01', bought('jazz')],
      [rock, bought('rock')],
      ['2026-03-09', bought('jazz')],
    ];
    const { kept } = readMetric(ledgerOf(favourite, events), 1) ?? {};
    if (kept === undefined || 'counts' in kept) throw new Error('No values are kept.');
    expect([...kept.folded]).toEqual([
      ['jazz', { count: 2, at: Date.parse('2026-03-09') }],
      ['rock', { count: 1, at: Date.parse(rock) }],
    ]);
  });

  it('are at most some hundred different ones: what occurs least is forgotten first', () => {
    function* events(): Iterable<Event> {
      for (let index = 0; index < 900; index++) {
        yield daily(index, `once ${index}`);
        if (index % 10 === 0) yield daily(index, 'often');
      }
    }
    const metric = readMetric(ledgerOf(favourite, events()), 1);
    const { kept } = metric ?? {};
    if (kept === undefined || 'counts' in kept) throw new Error('No values are kept.');
    expect(kept.folded.size).toBe(maxKeptValues);
    expect(kept.folded.get('often')).toMatchObject({ count: 90 });
    expect(kept.folded.has('once 899')).toBe(true);
    expect(kept.folded.has('once 500')).toBe(false);
  });

  it('are as many in a window: those done longest ago are forgotten first', () => {
    const events = Array.from({ length: 450 }, (_, index) => daily(index, `once ${index}`));
    const first = { function: 'first', property: 'category', within: 'P5Y' };
    expect(valueOf(first, events)[0]).toBe('once 250');
    expect(valueOf({ ...first, function: 'last' }, events)[0]).toBe('once 449');
    expect(valueOf({ function: 'count', within: 'P5Y' }, events)[0]).toBe(450);
  });

  it('are texts of some hundred characters, and never half of one', () => {
    const text = `${'x'.repeat(maxKeptCharacters - 1)}😀`;
    const [value] = valueOf({ function: 'last', property: 'category' }, [daily(1, text)]);
    expect(value).toBe('x'.repeat(maxKeptCharacters - 1));
    const odd = ['\uFEFFa', 'Rīga 😀', ''];
    for (const one of odd) {
      expect(valueOf({ function: 'last', property: 'category' }, [daily(1, one)])[0]).toBe(one);
    }
  });

  it('stay under the cap of the ledger for a bot', () => {
    const definitions = Array.from({ length: 80 }, (_, index) =>
      parse({ ...favourite, property: `p${index}` }),
    );
    const ledger = decodeLedger(undefined);
    definitions.forEach((definition, id) => {
      const spec = computedSpec(definition);
      for (let index = 0; index < 200; index++) {
        const text = `${index} ${'x'.repeat(maxKeptCharacters)}`;
        const match = matchEvent(spec, { [`p${id}`]: text });
        if (match !== undefined) addEvent(ledger, id, spec, now - index * dayMs, match);
      }
      foldLedger(ledger, id, spec, now);
    });
    expect(encodeLedger(ledger).length).toBeLessThan(maxLedgerBytes);
  });

  it('are not in the ledgers written before there were any, which are read as ever', () => {
    const before =
      '0101180d02b092fe1be08e1702b21f02b0f0b21cc0b60be807f80aac020f1101b0bac41c01010280f085e4be68';
    const ledger = decodeLedger(Buffer.from(before, 'hex'));
    expect(readMetric(ledger, 1)).toMatchObject({ count: 2, sum: 2009, scale: 2, kept: undefined });
    expect(readMetric(ledger, 300)?.rows).toEqual([
      [[{ kind: 'day', ms: Date.UTC(2026, 10, 20) }]],
    ]);
    expect(Buffer.from(encodeLedger(ledger)).toString('hex')).toBe(before);
  });
});
