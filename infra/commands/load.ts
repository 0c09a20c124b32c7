/**
 * `npm run load`: posts leads at a fixed rate, with bursts, to the whole system on disk in a process of
 * its own, and proves that none is lost and none recorded twice.
 */
import { parseArgs } from 'node:util';
import { failuresOf, loadReport } from '../load/load-report.ts';
import { burstEverySeconds, burstSeconds, type LoadOptions } from '../load/plan.ts';
import { type Progress, runLoad } from '../load/run-load.ts';

const usage = `npm run load -- [options]

  --rate N      leads a second (200 unless set)
  --burst N     leads a second for ${burstSeconds} s in every ${burstEverySeconds} s (600 unless set)
  --minutes N   how long (3 unless set)
  --seed N      a whole number: who posts what, and when somebody repeats it (1 unless set)

  A lead is posted at its instant whatever became of those before, and its latency is counted from that
  instant: a system that falls behind shows it. One in ten repeats an earlier message id, four in ten are
  of somebody known. Data lie in a temporary folder. The exit code is 1 when a lead was lost, was recorded
  twice or with the wrong person, when the queues were not empty within five minutes, or when memory
  was not given back.`;

/** The command line was wrong; the message says what. */
class WrongUsage extends Error {
  override readonly name = 'WrongUsage';
}

function optionsOf(args: readonly string[]): LoadOptions | 'help' {
  const { help, rate, burst, minutes, seed } = parsed(args);
  if (help === true) return 'help';
  return {
    rate: numberOf('rate', rate),
    burst: numberOf('burst', burst),
    minutes: numberOf('minutes', minutes),
    seed: seedOf(seed),
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        rate: { type: 'string', default: '200' },
        burst: { type: 'string', default: '600' },
        minutes: { type: 'string', default: '3' },
        seed: { type: 'string', default: '1' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (cause) {
    throw new WrongUsage(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function numberOf(name: string, text: string): number {
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value > 0 && value <= 100_000) return value;
  throw new WrongUsage(`--${name} "${text}" is no number above 0, up to 100000.`);
}

function seedOf(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new WrongUsage(`--seed "${text}" is no seed: give a whole number.`);
}

async function load(options: LoadOptions): Promise<number> {
  const { rate, burst, minutes, seed } = options;
  console.log(
    `${rate} leads/s, ${burst}/s in bursts, for ${minutes} min, seed ${seed}; the system starts...`,
  );
  const progress = progressOf(options);
  const result = await runLoad(options, progress.show);
  progress.end();
  console.log(`\n${loadReport(options, result)}\n`);
  const failures = failuresOf(result);
  for (const failure of failures) console.error(failure);
  if (failures.length > 0) return 1;
  console.log('Nothing lost, nothing twice, queues empty.');
  return 0;
}

const linesEverySeconds = 10;

/** On a terminal one line that is written over, else a line now and then. */
function progressOf({ minutes }: LoadOptions) {
  let nextAt = 0;
  return {
    show: ({ seconds, posted, answered, state }: Progress): void => {
      const text =
        `  ${seconds.toFixed(0)} of ${Math.round(minutes * 60)} s: ${posted} posted, ${answered} answered, ` +
        `${state.waiting} on the queues, ${Math.round(state.rssBytes / 1024 / 1024)} MB`;
      if (process.stdout.isTTY) return void process.stdout.write(`\r${text.padEnd(100)}`);
      if (seconds < nextAt) return;
      nextAt = seconds + linesEverySeconds;
      console.log(text);
    },
    end: (): void => {
      if (process.stdout.isTTY) process.stdout.write('\n');
    },
  };
}

async function main(): Promise<number> {
  try {
    const options = optionsOf(process.argv.slice(2));
    if (options !== 'help') return await load(options);
    console.log(usage);
    return 0;
  } catch (error) {
    if (error instanceof WrongUsage) console.error(`${error.message}\n\n${usage}`);
    else console.error(error);
    return 1;
  }
}

process.exitCode = await main();
