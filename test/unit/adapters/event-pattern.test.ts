import { describe, expect, it } from 'vitest';
import {
  matchesPattern,
  validatePattern,
} from '../../../shared/adapters/embedded/event-pattern.ts';

/** The event of EventBridge's user guide, with a detail of our own. */
const anEvent = (detail: Readonly<Record<string, unknown>> = {}) => ({
  version: '0',
  id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
  'detail-type': 'EC2 Instance State-change Notification',
  source: 'aws.ec2',
  account: '111122223333',
  time: '2017-12-22T18:43:48Z',
  region: 'us-west-1',
  resources: ['arn:aws:ec2:us-west-1:123456789012:instance/i-1234567890abcdef0'],
  detail: { 'instance-id': 'i-1234567890abcdef0', state: 'terminated', ...detail },
});

type Row = readonly [
  what: string,
  matchers: readonly unknown[],
  matching: readonly unknown[],
  other: readonly unknown[],
];

/** `undefined` among the values is an event without the field. */
const rows: readonly Row[] = [
  ['an exact string', ['running'], ['running'], ['Running', 'running ', 1, null, undefined]],
  ['one of several values', ['a', 'b', 3], ['a', 'b', 3], ['c', 4, '3']],
  ['the empty string', [''], [''], [null, 'a', undefined]],
  ['null', [null], [null], ['', 'null', 0, undefined]],
  ['true', [true], [true], [false, 'true', 1]],
  ['a number', [300], [300, 3e2], ['300', 301]],
  ['prefix', [{ prefix: 'us-' }], ['us-east-1', 'us-'], ['eu-us-', 'US-east', 5, undefined]],
  [
    'prefix ignoring case',
    [{ prefix: { 'equals-ignore-case': 'EventB' } }],
    ['eventbridge', 'EVENTB'],
    ['the eventb', undefined],
  ],
  ['suffix', [{ suffix: '.png' }], ['a.png'], ['a.PNG', '.png.txt', undefined]],
  [
    'suffix ignoring case',
    [{ suffix: { 'equals-ignore-case': 'tbridge' } }],
    ['EVENTBRIDGE', 'eventBridge'],
    ['bridges'],
  ],
  ['equals-ignore-case', [{ 'equals-ignore-case': 'alice' }], ['ALICE', 'Alice'], ['alices', 1]],
  [
    'anything-but a string',
    [{ 'anything-but': 'initializing' }],
    ['running', 5, null, ''],
    ['initializing', undefined],
  ],
  ['anything-but a number', [{ 'anything-but': 123 }], [124, '123'], [123, undefined]],
  [
    'anything-but a list',
    [{ 'anything-but': ['stopped', 'overloaded'] }],
    ['running', 1],
    ['stopped', 'overloaded'],
  ],
  ['anything-but numbers', [{ 'anything-but': [100, 200] }], [300, 'x'], [100, 200]],
  ['anything-but a prefix', [{ 'anything-but': { prefix: 'us-' } }], ['eu-1', 7], ['us-1']],
  [
    'anything-but prefixes',
    [{ 'anything-but': { prefix: ['us-', 'eu-'] } }],
    ['ap-1'],
    ['us-1', 'eu-1', undefined],
  ],
  ['anything-but a suffix', [{ 'anything-but': { suffix: '.png' } }], ['a.gif'], ['a.png']],
  [
    'anything-but ignoring case',
    [{ 'anything-but': { 'equals-ignore-case': ['initializing', 'stopped'] } }],
    ['running'],
    ['INITIALIZING', 'Stopped'],
  ],
  [
    'anything-but a wildcard',
    [{ 'anything-but': { wildcard: '*/lib/*' } }],
    ['/usr/bin/x'],
    ['/usr/lib/x'],
  ],
  ['numeric =', [{ numeric: ['=', 301.8] }], [301.8], [301, '301.8']],
  ['numeric <', [{ numeric: ['<', 10] }], [9.99, -5e9], [10, '5', null, undefined]],
  ['numeric >=', [{ numeric: ['>=', 10] }], [10, 5e9], [9.99, 5e9 + 1]],
  ['a numeric range', [{ numeric: ['>', 0, '<=', 5] }], [0.001, 5], [0, 5.001, -1]],
  ['exists', [{ exists: true }], ['a', null, false, 0], [undefined, { nested: 1 }, []]],
  ['exists: false', [{ exists: false }], [undefined, { nested: 1 }, []], ['a', null, 0]],
  ['absence or a value', [{ exists: false }, 'a'], [undefined, 'a'], ['b']],
  [
    'wildcard',
    [{ wildcard: 'dir/*/*.png' }],
    ['dir/a/b.png', 'dir//.png', 'dir/a/b/c.png', 'dir/a\n/b.png'],
    ['dir/b.png', 'dirXaXb.png', 'dir/a/b.png2'],
  ],
  ['an escaped wildcard', [{ wildcard: 'a\\*b\\\\*' }], ['a*b\\', 'a*b\\c'], ['aXb\\', 'a*b']],
  ['wildcards without special meaning', [{ wildcard: 'a.b+(*)' }], ['a.b+(c)'], ['aXb+(c)']],
  [
    'cidr of IPv4',
    [{ cidr: '10.0.0.0/24' }],
    ['10.0.0.0', '10.0.0.255'],
    ['10.0.1.0', 'not an address', 10, '2001:db8::1'],
  ],
  ['cidr of IPv6', [{ cidr: '2001:db8::/32' }], ['2001:db8::1'], ['2001:db9::1', '10.0.0.1']],
  ['any element of an array', ['a'], [['b', 'a'], [['a']]], [['b'], []]],
  ['an element other than', [{ 'anything-but': 'a' }], [['a', 'b']], [['a'], []]],
];

