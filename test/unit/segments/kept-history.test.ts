import { describe, expect, it } from 'vitest';
import { expiryOf } from '../../../shared/domain/profiles/timeline-entry.ts';
import { computedDefinitionSchema } from '../../../shared/domain/rules/computed/computed.ts';
import { rfmSettingsSchema } from '../../../shared/domain/rules/rfm/rfm.ts';
import { triggerRuleSchema } from '../../../shared/domain/rules/rule.ts';
import { defineComputed } from '../../../shared/domain/segments/computed-definition.ts';
import { historyIssues, timelineAlone } from '../../../shared/domain/segments/kept-history.ts';
import { defineRfm } from '../../../shared/domain/segments/rfm-definition.ts';
import type { RulesetSource } from '../../../shared/domain/segments/ruleset.ts';
import { defineSegment } from '../../../shared/domain/segments/segment-definition.ts';
import { noRules, settle, stored, tryDefine } from './rules-in-memory.ts';

const at = { now: '2026-11-25T12:00:00.000Z', companyTimeZone: 'Europe/Riga' };
const year = { ...at, timelineDays: 365 };
const orders = (rest: object) => ({ did: 'Order Completed', ...rest });

type Definition = ReturnType<typeof tryDefine>;

const said = (definition: Definition) =>
  definition.ok ? [] : definition.issues.map(({ path, message }) => [path.join('.'), message]);

const defined = (source: RulesetSource, rule: unknown, context: typeof at = year, id = 'mine') => {
  const read = tryDefine(source, id, rule);
  if (!read.ok) throw new Error('The rule is wrong by itself.');
  const segment = read.change.segments.find((one) => one.id === id);
  return defineSegment(source, { id, name: id, rule: segment?.rule }, context);
};

/** The rules after a change and its pass. */
const after = (source: RulesetSource, definition: Definition): RulesetSource => {
  if (!definition.ok) throw new Error(definition.issues[0]?.message);
  return settle(stored(source, definition.change));
};

const all =
  'needs all history, of which the timeline keeps P365D: ask for a window of that, or set no timelineDays';
const longer = (window: string, days: number) =>
  `needs ${window} of history, of which the timeline keeps P365D: set timelineDays to at least ${days}`;

describe('a rule that looks back further than the timeline is kept', () => {
  it.each([
    [orders({ within: 'P2Y' }), [['rule.within', longer('P2Y', 731)]]],
    // One year in four has a day more.
    [orders({ within: 'P1Y' }), [['rule.within', longer('P1Y', 366)]]],
    [orders({ within: 'P365D' }), []],
    [orders({ within: 'PT12H' }), []],
    [orders({ within: 'P365DT1S' }), [['rule.within', longer('P365DT1S', 366)]]],
    [orders({ between: ['P400D', 'P30D'] }), [['rule.between', longer('P400D', 400)]]],
    [orders({ between: ['P365D', 'P30D'] }), []],
    [orders({}), [['rule.did', all]]],
    [orders({ olderThan: 'P30D' }), [['rule.did', all]]],
    [orders({ sum: 'total', atLeast: 10 }), [['rule.did', all]]],
    [{ didNot: 'Order Completed' }, [['rule.didNot', all]]],
    [{ didNot: 'Order Completed', within: 'P90D' }, []],
    [{ last: 'Order Completed', olderThan: 'P180D' }, [['rule.last', all]]],
    [{ last: 'Order Completed', olderThan: 'P180D', within: 'P360D' }, []],
    // Whether an order is the first of all says no window.
    [{ first: 'Order Completed', within: 'P30D' }, [['rule.first', all]]],
    [{ rfm: 'Champions' }, [['rule.rfm', all]]],
    [{ attribute: 'city', equals: 'Riga' }, []],
    [{ attribute: 'boughtAt', olderThan: 'P4Y' }, []],
    [
      { all: [{ bucket: { salt: 's', from: 0, to: 50 } }, { any: [{ not: orders({}) }] }] },
      [['rule.all.1.any.0.not.did', all]],
    ],
    [
      { any: [orders({ within: 'P3Y' }), orders({}), orders({ within: 'P1D' })] },
      [
        ['rule.any.0.within', longer('P3Y', 1096)],
        ['rule.any.1.did', all],
      ],
    ],
  ])('is refused by the word that asks: %j', (rule, expected) => {
    expect(said(defined(noRules, rule))).toEqual(expected);
  });

  it('is taken where the timeline is kept for ever, or long enough', () => {
    expect(defined(noRules, orders({}), at).ok).toBe(true);
    const long = { ...at, timelineDays: 731 };
    expect(defined(noRules, orders({ within: 'P2Y' }), long).ok).toBe(true);
  });

  it('is taken where the ledgers hold it already', () => {
    const whole = after(noRules, defined(noRules, orders({ sum: 'total', atLeast: 5 }), at, 'old'));
    expect(defined(whole, orders({ sum: 'total', atLeast: 9 })).ok).toBe(true);
    expect(said(defined(whole, orders({ sum: 'tax', atLeast: 9 })))).toEqual([['rule.did', all]]);
    const long = after(noRules, defined(noRules, orders({ within: 'P2Y' }), at, 'old'));
    expect(defined(long, orders({ within: 'P2Y', atLeast: 3 })).ok).toBe(true);
    expect(said(defined(long, orders({ within: 'P3Y' })))[0]?.[0]).toBe('rule.within');
  });

  it('is refused as long as the ledgers are being filled', () => {
    const filling = defined(noRules, orders({}), at, 'old');
    if (!filling.ok) throw new Error('It is kept for ever.');
    const source = stored(noRules, filling.change);
    expect(said(defined(source, orders({ atLeast: 2 })))).toEqual([['rule.did', all]]);
  });

  it('is refused where the ledgers were filled from less', () => {
    const short = after(noRules, defined(noRules, orders({ within: 'P90D' }), year, 'old'));
    expect(said(defined(short, orders({})))).toEqual([['rule.did', all]]);
    expect(defined(short, orders({ within: 'P90D', atLeast: 2 })).ok).toBe(true);
  });

  it('can be renamed though the timeline is kept for less since', () => {
    const source = after(noRules, defined(noRules, orders({ within: 'P2Y' }), at));
    const [segment] = source.segments;
    const renamed = { id: 'mine', name: 'Another name', rule: segment?.rule };
    expect(defineSegment(source, renamed, year).ok).toBe(true);
  });
});

