import { describe, expect, it } from 'vitest';
import { type Epoch, epochStanding } from '../../../shared/domain/campaigns/epoch.ts';

const now = Date.parse('2026-11-25T12:00:00.000Z');
const minutesAgo = (minutes: number): string => new Date(now - minutes * 60_000).toISOString();

const anEpoch = (changes: Partial<Epoch> = {}): Epoch => ({
  epoch: 'first',
  adoptedAt: undefined,
  adoption: undefined,
  revision: 1,
  ...changes,
});

const toSecond = (at: string): Partial<Epoch> => ({
  adoption: { epoch: 'second', at, place: { step: 'campaigns', after: null } },
});

describe('how a function stands to the data', () => {
  it.each<[string, Epoch, string, ReturnType<typeof epochStanding>]>([
    ['their own life', anEpoch(), 'first', 'own'],
    ['a backup was restored', anEpoch(), 'second', 'foreign'],
    ['it is adopting them', anEpoch(toSecond(minutesAgo(1))), 'second', 'adopting'],
    ['it adopts them for hours', anEpoch(toSecond(minutesAgo(300))), 'second', 'adopting'],
    ['they are just leaving it', anEpoch(toSecond(minutesAgo(1))), 'first', 'stale'],
    ['they left it long ago and it is back', anEpoch(toSecond(minutesAgo(60))), 'first', 'foreign'],
    ['a third life comes at once', anEpoch(toSecond(minutesAgo(1))), 'third', 'stale'],
    ['a third life comes later', anEpoch(toSecond(minutesAgo(60))), 'third', 'foreign'],
    ['they have just left it', anEpoch({ adoptedAt: minutesAgo(5) }), 'before', 'stale'],
    ['it was put back after all', anEpoch({ adoptedAt: minutesAgo(20) }), 'before', 'foreign'],
  ])('%s', (_, epoch, own, standing) => {
    expect(epochStanding(epoch, own, now)).toBe(standing);
  });
});
