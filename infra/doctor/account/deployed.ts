import { basename } from 'node:path';
import type { QueueName } from '../../../shared/ports/queue.ts';
import { queueNames } from '../../../shared/ports/queue.ts';
import type { TableName } from '../../../shared/ports/table.ts';
import { functions } from '../../manifest.ts';

export type Resource = {
  readonly logicalId: string;
  readonly type: string;
  /** What the service calls it. */
  readonly physicalId: string;
};

/** What the stack made, as CloudFormation lists it. */
export type Deployed = {
  readonly outputs: Readonly<Record<string, string>>;
  readonly resources: readonly Resource[];
};

const tableIds: Readonly<Record<TableName, string>> = {
  profiles: 'ProfilesTable',
  timeline: 'TimelineTable',
  marketing: 'MarketingTable',
};

export const tableNames = ['profiles', 'timeline', 'marketing'] as const;

export const bucketId = 'FailedBatchesBucket';
export const userPoolId = 'UserPool';

/** A queue's logical id, and that of its dead letters. */
export const queueIds = (queue: QueueName): { readonly queue: string; readonly dead: string } => {
  const name = queue
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
  return { queue: `${name}Queue`, dead: `${name}DeadLetters` };
};

export const physicalIdOf = ({ resources }: Deployed, logicalId: string): string | undefined =>
  resources.find((resource) => resource.logicalId === logicalId)?.physicalId;

/** The first of a type whose logical id begins so: CDK puts a hash behind it. */
export const physicalIdLike = (
  { resources }: Deployed,
  { type, start }: { readonly type: string; readonly start: string },
): string | undefined =>
  resources.find((resource) => resource.type === type && resource.logicalId.startsWith(start))
    ?.physicalId;

/** The outputs know tables that stand outside of the stack as well. */
export const tableNameOf = (deployed: Deployed, table: TableName): string | undefined =>
  deployed.outputs[`${tableIds[table]}Name`] ?? physicalIdOf(deployed, tableIds[table]);

export function functionNameOf(deployed: Deployed, file: string): string | undefined {
  const start = `Functions${basename(file, '.ts').replaceAll('-', '')}`;
  return deployed.resources.find(
    ({ logicalId, type }) =>
      type === 'AWS::Lambda::Function' &&
      /^[0-9A-F]{8}$/.test(logicalId.slice(start.length)) &&
      logicalId.startsWith(start),
  )?.physicalId;
}

/** What this checkout would deploy and the stack has not. */
export function missingFrom(deployed: Deployed): readonly string[] {
  return [
    ...tableNames
      .filter((table) => tableNameOf(deployed, table) === undefined)
      .map((table) => `table ${table}`),
    ...queueNames
      .filter((queue) => physicalIdOf(deployed, queueIds(queue).queue) === undefined)
      .map((queue) => `queue ${queue}`),
    ...functions
      .filter(({ file }) => functionNameOf(deployed, file) === undefined)
      .map(({ file }) => `function ${basename(file, '.ts')}`),
  ];
}
