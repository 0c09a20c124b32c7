import { describe, expect, it } from 'vitest';
import { maxSegments } from '../../../shared/domain/segments/segment-definition.ts';
import { define, noRules, rulesOf, settle, tryDefine } from './rules-in-memory.ts';

const riga = { attribute: 'city', equals: 'Riga' };
const oslo = { attribute: 'city', equals: 'Oslo' };
const orders = (within: string) => ({ did: 'Order Completed', within });

const pathsOf = (definition: ReturnType<typeof tryDefine>) =>
  definition.ok ? [] : definition.issues.map(({ path }) => path.join('.'));

describe('defining a segment', () => {
  it('makes it with a pass over everybody; nobody is in it before', () => {
    const definition = tryDefine(noRules, 'riga', riga);
    expect(definition).toMatchObject({ ok: true, pass: true });
    const [segment] = define(noRules, 'riga', riga).segments;
    expect(segment).toMatchObject({ version: 1, serving: undefined });
    expect(settle(define(noRules, 'riga', riga)).segments[0]?.serving?.version).toBe(1);
  });

  it('refuses what is not there, with its path', () => {
    const rule = { all: [riga, { any: [{ not: { in: 'vips' } }, { list: 'partners' }] }] };
    expect(pathsOf(tryDefine(noRules, 'mine', rule))).toEqual([
      'rule.all.1.any.0.not.in',
      'rule.all.1.any.1.list',
    ]);
  });

  it('refuses a cycle, through others too', () => {
    const rules = rulesOf({ a: riga, b: { in: 'a' }, c: { not: { in: 'b' } } });
    expect(pathsOf(tryDefine(rules, 'a', { in: 'a' }))).toEqual(['rule.in']);
    expect(pathsOf(tryDefine(rules, 'a', { all: [riga, { in: 'c' }] }))).toEqual(['rule.all.1.in']);
    expect(pathsOf(tryDefine(rules, 'd', { in: 'c' }))).toEqual([]);
  });

  it('refuses a segment that is being deleted', () => {
    const rules = define(rulesOf({ a: riga }), 'a', undefined);
    expect(pathsOf(tryDefine(rules, 'b', { in: 'a' }))).toEqual(['rule.in']);
  });

  it('builds those that use it anew, and no others', () => {
    const rules = rulesOf({ a: riga, b: { in: 'a' }, c: { in: 'b' }, other: riga });
    const changed = define(rules, 'a', oslo).segments.filter(
      ({ version }) => version > rules.revision,
    );
    expect(changed.map(({ id }) => id).sort()).toEqual(['a', 'b', 'c']);
    expect(changed.every(({ serving }) => serving !== undefined)).toBe(true);
  });

  it('needs no pass for a new name, unless one is under way', () => {
    const rules = rulesOf({ a: riga });
    expect(tryDefine(rules, 'a', riga)).toMatchObject({ ok: true, pass: false });
    expect(tryDefine(define(rules, 'a', oslo), 'a', oslo)).toMatchObject({ ok: true, pass: true });
  });

  it('keeps the metrics of both definitions until the new one serves', () => {
    const rules = rulesOf({ a: orders('P30D') });
    const changing = define(rules, 'a', orders('P90D'));
    expect(changing.registry.metrics.map(({ filled }) => filled)).toEqual([true, false]);
    const settled = settle(changing).registry.metrics;
    expect(settled).toMatchObject([{ filled: true, spec: { retentionDays: expect.any(Number) } }]);
    expect(settled[0]?.id).toBe(changing.registry.metrics[1]?.id);
  });

  it('deletes with a pass, after which it is gone', () => {
    const rules = rulesOf({ a: riga, b: oslo });
    const deleting = define(rules, 'a', undefined);
    expect(deleting.segments.find(({ id }) => id === 'a')?.serving).toBeDefined();
    expect(settle(deleting).segments.map(({ id }) => id)).toEqual(['b']);
  });

  it('does not delete what others use', () => {
    const rules = rulesOf({ a: riga, b: { in: 'a' } });
    expect(tryDefine(rules, 'a', undefined)).toMatchObject({
      ok: false,
      issues: [{ message: expect.stringContaining('"b"') }],
    });
  });

  it('stops at the number of segments one company may have', () => {
    const segments = Array.from({ length: maxSegments }, (_, n) => ({
      id: `s-${n}`,
      name: '',
      rule: { attribute: 'n', equals: n },
      version: 1,
      serving: undefined,
      createdAt: '',
      updatedAt: '',
    }));
    const full = { ...noRules, segments };
    expect(tryDefine(full, 'one-more', riga).ok).toBe(false);
    expect(tryDefine(full, 's-7', riga).ok).toBe(true);
  });
});
