import {
  ConditionalCheckFailedException,
  DynamoDBServiceException,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import { InvalidRequest, Throttled, type WriteResult } from '../../ports/table.ts';

const throttling: ReadonlySet<string> = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
]);
const throttledReasons: ReadonlySet<string> = new Set([
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
]);
const contention: ReadonlySet<string> = new Set([
  'TransactionConflictException',
  'TransactionInProgressException',
]);

/** Throws what the port promises instead of what DynamoDB calls it. */
export const throwTableError = (error: unknown): never => {
  if (error instanceof DynamoDBServiceException) {
    if (throttling.has(error.name)) throw new Throttled(error.message, { cause: error });
    if (error.name === 'ValidationException') {
      throw new InvalidRequest(error.message, { cause: error });
    }
  }
  throw error;
};

/** A single write's outcome when DynamoDB answered with an error that is an outcome. */
export const outcomeOf = (error: unknown): WriteResult => {
  if (error instanceof ConditionalCheckFailedException) return { kind: 'refused', failed: [0] };
  if (error instanceof DynamoDBServiceException && contention.has(error.name)) {
    return { kind: 'contended' };
  }
  return throwTableError(error);
};

/** A transaction's outcome; its reasons stand in the order of its actions. */
export const transactionOutcomeOf = (error: unknown): WriteResult => {
  if (!(error instanceof TransactionCanceledException)) return outcomeOf(error);
  const codes = (error.CancellationReasons ?? []).map((reason) => reason.Code ?? 'None');
  const failed = codes.flatMap((code, index) => (code === 'ConditionalCheckFailed' ? [index] : []));
  if (failed.length > 0) return { kind: 'refused', failed };
  if (codes.includes('TransactionConflict')) return { kind: 'contended' };
  if (codes.some((code) => throttledReasons.has(code))) {
    throw new Throttled(error.message, { cause: error });
  }
  if (codes.includes('ValidationError')) throw new InvalidRequest(error.message, { cause: error });
  throw error;
};
