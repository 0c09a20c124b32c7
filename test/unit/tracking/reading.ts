import type { Reading, ReadingContext } from '../../../shared/domain/tracking/reading.ts';

export const receivedAt = '2026-11-25T12:00:00.000Z';

export const aContext = (context: Partial<ReadingContext> = {}): ReadingContext => ({
  source: 'shop',
  receivedAt,
  defaultCountry: undefined,
  newId: () => 'made-up',
  ...context,
});

/** The input of a reading that must have succeeded. */
export function inputOf(reading: Reading) {
  if (!reading.ok) throw new Error(JSON.stringify(reading.issues));
  return reading.input;
}

/** The paths at fault. */
export const faultsOf = (reading: Reading): string[] =>
  reading.ok ? [] : reading.issues.map(({ path }) => path.join('.'));
