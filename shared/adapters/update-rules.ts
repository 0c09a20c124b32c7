import { InvalidRequest, type Update } from '../ports/table.ts';
import { assertKey } from './item-rules.ts';

/** Throws when an update breaks a rule that can be seen without the item. */
export const assertUpdate = (update: Update): void => {
  assertKey(update.table, update.key);
  const names = [
    ...Object.keys(update.set ?? {}),
    ...Object.keys(update.add ?? {}),
    ...(update.remove ?? []),
  ];
  if (new Set(names).size < names.length) {
    throw new InvalidRequest('An update may touch an attribute in one way only.');
  }
  if (names.includes('pk') || names.includes('sk')) {
    throw new InvalidRequest('An update may not touch the key.');
  }
  if (names.includes('attempt')) {
    throw new InvalidRequest('The attribute attempt belongs to the tables themselves.');
  }
};
