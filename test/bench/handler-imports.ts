import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { z } from 'zod';
import type { FunctionRow } from '../../infra/function-row.ts';
import { functions } from '../../infra/manifest.ts';
import { root } from '../architecture/source-tree.ts';
import {
  bundleFunctions,
  clientsOf,
  environmentOf,
  functionName,
} from '../support/handler-bundle.ts';
import { aFolder, median, type Row, rounded, tell } from './row.ts';

/** Every handler as it is deployed, imported in a fresh process, against its libraries alone. */

const runs = 7;
const maxRatio = 1.3;
const maxMs = 150;

/** What half of an admin's first request used to load: all of it is loaded by some request. */
const adminPaths = ['/admin/topics', '/admin/segments', '/admin/campaigns', '/admin/templates'];

/** Its SDK clients made, middy, zod and Powertools with their middlewares; nothing of ours. */
function librariesOf(row: FunctionRow): string {
  const lines = Object.entries(clientsOf(row)).flatMap(([name, from]) => [
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
    const schema = z.object({ text: z.string() });
    export const handler = middy()
      .use(injectLambdaContext(new Logger()))
      .use(logMetrics(new Metrics()))
      .handler(async (event) => schema.parse(event));
    ${lines.join('\n')}`;
}

/**
 * The libraries as one ES module of the packages' ES modules, as this project bundled until it was
 * measured what else could be left out: the reference stays what it was.
 */
const bundleLibraries = (row: FunctionRow, outfile: string) =>
  build({
    bundle: true,
    platform: 'node',
    outfile,
    stdin: { contents: librariesOf(row), resolveDir: root, loader: 'js' },
    format: 'esm',
    target: 'node24',
    mainFields: ['module', 'main'],
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
  });

const run = promisify(execFile);

/** As Lambda loads it: CommonJS by `require`, which reads a file once, ES modules by `import`. */
const loaded = (file: string): string =>
  file.endsWith('.mjs')
    ? `await import(${JSON.stringify(file)})`
    : `process.getBuiltinModule('module').createRequire(${JSON.stringify(file)})(${JSON.stringify(file)})`;

/** Milliseconds of CPU from the import to the end of all it sets off, as of the call after it. */
async function cpuMsOf(
  file: string,
  environment: Readonly<Record<string, string>>,
  call = '',
): Promise<number> {
  const code = `
    const before = process.cpuUsage();
    process.once('beforeExit', () => {
      const { user, system } = process.cpuUsage(before);
      console.log((user + system) / 1000);
      process.exit();
    });
    const { handler } = ${loaded(file)};
    ${call}`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code], {
    env: { ...environment, PATH: process.env['PATH'] },
  });
  return z.coerce.number().parse(stdout.trim().split('\n').at(-1));
}

async function medianOf(measure: () => Promise<number>): Promise<number> {
  const spent: number[] = [];
  for (let time = 0; time < runs; time += 1) spent.push(await measure());
  return median(spent);
}

using folder = aFolder();
const bundles = await bundleFunctions(functions, folder.path);

async function measured(row: FunctionRow) {
  const name = functionName(row);
  const ours = join(folder.path, `${name}.js`);
  const { bytes = 0 } = bundles.get(name) ?? {};
  const theirs = join(folder.path, `${name}.libraries.mjs`);
  await bundleLibraries(row, theirs);
  const environment = environmentOf(row);
  const [spent, reference]: [number[], number[]] = [[], []];
  // In turns: what else the machine does meets both.
  for (let time = 0; time < runs; time += 1) {
    spent.push(await cpuMsOf(ours, environment));
    reference.push(await cpuMsOf(theirs, environment));
  }
  const [ms, libraries] = [median(spent), median(reference)];
  const least = Math.min(...spent);
  return { name, kb: Math.round(bytes / 1024), ms, least, libraries, ratio: ms / libraries };
}

/** The admin API loads routes as they are asked for: what the import and a first request take together. */
async function firstRequests(row: FunctionRow): Promise<string[]> {
  const empty = createServer((request, response) => {
    request.resume().on('end', () => response.end('{}'));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => empty.once('listening', resolve));
  const address = empty.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const environment = {
    ...environmentOf(row),
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    POWERTOOLS_LOG_LEVEL: 'SILENT',
  };
  const notes: string[] = [];
  for (const path of adminPaths) {
    const event = {
      rawPath: path,
      headers: {},
      requestContext: {
        requestId: 'r',
        http: { method: 'GET' },
        authorizer: {
          jwt: { claims: { token_use: 'access', sub: 'mia', 'cognito:groups': '[admin]' } },
        },
      },
    };
    const call = `
      const answer = await handler(${JSON.stringify(event)}, { getRemainingTimeInMillis: () => 9_000 });
      if (answer.statusCode !== 200) throw new Error(JSON.stringify(answer));`;
    const file = join(folder.path, `${functionName(row)}.js`);
    const ms = await medianOf(() => cpuMsOf(file, environment, call));
    notes.push(`${path} ${rounded(ms)} ms`);
  }
  empty.close();
  return notes;
}

const all: Awaited<ReturnType<typeof measured>>[] = [];
for (const row of functions) all.push(await measured(row));

const byRatio = all.toSorted((one, other) => other.ratio - one.ratio);
const [worst] = byRatio;
// A budget in milliseconds is about the function: what else the machine does only adds to it (Chen and
// Revels, "Robust benchmarking in noisy environments", 2016, take the least of the runs for that).
const [slowest] = all.toSorted((one, other) => other.least - one.least);
const admin = functions.find((row) => functionName(row) === 'admin');
if (worst === undefined || slowest === undefined || admin === undefined) {
  throw new Error('Functions are missing.');
}
const rows: Row[] = [
  {
    work: `import of a handler in a fresh process, the worst of ${all.length}: ${worst.name}`,
    value: rounded(worst.ms),
    unit: 'ms CPU',
    reference: `its SDK clients, middy, zod and Powertools: ${rounded(worst.libraries)} ms`,
    ratio: rounded(worst.ratio),
    budget: `<= ${maxRatio}x`,
    ok: worst.ratio <= maxRatio,
  },
  {
    work: `import of a handler in a fresh process, the slowest of ${all.length}: ${slowest.name}`,
    value: rounded(slowest.least),
    unit: `ms CPU, least of ${runs}`,
    reference: `median ${rounded(slowest.ms)} ms, its libraries ${rounded(slowest.libraries)} ms`,
    ratio: rounded(slowest.ratio),
    budget: `<= ${maxMs} ms`,
    ok: slowest.least <= maxMs,
  },
];
const table = byRatio.map(({ name, kb, ms, least, libraries, ratio }) =>
  [
    name.padEnd(28),
    `${kb} KB`.padStart(8),
    `${ms.toFixed(0)} ms`.padStart(8),
    `${least.toFixed(0)} ms`.padStart(8),
    `${libraries.toFixed(0)} ms`.padStart(8),
    `${ratio.toFixed(2)}x`.padStart(7),
  ].join(' '),
);
tell({
  rows,
  notes: [
    'imports: bundle, CPU (median, least), CPU of its libraries alone, ratio of medians',
    ...table,
    `admin, import and first request: ${(await firstRequests(admin)).join(', ')}`,
  ],
});
