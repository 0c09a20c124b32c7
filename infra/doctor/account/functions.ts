import { basename } from 'node:path';
import {
  GetAccountSettingsCommand,
  type LambdaClient,
  ListEventSourceMappingsCommand,
} from '@aws-sdk/client-lambda';
import { ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { functions as rows } from '../../manifest.ts';
import { type Asked, ask, mapped, notMade } from '../asked.ts';
import type { FailedBatchesFacts, MappingFacts } from '../checks/functions.ts';
import type { ConcurrencyFacts } from '../checks/quotas.ts';
import { allPages } from '../pages.ts';
import type { Clients } from './clients.ts';
import { bucketId, type Deployed, functionNameOf, physicalIdOf } from './deployed.ts';
import { askMetrics } from './metrics.ts';

/** How many functions that the stack has read a queue or the stream. */
export const expectedMappings = (deployed: Deployed): number =>
  rows.filter(
    ({ trigger, file }) =>
      (trigger.kind === 'queue' || trigger.kind === 'stream') &&
      functionNameOf(deployed, file) !== undefined,
  ).length;

/** What starts the stack's functions from queues and the stream. */
export const askMappings = (
  functions: LambdaClient,
  deployed: Deployed,
): Promise<Asked<readonly MappingFacts[]>> =>
  ask('lambda:ListEventSourceMappings', async () => {
    const files = new Map(
      rows.map(({ file }) => [functionNameOf(deployed, file), basename(file, '.ts')]),
    );
    const { rows: mappings } = await allPages(async (token) => {
      const answer = await functions.send(
        new ListEventSourceMappingsCommand({ Marker: token, MaxItems: 100 }),
      );
      return { rows: answer.EventSourceMappings, next: answer.NextMarker };
    });
    return mappings.flatMap(({ UUID = '', FunctionArn = '', State = '', LastProcessingResult }) => {
      const reads = files.get(nameOf(FunctionArn));
      return reads === undefined
        ? []
        : [{ id: UUID, reads, state: State, lastResult: LastProcessingResult }];
    });
  });

/** Its name in the ARN, without a version or an alias behind it. */
const nameOf = (arn: string): string => arn.split(':')[6] ?? '';

const dayMs = 86_400_000;

export async function askConcurrency(
  { functions, alarms }: Pick<Clients, 'functions' | 'alarms'>,
  now: number,
): Promise<Asked<ConcurrencyFacts>> {
  const limit = await ask('lambda:GetAccountSettings', async () => {
    const { AccountLimit } = await functions.send(new GetAccountSettingsCommand({}));
    if (AccountLimit?.ConcurrentExecutions === undefined) throw new Error('Lambda told no limit.');
    return AccountLimit.ConcurrentExecutions;
  });
  const use = await askMetrics(
    alarms,
    {
      used: {
        namespace: 'AWS/Lambda',
        name: 'ConcurrentExecutions',
        statistic: 'Maximum',
        periodSeconds: 60,
        take: 'highest',
      },
    },
    { fromMs: now - dayMs, toMs: now },
  );
  // The limit alone says much: what is used is told if it can be.
  return mapped(limit, (value) => ({
    limit: value,
    used: use.kind === 'known' ? use.value.used : undefined,
    queueShare,
  }));
}

const queueShare = rows.reduce(
  (sum, { trigger }) => sum + (trigger.kind === 'queue' ? trigger.concurrency : 0),
  0,
);

/** How often the tick ran within ten minutes, and how far the publisher lags in ms. */
export async function askPace(
  { alarms }: Pick<Clients, 'alarms'>,
  deployed: Deployed,
  now: number,
): Promise<{ readonly runs: Asked<number>; readonly lagMs: Asked<number | undefined> }> {
  const sweep = functionNameOf(deployed, 'functions/time/sweep-due-slots.ts');
  const publisher = functionNameOf(deployed, 'functions/tracking/publish-timeline.ts');
  if (sweep === undefined || publisher === undefined) {
    const gone = notMade<never>('function sweep-due-slots or publish-timeline');
    return { runs: gone, lagMs: gone };
  }
  const common = { namespace: 'AWS/Lambda', periodSeconds: 60 } as const;
  // CloudWatch is told a minute or two late.
  const toMs = Math.floor(now / 60_000) * 60_000 - 2 * 60_000;
  const told = await askMetrics(
    alarms,
    {
      runs: {
        ...common,
        name: 'Invocations',
        dimensions: { FunctionName: sweep },
        statistic: 'Sum',
        take: 'sum',
      },
      lagMs: {
        ...common,
        name: 'IteratorAge',
        dimensions: { FunctionName: publisher },
        statistic: 'Maximum',
        take: 'highest',
      },
    },
    { fromMs: toMs - 10 * 60_000, toMs },
  );
  return {
    runs: mapped(told, ({ runs = 0 }) => runs),
    lagMs: mapped(told, ({ lagMs }) => lagMs),
  };
}

/** Batches of the timeline's stream that were given up. */
export async function askFailedBatches(
  buckets: S3Client,
  deployed: Deployed,
): Promise<Asked<FailedBatchesFacts>> {
  const bucket = physicalIdOf(deployed, bucketId);
  if (bucket === undefined) return notMade('bucket of failed batches');
  const listed = await ask('s3:ListBucket', () =>
    buckets.send(new ListObjectsV2Command({ Bucket: bucket, MaxKeys: 1_000 })),
  );
  return mapped(listed, ({ Contents = [] }) => {
    const times = Contents.flatMap(({ LastModified }) => LastModified?.getTime() ?? []);
    return {
      count: Contents.length,
      oldest: times.length === 0 ? undefined : new Date(Math.min(...times)).toISOString(),
      republish: deployed.outputs['RepublishCommand'],
    };
  });
}
