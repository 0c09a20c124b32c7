import type { TableDescription } from '@aws-sdk/client-dynamodb';
import { tableDefinitions } from '../../shared/adapters/aws/table-definitions.ts';
import type { TableName } from '../../shared/ports/table.ts';

/** What DynamoDB answers about one table, by three questions. */
export type TableState = {
  readonly description: TableDescription;
  readonly pitr: string | undefined;
  readonly timeToLive: {
    readonly status?: string | undefined;
    readonly attribute?: string | undefined;
  };
};

/**
 * What a restore does not bring along. AWS names auto scaling, IAM policies, alarms, tags, stream, time
 * to live and point-in-time recovery; deletion protection is off as on every new table. (Scaling we
 * have none, rights and alarms come with the deployment, tags are put one by one.)
 */
export const settings = [
  'payment by use',
  'point-in-time recovery',
  'time to live',
  'stream',
  'deletion protection',
] as const;
export type Setting = (typeof settings)[number];

/** Whether nothing about the table is under way, so that the next setting can be changed. */
export function isSettled({ description }: Pick<TableState, 'description'>): boolean {
  const {
    TableStatus: status,
    RestoreSummary: restore,
    GlobalSecondaryIndexes: indexes,
  } = description;
  return (
    status === 'ACTIVE' &&
    restore?.RestoreInProgress !== true &&
    (indexes ?? []).every(
      ({ IndexStatus }) => IndexStatus === undefined || IndexStatus === 'ACTIVE',
    )
  );
}

/** The settings that the product's table of this name has and this one lacks. */
export function lackingSettings(name: TableName, state: TableState): readonly Setting[] {
  const { stream, timeToLiveAttribute } = tableDefinitions[name];
  const { description, pitr, timeToLive } = state;
  const has: Readonly<Record<Setting, boolean>> = {
    'payment by use': description.BillingModeSummary?.BillingMode === 'PAY_PER_REQUEST',
    'point-in-time recovery': pitr === 'ENABLED',
    'time to live':
      timeToLive.attribute === timeToLiveAttribute &&
      (timeToLive.status === 'ENABLED' || timeToLive.status === 'ENABLING'),
    stream:
      !stream ||
      (description.StreamSpecification?.StreamEnabled === true &&
        description.StreamSpecification.StreamViewType === 'NEW_IMAGE'),
    'deletion protection': description.DeletionProtectionEnabled === true,
  };
  return settings.filter((setting) => !has[setting]);
}

/** How keys and index differ from the product's: nothing repairs that, such a table is another one. */
export function contradictions(name: TableName, { description }: TableState): readonly string[] {
  const { partitionKey, sortKey, dueIndex } = tableDefinitions[name];
  const found: string[] = [];
  const compare = (what: string, is: string, shall: string): void => {
    if (is !== shall) found.push(`${what} ${is || 'nothing'} instead of ${shall || 'nothing'}`);
  };
  compare(
    'keys',
    keysOf(description.KeySchema),
    [partitionKey, sortKey].filter(Boolean).join(', '),
  );
  const index = description.GlobalSecondaryIndexes?.find(
    ({ IndexName }) => IndexName === dueIndex?.name,
  );
  const indexKeys = dueIndex === undefined ? '' : `${dueIndex.partitionKey}, ${dueIndex.sortKey}`;
  compare('index "due" over', keysOf(index?.KeySchema), indexKeys);
  if (index !== undefined)
    compare('index "due" of', index.Projection?.ProjectionType ?? '', 'KEYS_ONLY');
  const texts = description.AttributeDefinitions?.filter(
    ({ AttributeType }) => AttributeType !== 'S',
  );
  compare(
    'keys that are no text:',
    (texts ?? []).map(({ AttributeName }) => AttributeName).join(', '),
    '',
  );
  return found;
}

/** Names of key attributes, the partition key first. */
const keysOf = (schema: TableDescription['KeySchema']): string =>
  (schema ?? [])
    .toSorted((left) => (left.KeyType === 'HASH' ? -1 : 1))
    .map(({ AttributeName }) => AttributeName)
    .join(', ');

/** `arn:aws:dynamodb:eu-west-1:123456789012:table/Perennial-Profiles` names `Perennial-Profiles`. */
export const tableOfArn = (arn: string | undefined): string | undefined => arn?.split('/')[1];
