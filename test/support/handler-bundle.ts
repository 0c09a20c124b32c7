import { basename } from 'node:path';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { bundle, bundleWithout } from '../../infra/constructs/bundle.ts';
import type { FunctionRow } from '../../infra/function-row.ts';

const json = JSON.stringify;

type PortOnAws = {
  readonly granted: (grants: FunctionRow['grants']) => unknown;
  /** What its environment variable says in a deployment. */
  readonly value: string;
  /** The clients it needs: their classes and the packages these are from. */
  readonly clients: Readonly<Record<string, string>>;
};

const portsOnAws: Readonly<Record<string, PortOnAws>> = {
  PERENNIAL_TABLES: {
    granted: ({ tables }) => tables,
    value: json({ profiles: 'p', timeline: 't', marketing: 'm' }),
    clients: { DynamoDBClient: '@aws-sdk/client-dynamodb' },
  },
  PERENNIAL_QUEUES: {
    granted: ({ sendsTo }) => sendsTo,
    value: json({ inputs: 'https://sqs.eu-north-1.amazonaws.com/000000000000/inputs' }),
    clients: { SQSClient: '@aws-sdk/client-sqs' },
  },
  PERENNIAL_BUS: {
    granted: ({ bus }) => bus,
    value: json({ name: 'perennial' }),
    clients: { EventBridgeClient: '@aws-sdk/client-eventbridge' },
  },
  PERENNIAL_SCHEDULES: {
    granted: ({ schedules }) => schedules,
    value: json({ group: 'g', roleArn: 'arn:aws:iam::0:role/r', busName: 'b', queueArns: {} }),
    clients: {
      SchedulerClient: '@aws-sdk/client-scheduler',
      EventBridgeClient: '@aws-sdk/client-eventbridge',
    },
  },
  PERENNIAL_EMAIL: {
    granted: ({ email }) => email,
    value: json({ configurationSet: 'c' }),
    clients: { SESv2Client: '@aws-sdk/client-sesv2' },
  },
  PERENNIAL_TEXT: {
    granted: ({ text }) => text,
    value: json({ smsType: 'Promotional' }),
    clients: { SNSClient: '@aws-sdk/client-sns' },
  },
  PERENNIAL_PUSH: {
    granted: ({ push }) => push,
    value: json({ applications: {} }),
    clients: { SNSClient: '@aws-sdk/client-sns' },
  },
  PERENNIAL_WEBHOOK: { granted: ({ webhook }) => webhook, value: json({}), clients: {} },
  PERENNIAL_PUBLIC_API: { granted: ({ publicApi }) => publicApi, value: json({}), clients: {} },
  PERENNIAL_SECRETS: {
    granted: ({ secrets }) => secrets,
    value: json({ 'link-signing': 'arn:aws:secretsmanager:eu-north-1:0:secret:s' }),
    clients: { SecretsManagerClient: '@aws-sdk/client-secrets-manager' },
  },
};

const settings = json({
  epoch: '1',
  timeZone: 'UTC',
  sender: 'hello@shop.example',
  publicUrl: 'https://shop.example',
  rulesSettleSeconds: 120,
});

const grantedPorts = ({ grants }: FunctionRow): readonly [string, PortOnAws][] =>
  Object.entries(portsOnAws).filter(([, { granted }]) => granted(grants) !== undefined);

export const functionName = ({ file }: FunctionRow): string => basename(file, '.ts');

/** The environment of a deployed function. */
export const environmentOf = (row: FunctionRow): Record<string, string> => ({
  AWS_LAMBDA_FUNCTION_NAME: functionName(row),
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  AWS_REGION: 'eu-north-1',
  AWS_ACCESS_KEY_ID: 'none',
  AWS_SECRET_ACCESS_KEY: 'none',
  PERENNIAL_SETTINGS: settings,
  ...Object.fromEntries(grantedPorts(row).map(([name, { value }]) => [name, value])),
});

/** The clients of AWS that the ports of a function need: classes by package. */
export const clientsOf = (row: FunctionRow): Readonly<Record<string, string>> =>
  Object.assign({}, ...grantedPorts(row).map(([, { clients }]) => clients));

export type Bundle = Metafile['outputs'][string];

/** Bundled as the deployment does it, one file each, by the functions' names. */
export async function bundleFunctions(
  rows: readonly FunctionRow[],
  outdir: string,
): Promise<ReadonlyMap<string, Bundle>> {
  // Those with the same ports are bundled in one go, which reads their libraries once.
  const alike = Map.groupBy(rows, (row) =>
    grantedPorts(row)
      .map(([name]) => name)
      .join(),
  );
  const built = await Promise.all(
    [...alike.values()].map(async (group) => {
      const [row] = group;
      const { outputs } = await bundled({
        ...(row && bundleWithout(absentFor(row))),
        entryPoints: group.map(({ file }) => file),
        outdir,
        entryNames: '[name]',
      });
      return Object.values(outputs);
    }),
  );
  return new Map(
    built
      .flat()
      .flatMap((output) =>
        output.entryPoint === undefined
          ? []
          : [[basename(output.entryPoint, '.ts'), output] as const],
      ),
  );
}

/** The variables of the ports that a function has not. */
export function absentFor(row: FunctionRow): readonly string[] {
  const granted = new Set(grantedPorts(row).map(([name]) => name));
  return Object.keys(portsOnAws).filter((name) => !granted.has(name));
}

/** Bundled; says what came of it. */
export async function bundled(options: BuildOptions): Promise<Metafile> {
  const { metafile } = await build({ ...bundle, metafile: true, ...options });
  if (metafile === undefined) throw new Error('esbuild says nothing of what it has bundled.');
  return metafile;
}
