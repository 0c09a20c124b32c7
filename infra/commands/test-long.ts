/**
 * `npm run test:long`: the tests that go on for as long as they are given, for the night. Each round walks
 * new seeds of the law of segments, tries more random rules, lives lives in which everything fails, and runs
 * the workflows in new hostile worlds.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const usage = `npm run test:long -- [options]

  --minutes N   no new part of a round is begun after so many minutes (480 unless set)
  --seed N      the first seed (from the clock unless set); each round takes the next ones

  A part that fails prints what it printed, with its seed, and the rounds go on; the exit code is 1.`;

const walksAtOnce = 5_000;
const rulesAtOnce = 2_000;
const livesAtOnce = 1_000;
const worldsAtOnce = 2;
/** Seeds are whole numbers of up to nine digits. */
const mostSeeds = 1_000_000_000;

/** A part is slow when others use the machine too; that is no failure. */
const testTimeoutMs = 1_800_000;

/** What one round tries, and how a failure of it is seen again. */
type Part = {
  readonly name: string;
  readonly paths: readonly string[];
  readonly env: Readonly<Record<string, string>>;
};

function partsOf(seed: number): readonly Part[] {
  const worlds = Array.from({ length: worldsAtOnce }, (_, n) => seed + n).join(',');
  return [
    {
      name: `the law of segments, ${walksAtOnce} walks from seed ${seed}`,
      paths: ['test/unit/segments/segments-law.test.ts'],
      env: { LAW_FROM: String(seed), LAW_WALKS: String(walksAtOnce) },
    },
    {
      name: `random rules, ${rulesAtOnce} of each kind`,
      paths: ['test/unit/rules'],
      env: { RULE_RUNS: String(rulesAtOnce) },
    },
    {
      name: `faults, ${livesAtOnce} lives from seed ${seed}`,
      paths: ['test/workflows/faults.test.ts'],
      env: { FAULT_FROM: String(seed), FAULT_LIVES: String(livesAtOnce) },
    },
    { name: `workflows, HOSTILE=${worlds}`, paths: ['test/workflows'], env: { HOSTILE: worlds } },
  ];
}

/** Answers whether it passed. */
function run({ name, paths, env }: Part): boolean {
  const startedAt = performance.now();
  const patience = `--test-timeout=${testTimeoutMs}`;
  const vitest = ['vitest', 'run', '--config', 'test/vitest.config.ts', patience, ...paths];
  const { status, stdout, stderr } = spawnSync('npx', vitest, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    maxBuffer: 256 * 1024 * 1024,
  });
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  const passed = status === 0;
  console.log(
    `${new Date().toISOString()}  ${passed ? 'ok    ' : 'FAILED'}  ${name}  (${seconds} s)`,
  );
  if (!passed) console.log(`${stdout}\n${stderr}`);
  return passed;
}

function testLong({ minutes, seed }: { minutes: number; seed: number }): number {
  const endsAt = performance.now() + minutes * 60_000;
  const failed: string[] = [];
  let done = 0;
  for (let round = 0; performance.now() < endsAt; round += 1) {
    for (const part of partsOf((seed + round * walksAtOnce) % mostSeeds)) {
      if (done > 0 && performance.now() >= endsAt) break;
      done += 1;
      if (!run(part)) failed.push(part.name);
    }
  }
  const outcome = failed.length === 0 ? 'none failed' : `failed: ${failed.join('; ')}`;
  console.log(`${done} parts from seed ${seed}: ${outcome}`);
  return failed.length === 0 ? 0 : 1;
}

/** Undefined when there is nothing to run: help was asked for, or the options are wrong. */
function optionsOf(): { minutes: number; seed: number } | undefined {
  try {
    const { values } = parseArgs({
      options: {
        minutes: { type: 'string', default: '480' },
        seed: { type: 'string', default: String(Math.floor(Date.now() / 1000) % mostSeeds) },
        help: { type: 'boolean', short: 'h' },
      },
    });
    const { minutes, seed, help } = values;
    if (help === true) {
      console.log(usage);
      return undefined;
    }
    if (!/^\d+(\.\d+)?$/.test(minutes)) throw new Error(`--minutes "${minutes}" is no number.`);
    if (!/^\d{1,9}$/.test(seed)) throw new Error(`--seed "${seed}" is no whole number.`);
    return { minutes: Number(minutes), seed: Number(seed) };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exitCode = 1;
    return undefined;
  }
}

const options = optionsOf();
if (options !== undefined) process.exitCode = testLong(options);
