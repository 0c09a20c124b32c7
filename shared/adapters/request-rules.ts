import { type Check, InvalidRequest, type Key, type Update, type Write } from '../ports/table.ts';
import { assertKey } from './item-rules.ts';

/** The key of the item that an action is about, and nothing else of it. */
export const keyOf = (action: Write | Check): Key => {
  const { pk, sk } = action.kind === 'put' ? action.item : action.key;
  return sk === undefined ? { pk } : { pk, sk };
};

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

/** Throws when a transaction breaks a rule that can be seen without its items. */
export const assertTransaction = (actions: readonly (Write | Check)[]): void => {
  if (actions.length === 0 || actions.length > 100) {
    throw new InvalidRequest(`A transaction has 1 to 100 actions, not ${actions.length}.`);
  }
  const names = actions.map((action) => JSON.stringify([action.table, keyOf(action)]));
  if (new Set(names).size < names.length) {
    throw new InvalidRequest('A transaction may have only one action for an item.');
  }
};

/** Throws unless a page may have this many items at most. */
export const assertLimit = (limit: number | undefined): void => {
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1)) {
    throw new InvalidRequest('The limit must be a whole number of at least 1.');
  }
};
