import { createHash } from 'node:crypto';

/**
 * Whether a stated share (0 to 1) of people does something: drawn from the seed, the question and the
 * person alone, so that the same people do the same at every run, whatever comes first.
 */
export const isAmong = (share: number, question: string, person: string): boolean =>
  draw(question, person) < share;

/** A whole number from `from` to `to`, drawn in the same way. */
export const drawnBetween = (
  [from, to]: readonly [number, number],
  question: string,
  person: string,
): number => from + Math.floor(draw(question, person) * (to - from + 1));

/** One with which every kind of reaction occurs among the hundred people of the campaign. */
const seed = 'cdnow-3';

/** 0 to below 1. */
const draw = (question: string, person: string): number =>
  createHash('sha256').update(`${seed}\n${question}\n${person}`).digest().readUInt32BE() / 2 ** 32;
