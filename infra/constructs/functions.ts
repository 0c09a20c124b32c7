import { execFileSync } from 'node:child_process';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  AssetHashType,
  type BundlingOptions,
  DockerImage,
  Duration,
  RemovalPolicy,
  Stack,
  Validations,
} from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Code,
  Function as LambdaFunction,
  RecursiveLoop,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Config } from '../config.ts';
import type { FunctionRow } from '../function-row.ts';
import { functions, rulesSettleSeconds } from '../manifest.ts';
import { continuesItself, reservedFor } from './concurrency.ts';
import { endpointsOf, type Resources, statementsOf } from './grants.ts';

const projectRoot = fileURLToPath(new URL('../..', import.meta.url));
const bundler = fileURLToPath(new URL('bundle-function.ts', import.meta.url));

export type FunctionsProps = {
  readonly config: Config;
  readonly resources: Resources;
  readonly publicUrl: string;
};

/** One Lambda per row of the manifest, by the path of its file. */
export class Functions extends Construct {
  readonly #byFile = new Map<string, LambdaFunction>();

  constructor(scope: Construct, id: string, props: FunctionsProps) {
    super(scope, id);
    for (const row of functions) this.#byFile.set(row.file, this.#function(row, props));
  }

  of(file: string): LambdaFunction {
    const made = this.#byFile.get(file);
    if (made === undefined) throw new Error(`${file} is not in the manifest.`);
    return made;
  }

