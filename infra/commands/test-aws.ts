/**
 * `npm run test:aws`: the contracts of the ports on the AWS adapters, and the story of the deployed
 * functions, against servers of AWS's protocols that nobody here wrote.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startMoto, startSes } from './aws-servers.ts';
import { motoFolder, motoPython } from './moto-environment.ts';
import { mayRun } from './no-options.ts';
import { skippedTests } from './skipped-tests.ts';

const folders = ['test/contract', 'test/deployed'];

async function testAws(): Promise<number> {
  const python = motoPython();
  let failed = 0;
  for (const folder of folders) failed ||= await testFolder(folder, python);
  return failed;
}

/** Servers of its own for each folder: a stack that is deployed has its account to itself. */
async function testFolder(folder: string, python: string): Promise<number> {
  const moto = await startMoto(python);
  try {
    const ses = await startSes();
    try {
      return await runTests(folder, {
        PERENNIAL_AWS_ENDPOINT: moto.endpoint,
        PERENNIAL_SES_ENDPOINT: ses.endpoint,
      });
    } finally {
      await ses.stop();
    }
  } finally {
    await moto.stop();
  }
}

async function runTests(
  tested: string,
  endpoints: Readonly<Record<string, string>>,
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'perennial-test-aws-'));
  const report = join(folder, 'report.json');
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/vitest.config.ts'];
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  try {
    const tests = spawn(process.execPath, [...vitest, ...reporters, tested], {
      stdio: 'inherit',
      env: { ...process.env, ...endpoints },
    });
    const end = once(tests, 'close');
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => tests.kill());
    await end;
    if (tests.exitCode !== 0) return tests.exitCode ?? 1;
    const skipped = skippedTests(readFileSync(report, 'utf8'));
    for (const name of skipped) console.error(`Skipped: ${name}`);
    if (skipped.length > 0) console.error('Here nothing may be skipped: see above.');
    return skipped.length === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const usage = `npm run test:aws

  Runs the contracts of the ports on the AWS adapters, and the functions as they are deployed, against
  moto and aws-ses-v2-local on this machine. It needs Python 3.11 or later with venv and pip, installs
  moto into ${motoFolder}, fails when anything would be skipped, and takes no options.`;

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
