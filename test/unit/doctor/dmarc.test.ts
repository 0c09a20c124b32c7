import { describe, expect, it } from 'vitest';
import { known } from '../../../infra/doctor/asked.ts';
import { checkDmarc } from '../../../infra/doctor/checks/dmarc.ts';
import { refused, statesOf, textOf } from './states.ts';

const check = (records: readonly string[], above: readonly string[] = []) =>
  checkDmarc(
    'news.shop.example',
    known([
      { domain: 'news.shop.example', records },
      { domain: 'shop.example', records: above },
    ]),
  );

describe('the DMARC record', () => {
  it.each([
    ['that is missing', [], [], 'wrong'],
    ['among others of no account', ['google-site-verification=1'], [], 'wrong'],
    ['that rejects', ['v=DMARC1; p=reject; rua=mailto:d@shop.example'], [], 'ok'],
    [
      'that quarantines, without the last semicolon and in capitals',
      ['V=DMARC1;P=Quarantine'],
      [],
      'ok',
    ],
    ['that only watches', ['v=DMARC1; p=none'], [], 'warning'],
    ['with two of its kind', ['v=DMARC1; p=reject', 'v=DMARC1; p=none'], [], 'wrong'],
    ['without a policy', ['v=DMARC1; rua=mailto:d@shop.example'], [], 'wrong'],
    ['with a policy that nobody knows', ['v=DMARC1; p=block'], [], 'wrong'],
    ['with a tag twice', ['v=DMARC1; p=none; p=reject'], [], 'wrong'],
    ['that is not written in tags', ['v=DMARC1 p=reject'], [], 'wrong'],
    ['of the domain above', [], ['v=DMARC1; p=reject'], 'ok'],
    [
      'of the domain above, with a word of its own for those below',
      [],
      ['v=DMARC1; p=reject; sp=none'],
      'warning',
    ],
    [
      'of its own before that of the domain above',
      ['v=DMARC1; p=reject'],
      ['v=DMARC1; p=none'],
      'ok',
    ],
  ] as const)('%s', (_, records, above, state) => {
    expect(statesOf(check(records, above))).toEqual({ DMARC: state });
  });

  it('is written out to be added where there is none', () => {
    expect(textOf(check([]))).toContain('_dmarc.news.shop.example  TXT  "v=DMARC1; p=none; rua=');
  });

  it('that does not begin as it must is told apart from none', () => {
    expect(textOf(check(['dmarc: reject']))).toContain('must begin with "v=DMARC1"');
  });

  it('is unknown where the DNS does not answer', () => {
    expect(statesOf(checkDmarc('shop.example', refused))).toEqual({ DMARC: 'unknown' });
  });
});
