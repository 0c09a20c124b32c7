import { basename } from 'node:path';
import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  EventSourceMapping,
  FilterCriteria,
  FilterRule,
  type IFunction,
  MetricType,
  StartingPosition,
} from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import type { FunctionRow, Trigger } from '../function-row.ts';
import { functions } from '../manifest.ts';
import type { Functions } from './functions.ts';
import type { Resources } from './grants.ts';
import { pin } from './pin.ts';

type StreamTrigger = Extract<Trigger, { kind: 'stream' }>;
type Firing = { readonly id: string; readonly description: string; readonly expression: string };
type QueueTrigger = Extract<Trigger, { kind: 'queue' }>;

/** A record that cannot be published holds up those behind it: after these attempts it goes to the bucket. */
const streamRetries = 100;
const streamRecordAge = Duration.hours(12);

export type TriggersProps = { readonly functions: Functions; readonly resources: Resources };

/** What starts the functions, but for HTTP: queues, the timeline's stream, the minute. */
export class Triggers extends Construct {
  /** Whole batches of the timeline's stream that could not be published. */
  readonly failedBatches: Bucket;
  #timelineMapping: EventSourceMapping | undefined;

  constructor(scope: Construct, id: string, props: TriggersProps) {
    super(scope, id);
    this.failedBatches = this.#failedBatches();
    for (const row of functions) this.#start(row, props);
  }

  /** What reads the timeline's stream; its metrics carry this id. */
  get timelineMappingId(): string {
    if (this.#timelineMapping === undefined) throw new Error('Nothing reads the timeline.');
    return this.#timelineMapping.eventSourceMappingId;
  }

  #start(row: FunctionRow, { functions: made, resources }: TriggersProps): void {
    const { trigger } = row;
    switch (trigger.kind) {
      case 'queue':
        made.of(row.file).addEventSource(sourceOf(trigger, resources));
        return;
      case 'stream':
        this.#readStream(trigger, made.of(row.file), resources);
        return;
      case 'minute':
        this.#everyMinute(made.of(row.file));
        return;
      case 'rate':
        this.#again(row, trigger.minutes, made.of(row.file));
        return;
      case 'http':
      case 'logs':
      case 'invoke':
        return;
    }
  }

  #readStream(trigger: StreamTrigger, target: IFunction, { data }: Resources): void {
    const { tableStreamArn } = data.tables[trigger.table];
    if (tableStreamArn === undefined) throw new Error(`${trigger.table} has no stream.`);
    const statements = [
      new PolicyStatement({
        actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
        resources: [tableStreamArn],
      }),
      new PolicyStatement({ actions: ['dynamodb:ListStreams'], resources: ['*'] }),
      new PolicyStatement({
        actions: ['s3:PutObject'],
        resources: [this.failedBatches.arnForObjects('*')],
      }),
      new PolicyStatement({
        actions: ['s3:ListBucket'],
        resources: [this.failedBatches.bucketArn],
      }),
    ];
    for (const statement of statements) target.addToRolePolicy(statement);
    const mapping = new EventSourceMapping(this, 'TimelineStream', {
      target,
      eventSourceArn: tableStreamArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: trigger.batch,
      maxBatchingWindow: Duration.seconds(0),
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      retryAttempts: streamRetries,
      maxRecordAge: streamRecordAge,
      parallelizationFactor: 10,
      metricsConfig: { metrics: [MetricType.EVENT_COUNT] },
      // Entries are only ever added; what expires is removed, and that is no news.
      filters: [FilterCriteria.filter({ eventName: FilterRule.isEqual('INSERT') })],
      onFailure: { bind: () => ({ destination: this.failedBatches.bucketArn }) },
    });
    this.#timelineMapping = mapping;
    if (target.role === undefined) throw new Error('The publisher has no role.');
    // Lambda checks the role's rights while it makes the mapping.
    mapping.node.addDependency(target.role);
    Validations.of(target.role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::<FailedBatchesBucket.Arn>/*]',
      reason: 'Lambda chooses the names of the batches it puts into the bucket.',
    });
  }

  /** The tick leaves nothing behind: what one minute misses, the next one takes. */
  #everyMinute(target: IFunction): void {
    this.#call(target, {
      id: 'Minute',
      description: 'Works through everything that has become due.',
      expression: 'rate(1 minute)',
    });
  }

  #again({ file }: FunctionRow, minutes: number, target: IFunction): void {
    this.#call(target, {
      id: `Rate-${basename(file, '.ts')}`,
      description: `Runs ${file}.`,
      expression: `rate(${minutes} minutes)`,
    });
  }

  /** What one firing misses, the next one makes up for. */
  #call(target: IFunction, { id, description, expression }: Firing): void {
    const role = new Role(this, `${id}Role`, {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    });
    role.addToPolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [target.functionArn] }),
    );
    const schedule = new CfnSchedule(this, id, {
      description,
      scheduleExpression: expression,
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: target.functionArn,
        roleArn: role.roleArn,
        input: JSON.stringify({ scheduledAt: '<aws.scheduler.scheduled-time>' }),
        retryPolicy: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: 60 },
      },
    });
    schedule.node.addDependency(role);
    target.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.seconds(60) });
  }

  #failedBatches(): Bucket {
    const bucket = new Bucket(this, 'FailedBatches', {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN,
      // The timeline has everything that is in it; this is only the list of what to publish again.
      lifecycleRules: [{ expiration: Duration.days(30) }],
    });
    pin(bucket, 'FailedBatchesBucket');
    Validations.of(bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason: 'Only Lambda writes to it, and only what the timeline has too.',
    });
    return bucket;
  }
}

function sourceOf(trigger: QueueTrigger, { queues }: Resources): SqsEventSource {
  return new SqsEventSource(queues.pairs[trigger.queue].queue, {
    batchSize: trigger.batch,
    maxBatchingWindow: Duration.seconds(trigger.windowSeconds),
    reportBatchItemFailures: true,
    maxConcurrency: trigger.concurrency,
  });
}
