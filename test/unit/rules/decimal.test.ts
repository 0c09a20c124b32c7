import { describe, expect, it } from 'vitest';
import { add, decimalOf, rescale } from '../../../shared/domain/rules/ledger/decimal.ts';

describe('a decimal', () => {
  it.each<[readonly unknown[], string]>([
    [[0.1, 0.2], '3e-1'],
    [[29.33, 0.67], '3000e-2'],
    [[1e21, 1], '1000000000000000000001e-0'],
    [[1e-7, 1], '10000001e-7'],
    [[-10, 0.5], '-95e-1'],
    [['7', null, Number.NaN, 2], '2e-0'],
    [[9_007_199_254_740_991, 9_007_199_254_740_991, 0.1], '180143985094819821e-1'],
  ])('%j adds up to %s', (values, expected) => {
    const decimals = values.map(decimalOf);
    const scale = Math.max(...decimals.map((decimal) => decimal.scale));
    const sum = decimals.map((one) => rescale(one.units, one.scale, scale)).reduce(add, 0);
    expect(`${sum}e-${scale}`).toBe(expected);
  });
});