describe('an `unless`, which is asked of the timeline alone', () => {
  const unless = (rule: unknown, source = noRules) =>
    historyIssues(triggerRuleSchema.parse(rule), timelineAlone(source, 365), ['unless']).map(
      ({ path }) => path.join('.'),
    );

  it.each([
    [orders({ since: 'trigger' }), []],
    [{ not: { last: 'Order Completed', since: 'trigger' } }, []],
    [{ first: 'Order Completed', since: 'trigger' }, ['unless.first']],
    [orders({ within: 'P90D' }), []],
    [orders({ within: 'P2Y' }), ['unless.within']],
    [{ any: [orders({ since: 'trigger' }), orders({})] }, ['unless.any.1.did']],
  ])('is refused where that is not kept long enough: %j', (rule, expected) => {
    expect(unless(rule)).toEqual(expected);
  });

  it('is refused though ledgers hold the answer', () => {
    const whole = after(noRules, defined(noRules, orders({}), at));
    expect(unless(orders({}), whole)).toEqual(['unless.did']);
  });
});

describe('other definitions', () => {
  const count = (within?: string) =>
    computedDefinitionSchema.parse({
      event: 'Order Completed',
      function: 'count',
      ...(within && { within }),
    });
  const computed = (
    source: RulesetSource,
    definition: ReturnType<typeof count>,
    context: typeof at,
  ) => defineComputed(source, { id: 'orders', name: 'Orders', definition }, context);

  it('are refused in the same way: computed values', () => {
    expect(said(computed(noRules, count(), year))).toEqual([['within', all]]);
    expect(said(computed(noRules, count('P2Y'), year))).toEqual([['within', longer('P2Y', 731)]]);
    const source = after(noRules, computed(noRules, count('P90D'), year));
    expect(defined(source, { computed: 'orders', atLeast: 2 }).ok).toBe(true);
  });

  it('are refused in the same way: RFM', () => {
    const rfm = (settings: object) => defineRfm(noRules, rfmSettingsSchema.parse(settings), year);
    expect(said(rfm({}))).toEqual([['within', all]]);
    expect(said(rfm({ within: 'P2Y' }))).toEqual([['within', longer('P2Y', 731)]]);
    const source = after(noRules, rfm({ within: 'P180D' }));
    expect(defined(source, { rfm: 'Champions' }).ok).toBe(true);
  });
});

describe('how long an entry stays', () => {
  const entry = (occurredAt: string, recordedAt = occurredAt, type = 'event') => ({
    type,
    occurredAt: `${occurredAt}T12:00:00.000Z`,
    recordedAt: `${recordedAt}T12:00:00.000Z`,
  });
  const dayOf = (second: number | undefined) =>
    second === undefined ? undefined : new Date(second * 1000).toISOString().slice(0, 10);

  it.each([
    [entry('2026-11-25'), 365, '2027-11-27'],
    [entry('2026-11-25'), undefined, undefined],
    // What is told late stays a month: it may have to be published again.
    [entry('1998-07-01', '2026-11-25'), 365, '2026-12-25'],
    [entry('2026-11-01', '2026-11-25'), 30, '2026-12-25'],
    [entry('2026-11-25', '2026-11-25', 'consent.given'), 365, undefined],
    [entry('2026-11-25', '2026-11-25', 'message.sent'), 365, undefined],
    [entry('2026-11-25', '2026-11-25', 'segment.entered'), 365, undefined],
    [entry('2026-11-25', '2026-11-25', 'lead.captured'), 365, undefined],
  ])('%j, with %s days: until %s', (of, days, expected) => {
    expect(dayOf(expiryOf(of, days))).toBe(expected);
  });
});
