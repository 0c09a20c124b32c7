import { describe, expect, it } from 'vitest';
import { sameJson } from '../../../shared/domain/profiles/same-json.ts';

describe('two JSON values', () => {
  it.each([
    [
      { a: 1, b: [{ c: 2, d: null }] },
      { b: [{ d: null, c: 2 }], a: 1 },
    ],
    [{ a: 1, b: undefined }, { a: 1 }],
    [null, null],
    ['x', 'x'],
  ])('%j and %j say the same', (one, other) => {
    expect(sameJson(one, other)).toBe(true);
    expect(sameJson(other, one)).toBe(true);
  });

  it.each([
    [
      [1, 2],
      [2, 1],
    ],
    [[], {}],
    [{ a: 1 }, { b: 1 }],
    [{ a: 1 }, { a: 1, b: 2 }],
    [{ a: null }, {}],
    [{ constructor: 1 }, { a: 1 }],
    [1, '1'],
    [null, {}],
  ])('%j and %j do not', (one, other) => {
    expect(sameJson(one, other)).toBe(false);
    expect(sameJson(other, one)).toBe(false);
  });
});
