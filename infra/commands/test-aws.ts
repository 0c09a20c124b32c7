/**
 * `npm run test:aws`: the contract suites of the ports on the AWS adapters, against moto, a server of
 * AWS's protocols that nobody here wrote. It is installed into an environment of its own.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { mayRun } from './no-options.ts';

const environment = join('.perennial', 'moto');
const requirements = join('test', 'contract', 'requirements.txt');
const startTimeoutMs = 60_000;

async function testAws(): Promise<number> {
  install();
  const port = await freePort();
  const server = spawn(
    join(environment, 'bin', 'moto_server'),
    ['-H', '127.0.0.1', '-p', String(port)],
    {
      stdio: 'ignore',
    },
  );
  try {
    const endpoint = `http://127.0.0.1:${port}`;
    await untilItAnswers(endpoint);
    const vitest = ['vitest', 'run', '--config', 'test/vitest.config.ts', 'test/contract'];
    const { status } = spawnSync('npx', vitest, {
      stdio: 'inherit',
      env: { ...process.env, PERENNIAL_AWS_ENDPOINT: endpoint },
    });
    return status ?? 1;
  } finally {
    server.kill();
  }
}

function install(): void {
  if (existsSync(join(environment, 'bin', 'moto_server'))) return;
  mkdirSync('.perennial', { recursive: true, mode: 0o700 });
  must('python3', ['-m', 'venv', environment]);
  must(join(environment, 'bin', 'pip'), ['install', '--quiet', '--requirement', requirements]);
}

function must(command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) {
    throw new Error(
      `"${command} ${args.join(' ')}" failed: Python 3 with venv and pip is needed.`,
      { cause: error },
    );
  }
}

async function freePort(): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const server = createServer().listen(0, '127.0.0.1', () => {
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    server.close(() => resolve(port));
  });
  return promise;
}

async function untilItAnswers(endpoint: string): Promise<void> {
  for (const until = Date.now() + startTimeoutMs; Date.now() < until; ) {
    const answers = await fetch(endpoint).then(
      () => true,
      () => false,
    );
    if (answers) return;
    await sleep(200);
  }
  throw new Error(`moto did not answer at ${endpoint} within ${startTimeoutMs / 1000} s.`);
}

const usage = `npm run test:aws

  Runs the contracts of the ports on the AWS adapters, against moto on this machine. It needs Python 3
  with venv and pip, installs moto into ${environment}, and takes no options.`;

if (mayRun(usage)) {
  testAws().then(
    (status) => {
      process.exitCode = status;
    },
    (error: unknown) => {
      console.error(error instanceof Error ? error.message : error);
      process.exitCode = 1;
    },
  );
}
