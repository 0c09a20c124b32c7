import type {
  DeleteItemCommandInput,
  PutItemCommandInput,
  TransactWriteItem,
  UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { Check, Delete, Put, TableName, Update, Write } from '../../ports/table.ts';
import { assertAttributes, assertIndexed, assertKey } from '../item-rules.ts';
import { assertUpdate, keyOf } from '../request-rules.ts';
import { attemptAttribute, toAttributes } from './attributes.ts';
import { conditionOf, Expressions, notThisAttempt, updateOf } from './expressions.ts';

type TableNames = Readonly<Record<TableName, string>>;

const allOld = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;

/** Only a write that a repeat could mistake for another's needs a token. */
const isGuarded = (write: Put | Update): boolean =>
  write.when !== undefined || (write.kind === 'update' && write.add !== undefined);

export const putInput = (put: Put, names: TableNames, attempt?: string): PutItemCommandInput => {
  assertKey(put.table, put.item);
  assertAttributes(put.item);
  assertIndexed(put.item);
  const expressions = new Expressions();
  const token = attempt !== undefined && isGuarded(put) ? { [attemptAttribute]: attempt } : {};
  const condition = put.when === undefined ? undefined : conditionOf(put.when, expressions);
  return {
    TableName: names[put.table],
    Item: toAttributes({ ...put.item, ...token }),
    ...(condition === undefined ? {} : { ConditionExpression: condition }),
    ...expressions.fields(),
  };
};

export const updateInput = (
  update: Update,
  names: TableNames,
  attempt?: string,
): UpdateItemCommandInput => {
  assertUpdate(update);
  assertAttributes({ ...update.set, ...update.add });
  assertIndexed({ ...update.key, ...update.set });
  const expressions = new Expressions();
  const token = isGuarded(update) ? attempt : undefined;
  const set = token === undefined ? update.set : { ...update.set, [attemptAttribute]: token };
  const expression = updateOf({ ...update, ...(set === undefined ? {} : { set }) }, expressions);
  const conditions = [
    ...(update.when === undefined ? [] : [conditionOf(update.when, expressions)]),
    ...(token === undefined ? [] : [notThisAttempt(token, expressions)]),
  ];
  return {
    TableName: names[update.table],
    Key: toAttributes(keyOf(update)),
    UpdateExpression: expression,
    ...(conditions.length === 0 ? {} : { ConditionExpression: conditions.join(' AND ') }),
    ...expressions.fields(),
  };
};

export const deleteInput = (action: Delete | Check, names: TableNames): DeleteItemCommandInput => {
  assertKey(action.table, action.key);
  const expressions = new Expressions();
  const condition = action.when === undefined ? undefined : conditionOf(action.when, expressions);
  return {
    TableName: names[action.table],
    Key: toAttributes(keyOf(action)),
    ...(condition === undefined ? {} : { ConditionExpression: condition }),
    ...expressions.fields(),
  };
};

/** A single write's answer to a failed condition holds the item, where its own attempt may stand. */
export const returningOld = <Input extends object>(input: Input): Input & typeof allOld => ({
  ...input,
  ...allOld,
});

/** One action of a transaction. The types of the single requests leave optional what is set here. */
export const transactItem = (action: Write | Check, names: TableNames): TransactWriteItem => {
  switch (action.kind) {
    case 'put':
      return { Put: putInput(action, names) } as TransactWriteItem;
    case 'update':
      return { Update: updateInput(action, names) } as TransactWriteItem;
    case 'delete':
      return { Delete: deleteInput(action, names) } as TransactWriteItem;
    case 'check':
      return { ConditionCheck: deleteInput(action, names) } as TransactWriteItem;
  }
};
