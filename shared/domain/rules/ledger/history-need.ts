import { calendarDays, parseDuration } from '../../time/duration.ts';
import type { ComputedDefinition } from '../computed/computed.ts';
import type { RfmSettings } from '../rfm/rfm.ts';
import type { BehaviourLeaf } from './metric.ts';

/** How much of what a person did is asked for, and by which word. */
export type HistoryNeed = {
  readonly word: string;
  /** Null: all there ever was. */
  readonly days: number | null;
  /** The window as it is written; empty for all. */
  readonly window: string;
};

/**
 * What a condition on behaviour looks back over; a window makes `last` look no further, but not `first`.
 * Since a trigger, it is the time that the campaign itself waits.
 */
export function behaviourHistory(leaf: BehaviourLeaf): HistoryNeed {
  const all = (word: string): HistoryNeed => ({ word, days: null, window: '' });
  if ('first' in leaf) return all('first');
  if (leaf.since !== undefined) return { word: 'since', days: 0, window: '' };
  const windows = [
    ...windowNeed('within', leaf.within),
    ...windowNeed('between', leaf.between?.[0]),
  ].sort((one, other) => one.days - other.days);
  if (windows[0] !== undefined) return windows[0];
  if ('last' in leaf) return all('last');
  return all('did' in leaf ? 'did' : 'didNot');
}

/** What a computed value, or RFM, looks back over. */
export const windowedHistory = ({
  within,
}: Pick<ComputedDefinition | RfmSettings, 'within'>): HistoryNeed =>
  windowNeed('within', within)[0] ?? { word: 'within', days: null, window: '' };

const windowNeed = (word: string, window: string | undefined) =>
  window === undefined ? [] : [{ word, days: calendarDays(parseDuration(window)), window }];