  #function(row: FunctionRow, props: FunctionsProps): LambdaFunction {
    const id = nameOf(row);
    const logGroup = new LogGroup(this, `${id}-logs`, {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(this, `${id}-role`, {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    logGroup.grantWrite(role);
    for (const statement of statementsOf(row.grants, props.resources)) role.addToPolicy(statement);
    acknowledgeWildcards(row, role, props.resources);
    const variables = variablesOf(row, props, Stack.of(this));
    const { accountConcurrency } = props.config;
    const reserved = accountConcurrency && reservedFor(row, accountConcurrency);
    return new LambdaFunction(this, id, {
      description: `${row.file}. If it fails: ${row.loss}`,
      code: codeOf(row, variables),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: row.memoryMb,
      timeout: Duration.seconds(row.timeoutSeconds),
      // Nobody before us samples, so what is passed through is nothing.
      tracing: props.config.tracing === 'on' ? Tracing.ACTIVE : Tracing.PASS_THROUGH,
      ...(reserved && { reservedConcurrentExecutions: reserved }),
      ...(continuesItself(row) && { recursiveLoop: RecursiveLoop.ALLOW }),
      role,
      logGroup,
      environment: variables,
    });
  }
}

/** How a function's code is made: one bundle, the same bytes whenever and wherever. */
export function bundlingOf(row: FunctionRow, variables: Readonly<Record<string, string>>) {
  const absent = portVariables.filter((name) => variables[name] === undefined);
  const command = [row.file, ...absent];
  return {
    image: DockerImage.fromRegistry('none: functions are bundled where the stack is synthesised'),
    // The construct tells bundles apart by this.
    command,
    local: {
      tryBundle: (folder: string) => {
        execFileSync(process.execPath, [bundler, folder, ...command], { stdio: 'inherit' });
        return true;
      },
    },
  } satisfies BundlingOptions;
}

/** A function as it is uploaded. */
export const codeOf = (row: FunctionRow, variables: Readonly<Record<string, string>>): Code =>
  Code.fromAsset(projectRoot, {
    assetHashType: AssetHashType.OUTPUT,
    bundling: bundlingOf(row, variables),
  });

/** The wildcards a function has, and why; a test holds the list of actions behind them. */
function acknowledgeWildcards(
  { grants }: FunctionRow,
  role: Role,
  { applications }: Pick<Resources, 'applications'>,
): void {
  const account = '<AWS::Region>:<AWS::AccountId>';
  const { stackName } = Stack.of(role);
  const reasons: Readonly<Record<string, string>> = {
    '*': 'X-Ray traces, phone numbers and the list of streams are no resources with an ARN.',
    ...(grants.schedules && {
      [`arn:<AWS::Partition>:scheduler:${account}:schedule/${stackName}/*`]:
        'Campaigns make their schedules, all in the group of the product.',
      [`arn:<AWS::Partition>:events:${account}:rule/${stackName}/*`]:
        'Campaigns make their rules, all on the bus of the product.',
    }),
    ...(grants.email && {
      [`arn:<AWS::Partition>:ses:${account}:template/*`]:
        'The template goes along with the call, which is checked for one all the same.',
      [`arn:<AWS::Partition>:ses:${account}:identity/*`]:
        'From the one address of the company; recipients may be identities of the account too.',
    }),
    ...(grants.push &&
      Object.fromEntries(
        applications.map((arn) => [
          endpointsOf(arn),
          "Each device is an endpoint of its own, all in the company's platform application.",
        ]),
      )),
  };
  for (const [resource, reason] of Object.entries(reasons)) {
    Validations.of(role).acknowledge({ id: `AwsSolutions-IAM5[Resource::${resource}]`, reason });
  }
}

/** The file's name: `functions/campaigns/run-campaign.ts` is `run-campaign`. */
function nameOf(row: FunctionRow): string {
  return basename(row.file, '.ts');
}

/** What a function may reach, as the composition of its ports reads it: one variable per granted port. */
function variablesOf(
  { grants }: FunctionRow,
  { config, resources, publicUrl }: FunctionsProps,
  stack: Stack,
): Readonly<Record<string, string>> {
  const { data, queues, events, email, secrets } = resources;
  const { profiles, timeline, marketing } = data.tables;
  const settings = {
    epoch: [
      config.epoch,
      // A restored table has another name, or a stream of its own.
      ...[profiles, timeline, marketing].map((table) => table.tableName),
      timeline.tableStreamArn,
    ].join(' '),
    timeZone: config.timeZone,
    defaultCountry: config.country,
    sender: config.sender,
    publicUrl,
    rulesSettleSeconds,
    timelineDays: config.timelineDays,
  };
  const values: Readonly<Record<PortVariable, object | false | undefined>> = {
    PERENNIAL_TABLES: grants.tables && mapped(data.tables, (table) => table.tableName),
    PERENNIAL_QUEUES:
      grants.sendsTo &&
      Object.fromEntries(grants.sendsTo.map((name) => [name, queues.pairs[name].queue.queueUrl])),
    PERENNIAL_BUS: grants.bus && { name: events.bus.eventBusName },
    PERENNIAL_SCHEDULES: grants.schedules && {
      group: events.group.scheduleGroupName,
      roleArn: events.schedulerRole.roleArn,
      busName: events.bus.eventBusName,
      queueArns: Object.fromEntries(
        [...events.queuesFedBy('schedules'), ...events.queuesFedBy('listeners')].map((name) => [
          name,
          queues.pairs[name].queue.queueArn,
        ]),
      ),
    },
    PERENNIAL_EMAIL: grants.email && {
      configurationSet: email.configurationSet.configurationSetName,
    },
    PERENNIAL_TEXT: grants.text && { smsType: config.smsType },
    PERENNIAL_PUSH: grants.push && {
      applications: { ios: config.iosApplication, android: config.androidApplication },
    },
    PERENNIAL_WEBHOOK: grants.webhook && {},
    PERENNIAL_PUBLIC_API: grants.publicApi && {},
    PERENNIAL_SECRETS:
      grants.secrets &&
      Object.fromEntries(grants.secrets.map((name) => [name, secrets[name].secretArn])),
  };
  const granted = Object.entries({ PERENNIAL_SETTINGS: settings, ...values }).filter(
    (entry): entry is [string, object] => typeof entry[1] === 'object',
  );
  return Object.fromEntries(granted.map(([name, value]) => [name, stack.toJsonString(value)]));
}

const portVariables = [
  'PERENNIAL_TABLES',
  'PERENNIAL_QUEUES',
  'PERENNIAL_BUS',
  'PERENNIAL_SCHEDULES',
  'PERENNIAL_EMAIL',
  'PERENNIAL_TEXT',
  'PERENNIAL_PUSH',
  'PERENNIAL_WEBHOOK',
  'PERENNIAL_PUBLIC_API',
  'PERENNIAL_SECRETS',
] as const;

type PortVariable = (typeof portVariables)[number];

function mapped<Value, Result>(
  record: Readonly<Record<string, Value>>,
  change: (value: Value) => Result,
): Record<string, Result> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
