import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newMessage } from '../../../shared/domain/messaging/ledger.ts';
import {
  hiddenLink,
  isAutomated,
  isEcho,
  judgedChange,
  saysMachine,
  type Visit,
  visitChange,
  withVisit,
} from '../../../shared/domain/messaging/links/visits.ts';
import type { Message } from '../../../shared/domain/messaging/message.ts';

const start = Date.parse('2026-11-25T12:00:00.000Z');
const iso = (seconds: number): string => new Date(start + seconds * 1_000).toISOString();

/** `[link, seconds]`, in short. */
const visitsOf = (...pairs: readonly (readonly [number, number])[]): Visit[] =>
  pairs.map(([link, seconds]) => ({ link, at: iso(seconds) }));

/** Which of the visits are a machine's. */
const verdicts = (links: number, ...pairs: readonly (readonly [number, number])[]): boolean[] => {
  const visits = visitsOf(...pairs);
  return visits.map((visit) => isAutomated(visit, visits, { links }));
};

const aRow = (changes: Partial<Message> = {}): Message => ({
  ...newMessage(
    {
      run: 'march@2026-11-25T12:00:00Z',
      step: 'main',
      profileId: 'anna',
      way: 'email',
      channel: 'email',
      variant: undefined,
      trigger: '',
      campaign: 'march',
      kind: 'marketing',
      topic: 'offers',
      template: 'hello',
      templateVersion: 1,
      priority: 5,
      plannedAt: iso(0),
      deadline: undefined,
      event: undefined,
    },
    { kind: 'send' },
    start,
  ),
  state: 'accepted',
  call: 'call',
  ...changes,
});

describe('visits of links', () => {
  it('to all links within ten seconds are a machine, and only those', () => {
    expect(verdicts(3, [1, 0], [2, 4], [3, 10])).toEqual([true, true, true]);
    expect(verdicts(3, [1, 0], [2, 4], [3, 10.001])).toEqual([false, false, false]);
    expect(verdicts(3, [1, 0], [2, 1])).toEqual([false, false]);
    expect(verdicts(3, [1, -11], [1, 0], [2, 4], [3, 8], [3, 30])).toEqual([
      false,
      true,
      true,
      true,
      false,
    ]);
  });

  it('to five of many links within ten seconds are a machine', () => {
    expect(verdicts(40, [3, 0], [9, 1], [11, 2], [30, 3], [7, 4])).toEqual(Array(5).fill(true));
    expect(verdicts(40, [3, 0], [9, 1], [11, 2], [30, 3])).toEqual(Array(4).fill(false));
  });

  it('to the same link twice are a person with a heavy hand', () => {
    expect(verdicts(2, [1, 0], [1, 0.2], [1, 5])).toEqual([false, false, false]);
    expect(verdicts(1, [1, 0], [1, 1])).toEqual([false, false]);
  });

  it('that repeat the one before are no further click, unless a machine was there before', () => {
    const visits = visitsOf([1, 0], [1, 0.5], [1, 10.5], [2, 11], [1, 21]);
    const echoes = visits.map((visit) => isEcho(visit, visits, { links: 5 }));
    expect(echoes).toEqual([false, true, true, false, false]);
    const [head, get] = visitsOf([1, 0], [1, 1]) as [Visit, Visit];
    const both = [{ ...head, automated: true as const }, get];
    expect(isEcho(get, both, { links: 5 })).toBe(false);
  });

  it('around one of the hidden link are a machine, however few and slow', () => {
    const pairs = [
      [1, -61],
      [1, -60],
      [hiddenLink, 0],
      [2, 60],
      [2, 61],
    ] as const;
    expect(verdicts(9, ...pairs)).toEqual([false, true, true, true, false]);
  });

  it('of a scanner that comes after a person leave the person alone', () => {
    const pairs = [
      [2, 0],
      [1, 600],
      [2, 601],
      [3, 602],
      [hiddenLink, 603],
    ] as const;
    expect(verdicts(3, ...pairs)).toEqual([false, true, true, true, true]);
  });

  it('by who says to be a machine are one', () => {
    const visit = { ...visitsOf([1, 0])[0], automated: true } as Visit;
    expect(isAutomated(visit, [visit], { links: 1 })).toBe(true);
    const [safari, bot] = [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1',
      'facebookexternalhit/1.1 Facebot Twitterbot/1.0',
    ];
    expect(saysMachine({ isHead: false, userAgent: safari })).toBe(false);
    expect(saysMachine({ isHead: true, userAgent: safari })).toBe(true);
    expect(saysMachine({ isHead: false, userAgent: bot })).toBe(true);
    expect(saysMachine({ isHead: false, userAgent: undefined })).toBe(false);
  });

  it('are never made a person again by more visits', () => {
    const pair = fc.tuple(fc.constantFrom(hiddenLink, 1, 2, 3), fc.nat(90));
    fc.assert(
      fc.property(
        fc.array(pair, { maxLength: 12 }),
        fc.array(pair, { maxLength: 6 }),
        (some, more) => {
          const before = verdicts(3, ...some);
          const after = verdicts(3, ...some, ...more);
          const forgiven = before.filter((wasMachine, index) => wasMachine && !after[index]);
          expect(forgiven).toEqual([]);
        },
      ),
    );
  });
});

describe('a row with visits', () => {
  it('keeps fifty, each once', () => {
    const [visit] = visitsOf([1, 0]) as [Visit];
    expect(withVisit([visit], { ...visit })).toBeUndefined();
    const full = visitsOf(...Array.from({ length: 50 }, (_, index) => [1, index] as const));
    expect(withVisit(full, { link: 2, at: iso(99) })).toBeUndefined();
  });

  it('was sent: whoever has its link has the message', () => {
    const [visit] = visitsOf([1, 5]) as [Visit];
    expect(visitChange(aRow({ state: 'unknown' }), visit)).toMatchObject({
      state: 'accepted',
      acceptedAt: iso(5),
    });
    // A call under way is answered by who made it, with the provider's id.
    for (const state of ['bounced', 'claimed'] as const) {
      expect(visitChange(aRow({ state }), visit)).toEqual({ visits: [visit] });
    }
    expect(visitChange(aRow({ visits: [visit] }), visit)).toBeUndefined();
  });

  it('has its first click of a person and of a machine, once they are judged', () => {
    const visits = visitsOf([1, 0], [1, 100], [2, 101]);
    const at = (seconds: number, row: Partial<Message> = {}) =>
      judgedChange(aRow({ visits, ...row }), { links: 2, now: start + seconds * 1_000 });
    expect(at(14)).toBeUndefined();
    expect(at(15)).toEqual({ clickedAt: iso(0), automatedClickedAt: undefined });
    expect(at(116, { clickedAt: iso(0) })).toEqual({
      clickedAt: iso(0),
      automatedClickedAt: iso(100),
    });
    expect(at(116, { clickedAt: iso(0), automatedClickedAt: iso(100) })).toBeUndefined();
  });

  it('takes a click back that turns out to be a machine, and none that the provider told of', () => {
    const visits = visitsOf([1, 0], [hiddenLink, 50]);
    const now = start + 65_000;
    expect(judgedChange(aRow({ visits, clickedAt: iso(0) }), { links: 3, now })).toEqual({
      clickedAt: undefined,
      automatedClickedAt: iso(0),
    });
    expect(judgedChange(aRow({ visits, clickedAt: iso(7) }), { links: 3, now })).toEqual({
      clickedAt: iso(7),
      automatedClickedAt: iso(0),
    });
  });
});
