import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';
import { z } from 'zod';
import { bundle } from '../../infra/constructs/bundle.ts';
import type { FunctionRow } from '../../infra/function-row.ts';
import { functions } from '../../infra/manifest.ts';
import { aFolder, median, type Row, rounded, tell } from './row.ts';

/** Every handler as it is deployed, imported in a fresh process, against its libraries alone. */

const runs = 7;
const root = fileURLToPath(new URL('../..', import.meta.url));

const json = JSON.stringify;

/** The environment of a deployed function, port by port. */
const ports = {
  PERENNIAL_TABLES: {
    granted: ({ tables }: FunctionRow['grants']) => tables,
    value: json({ profiles: 'p', timeline: 't', marketing: 'm' }),
    clients: { DynamoDBClient: '@aws-sdk/client-dynamodb' },
  },
  PERENNIAL_QUEUES: {
    granted: ({ sendsTo }: FunctionRow['grants']) => sendsTo,
    value: json({ inputs: 'https://sqs.eu-north-1.amazonaws.com/000000000000/inputs' }),
    clients: { SQSClient: '@aws-sdk/client-sqs' },
  },
  PERENNIAL_BUS: {
    granted: ({ bus }: FunctionRow['grants']) => bus,
    value: json({ name: 'perennial' }),
    clients: { EventBridgeClient: '@aws-sdk/client-eventbridge' },
  },
  PERENNIAL_SCHEDULES: {
    granted: ({ schedules }: FunctionRow['grants']) => schedules,
    value: json({ group: 'g', roleArn: 'arn:aws:iam::0:role/r', busName: 'b', queueArns: {} }),
    clients: {
      SchedulerClient: '@aws-sdk/client-scheduler',
      EventBridgeClient: '@aws-sdk/client-eventbridge',
    },
  },
  PERENNIAL_EMAIL: {
    granted: ({ email }: FunctionRow['grants']) => email,
    value: json({ configurationSet: 'c' }),
    clients: { SESv2Client: '@aws-sdk/client-sesv2' },
  },
  PERENNIAL_TEXT: {
    granted: ({ text }: FunctionRow['grants']) => text,
    value: json({ smsType: 'Promotional' }),
    clients: { SNSClient: '@aws-sdk/client-sns' },
  },
  PERENNIAL_PUSH: {
    granted: ({ push }: FunctionRow['grants']) => push,
    value: json({ applications: {} }),
    clients: { SNSClient: '@aws-sdk/client-sns' },
  },
  PERENNIAL_WEBHOOK: {
    granted: ({ webhook }: FunctionRow['grants']) => webhook,
    value: json({}),
    clients: {},
  },
  PERENNIAL_SECRETS: {
    granted: ({ secrets }: FunctionRow['grants']) => secrets,
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

const isGranted = ({ grants }: FunctionRow, name: keyof typeof ports): boolean =>
  ports[name].granted(grants) !== undefined;

// Exactly the keys of the object above.
const portNames = Object.keys(ports) as (keyof typeof ports)[];

/** Bundled as it is deployed. */
const bundled = (options: BuildOptions): Promise<unknown> =>
  build({
    bundle: true,
    platform: 'node',
    format: bundle.format,
    target: bundle.target,
    mainFields: [...bundle.mainFields],
    loader: bundle.loader,
    banner: { js: bundle.banner },
    logLevel: 'error',
    absWorkingDir: root,
    ...options,
  });

function environmentOf(row: FunctionRow): Record<string, string> {
  const granted = portNames.filter((name) => isGranted(row, name));
  return {
    AWS_LAMBDA_FUNCTION_NAME: basename(row.file, '.ts'),
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_REGION: 'eu-north-1',
    AWS_ACCESS_KEY_ID: 'none',
    AWS_SECRET_ACCESS_KEY: 'none',
    PERENNIAL_SETTINGS: settings,
    ...Object.fromEntries(granted.map((name) => [name, ports[name].value])),
  };
}

/** Its SDK clients made, middy, zod and Powertools with their middlewares; nothing of ours. */
function librariesOf(row: FunctionRow): string {
  const clients = Object.assign(
    {},
    ...portNames.filter((name) => isGranted(row, name)).map((name) => ports[name].clients),
  ) as Record<string, string>; // classes by name, as above
  const lines = Object.entries(clients).flatMap(([name, from]) => [
    `import { ${name} } from '${from}';`,
    `new ${name}({});`,
  ]);
  return `
    import middy from '@middy/core';
    import { z } from 'zod';
    import { Logger } from '@aws-lambda-powertools/logger';
    import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
    import { Metrics } from '@aws-lambda-powertools/metrics';
    import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
    import { Tracer } from '@aws-lambda-powertools/tracer';
    import { captureLambdaHandler } from '@aws-lambda-powertools/tracer/middleware';
    const schema = z.object({ text: z.string() });
    export const handler = middy()
      .use(injectLambdaContext(new Logger()))
      .use(captureLambdaHandler(new Tracer()))
      .use(logMetrics(new Metrics()))
      .handler(async (event) => schema.parse(event));
    ${lines.join('\n')}`;
}

/** Milliseconds of CPU from the import to the end of all it sets off: the clients load at once. */
function importMs(file: string, environment: Record<string, string>): number {
  const code = `
    const before = process.cpuUsage();
    process.once('beforeExit', () => {
      const { user, system } = process.cpuUsage(before);
      console.log((user + system) / 1000);
    });
    await import(${json(file)});`;
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', code], {
    env: { ...environment, PATH: process.env['PATH'] ?? '' },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return z.coerce.number().parse(output.trim().split('\n').at(-1));
}

using folder = aFolder();

async function measured(row: FunctionRow) {
  const name = basename(row.file, '.ts');
  const ours = join(folder.path, `${name}.mjs`);
  const absent = portNames.filter((port) => !isGranted(row, port));
  await bundled({
    entryPoints: [row.file],
    outfile: ours,
    define: Object.fromEntries(absent.map((port) => [`process.env.${port}`, 'undefined'])),
  });
  const source = librariesOf(row);
  const theirs = join(folder.path, `${name}.libraries.mjs`);
  await bundled({ stdin: { contents: source, resolveDir: root, loader: 'js' }, outfile: theirs });
  writeFileSync(join(folder.path, 'package.json'), json({ type: 'module' }));
  const environment = environmentOf(row);
  const [spent, reference]: [number[], number[]] = [[], []];
  for (let run = 0; run < runs; run += 1) {
    spent.push(importMs(ours, environment));
    reference.push(importMs(theirs, environment));
  }
  const [value, least] = [median(spent), median(reference)];
  return { name, value, least, ratio: value / least };
}

const all: Awaited<ReturnType<typeof measured>>[] = [];
for (const row of functions) all.push(await measured(row));
all.sort((one, other) => other.ratio - one.ratio);
const [worst] = all;
if (worst === undefined) throw new Error('There are no functions.');
const row: Row = {
  work: `import of a handler in a fresh process, the worst of ${all.length}: ${worst.name}`,
  value: rounded(worst.value),
  unit: 'ms CPU',
  reference: `its SDK clients, middy, zod and Powertools: ${rounded(worst.least)} ms`,
  ratio: rounded(worst.ratio),
  budget: '<= 1.3x',
  ok: worst.ratio <= 1.3,
};
const line = ({ name, value, least, ratio }: (typeof all)[number]): string =>
  `${name} ${rounded(value)} / ${rounded(least)} ms = ${rounded(ratio)}x`;
tell({ rows: [row], notes: [`imports: ${all.map(line).join('; ')}`] });