describe('an event pattern', () => {
  it.each(rows)('matches by %s', (_, matchers, matching, other) => {
    const pattern = { detail: { field: matchers } };
    const matches = (field: unknown) =>
      matchesPattern(pattern, anEvent(field === undefined ? {} : { field }));
    expect(matching.filter((field) => !matches(field))).toEqual([]);
    expect(other.filter(matches)).toEqual([]);
  });

  it('needs every field it names, and no other', () => {
    const pattern = { source: ['aws.ec2'], detail: { state: ['terminated', 'stopped'] } };
    expect(matchesPattern(pattern, anEvent())).toBe(true);
    expect(matchesPattern(pattern, anEvent({ state: 'running' }))).toBe(false);
    expect(matchesPattern({ ...pattern, region: ['eu-north-1'] }, anEvent())).toBe(false);
    expect(matchesPattern({ resources: [{ prefix: 'arn:aws:ec2:' }] }, anEvent())).toBe(true);
  });

  it('matches one of the alternatives of $or together with the rest', () => {
    const pattern = {
      source: ['aws.ec2'],
      detail: {
        $or: [
          { 'c-count': [{ numeric: ['>', 0, '<=', 5] }] },
          { 'd-count': [{ numeric: ['<', 10] }], 'x-limit': [{ exists: true }] },
        ],
      },
    };
    const rowsOfOr = [
      [{ 'c-count': 3 }, true],
      [{ 'c-count': 6 }, false],
      [{ 'd-count': 9 }, false],
      [{ 'd-count': 9, 'x-limit': 1 }, true],
      [{ 'c-count': 6, 'd-count': 9, 'x-limit': 1 }, true],
    ] as const;
    for (const [detail, expected] of rowsOfOr) {
      expect([detail, matchesPattern(pattern, anEvent(detail))]).toEqual([detail, expected]);
    }
    expect(matchesPattern(pattern, { ...anEvent({ 'c-count': 3 }), source: 'x' })).toBe(false);
  });

  it('combines several $or', () => {
    const either = (one: string, other: string) => ({ $or: [{ [one]: [1] }, { [other]: [1] }] });
    const pattern = { one: either('a', 'b'), two: either('a', 'b') };
    expect(matchesPattern(pattern, { one: { b: 1 }, two: { a: 1 } })).toBe(true);
    expect(matchesPattern(pattern, { one: { b: 1 }, two: { c: 1 } })).toBe(false);
  });

  it('wants its fields from the same object of an array', () => {
    const lines = [
      { sku: 'A', colour: 'red', sizes: [{ name: 's', stock: 0 }] },
      { sku: 'B', colour: 'blue', sizes: [{ name: 's', stock: 4 }] },
    ];
    const matches = (line: Readonly<Record<string, unknown>>) =>
      matchesPattern({ detail: { lines: line } }, anEvent({ lines }));
    expect(matches({ sku: ['B'], colour: ['blue'] })).toBe(true);
    expect(matches({ sku: ['A'], colour: ['blue'] })).toBe(false);
    expect(matches({ sku: ['B'], sizes: { name: ['s'], stock: [4] } })).toBe(true);
    expect(matches({ sku: ['A'], sizes: { name: ['s'], stock: [4] } })).toBe(false);
    expect(matches({ sku: ['A'], zone: [{ exists: false }] })).toBe(true);
  });

  it.each<[string, Readonly<Record<string, unknown>>, RegExp]>([
    ['an empty pattern', {}, /empty object/],
    ['an empty nested object', { detail: {} }, /"detail".*empty object/],
    ['an empty array', { source: [] }, /"source".*empty array/],
    ['a value outside of an array', { source: 'aws.ec2' }, /must be an object or an array/],
    ['an array in an array', { source: [['a']] }, /match value/],
    ['an unknown operator', { source: [{ like: 'a' }] }, /"like" is not an operator/],
    ['two operators at once', { source: [{ prefix: 'a', suffix: 'b' }] }, /exactly one operator/],
    ['no operator', { source: [{}] }, /exactly one operator/],
    ['a prefix that is a number', { source: [{ prefix: 1 }] }, /match expression|match value/],
    ['a prefix of wildcards', { source: [{ prefix: { wildcard: 'a*' } }] }, /cannot hold/],
    ['exists: "yes"', { source: [{ exists: 'yes' }] }, /true or false/],
    ['numeric with !=', { n: [{ numeric: ['!=', 1] }] }, /"!=" compares no numbers/],
    ['numeric without a number', { n: [{ numeric: ['>', '1'] }] }, /bounds are numbers/],
    ['numeric beyond 5e9', { n: [{ numeric: ['>', 6e9] }] }, /bounds are numbers/],
    ['numeric that is empty', { n: [{ numeric: ['>', 5, '<', 5] }] }, /range/],
    ['numeric the wrong way round', { n: [{ numeric: ['<', 5, '>', 1] }] }, /range/],
    ['numeric with three terms', { n: [{ numeric: ['>', 5, '<'] }] }, /one comparison/],
    ['anything-but of both kinds', { n: [{ 'anything-but': ['a', 1] }] }, /list of/],
    ['anything-but nothing', { n: [{ 'anything-but': [] }] }, /list of/],
    ['anything-but null', { n: [{ 'anything-but': null }] }, /match value/],
    ['anything-but exists', { n: [{ 'anything-but': { exists: true } }] }, /cannot hold "exists"/],
    ['anything-but an empty prefix', { n: [{ 'anything-but': { prefix: '' } }] }, /takes a string/],
    ['two wildcards in a row', { n: [{ wildcard: 'a**' }] }, /in a row/],
    ['a wrong escape', { n: [{ wildcard: 'a\\n' }] }, /backslash/],
    ['cidr without a block', { n: [{ cidr: '10.0.0.1' }] }, /no CIDR block/],
    ['cidr of too many bits', { n: [{ cidr: '10.0.0.0/33' }] }, /no CIDR block/],
    ['$or of one', { $or: [{ a: [1] }] }, /at least two/],
    ['$or of values', { $or: [1, 2] }, /must be an object/],
  ])('with %s is refused with a reason', (_, pattern, reason) => {
    expect(() => validatePattern(pattern)).toThrow(reason);
  });
});
