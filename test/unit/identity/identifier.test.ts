import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  normaliseEmail,
  normaliseId,
  normalisePhone,
} from '../../../shared/domain/identity/identifier.ts';

describe('an email address', () => {
  it.each([
    ['Anna@Example.com', 'anna@example.com'],
    ['  anna@example.com \n', 'anna@example.com'],
    ['anna+sale@mail.example.co.uk', 'anna+sale@mail.example.co.uk'],
    ["o'hara@example.com", "o'hara@example.com"],
    ['anna@Bücher.example', 'anna@xn--bcher-kva.example'],
    ['JO\u0301@example.com', 'jó@example.com'],
    ['anna@xn--bcher-kva.example', 'anna@xn--bcher-kva.example'],
  ])('%j is known as %j', (written, known) => {
    expect(normaliseEmail(written)).toBe(known);
  });

  it.each([
    '',
    ' ',
    'anna',
    'anna@',
    '@example.com',
    'anna@example',
    '.anna@example.com',
    'anna.@example.com',
    '.a.@example.com',
    'anna@@example.com',
    'anna@example.c',
    'anna@example..com',
    'an na@example.com',
    'anna@.example.com',
    'anna@-example.com',
    'anna@example-.com',
    'anna@example.com/evil.org',
    'anna@exa/mple.com',
    'anna@example.com?x.org',
    'anna@bücher.example#x.org',
    'anna@bü%2fcher.example',
    'a\u0000nna@example.com',
    'anna@exam\u200bple.com',
    'Anna <anna@example.com>',
    'anna@example.com,bert@example.com',
    `${'a'.repeat(65)}@example.com`,
    `anna@${'a'.repeat(64)}.com`,
    `anna@${'abcdefgh.'.repeat(30)}com`,
  ])('%j is none', (written) => {
    expect(normaliseEmail(written)).toBeUndefined();
  });

  it('that is normal stays as it is', () => {
    fc.assert(
      fc.property(fc.emailAddress(), (written) => {
        const known = normaliseEmail(written);
        expect(known === undefined ? undefined : normaliseEmail(known)).toBe(known);
      }),
    );
  });
});

describe('a phone number', () => {
  it.each([
    ['+371 20 000 000', undefined, '+37120000000'],
    ['+37120000000', 'LV', '+37120000000'],
    ['20000000', 'LV', '+37120000000'],
    ['(020) 7946-0958', 'GB', '+442079460958'],
    ['00371 20000000', 'LV', '+37120000000'],
    [' +37120000000\n', undefined, '+37120000000'],
  ])('%j in %s is %s', (written, country, known) => {
    expect(normalisePhone(written, country)).toBe(known);
  });

  it.each([
    ['20000000', undefined],
    ['20000000', 'no such country'],
    ['', 'LV'],
    ['call me', 'LV'],
    ['call me +37120000000 now', undefined],
    ['call me 20000000', 'LV'],
    ['+37120000000 <b>', undefined],
    ['+371 20000000 ext 5', undefined],
    ['tel:+37120000000;ext=5', undefined],
    ['+1', undefined],
    ['12', 'LV'],
    ['+3712000000000000000', undefined],
  ])('%j in %s is none', (written, country) => {
    expect(normalisePhone(written, country)).toBeUndefined();
  });
});

describe('an id', () => {
  it('is trimmed, and its case counts', () => {
    expect(normaliseId(' C-42 ')).toBe('C-42');
    expect(normaliseId('c-42')).not.toBe(normaliseId('C-42'));
  });

  it('has 1 to 256 characters', () => {
    expect(normaliseId('')).toBeUndefined();
    expect(normaliseId('  ')).toBeUndefined();
    expect(normaliseId('a'.repeat(256))).toHaveLength(256);
    expect(normaliseId('a'.repeat(257))).toBeUndefined();
  });
});
