import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { unitPrices } from '../../infra/costs/prices.ts';
import type { LargeRun } from './large-run-world.ts';
import { aFolder, numberOption, type Row, rounded, tell } from './row.ts';
import { storePeople } from './stored-people.ts';

/** One campaign to very many, on disk: how far its process grows, and what a million messages cost. */

const people = numberOption('audience', 100_000);
const budgetMb = 128;

using folder = aFolder();
await storePeople(folder.path, people);
const path = fileURLToPath(new URL('large-run-world.ts', import.meta.url));
// A small heap, so that what is measured is what the run needs, not what V8 leaves uncollected: a run
// that needs more of it ends here with an error.
const heapMb = 128;
const heap = [`--max-old-space-size=${heapMb}`, '--max-semi-space-size=2'];
const output = execFileSync(process.execPath, [...heap, path, folder.path], {
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'inherit'],
  maxBuffer: 64 * 1024 * 1024,
  // Only a world sets it, for itself.
  env: { ...process.env, AWS_LAMBDA_MAX_CONCURRENCY: undefined },
});
// The last line is what it tells.
const run = JSON.parse(output.trim().split('\n').at(-1) ?? '') as LargeRun;
if (run.sent !== people) throw new Error(`${run.sent} messages to ${people} people.`);

/** US dollars in us-east-1, by the unit: those of `npm run costs`. */
const prices = unitPrices();

/** A whole processor comes with 1 769 MB: a function of 1 024 MB has that part of one. */
const processorShare = 1024 / 1769;
/** Assumed, not measured here: what a call of 50 messages waits for tables and provider on AWS. */
const waitingSecondsPerCall = 0.5;

const million = 1_000_000;
const each = (total: number): number => (total / run.sent) * million;
const seconds = each(run.cpuSeconds) / processorShare + each(run.calls) * waitingSecondsPerCall;
const parts = {
  'table writes': each(run.writeUnits) * prices.tableWriteUnit,
  'table reads': each(run.readUnits) * prices.tableReadUnit,
  // A message is sent, received and deleted.
  queues: each(run.queueMessages) * 3 * prices.queueRequest,
  events: each(run.busEvents) * prices.busEvent,
  Lambda: seconds * prices.functionGbSecond + each(run.invocations) * prices.functionInvocation,
};
const ours = Object.values(parts).reduce((sum, part) => sum + part, 0);
const provider = million * prices.email;

const rows: Row[] = [
  {
    work: `memory of a campaign to ${people.toLocaleString('en')}`,
    value: rounded(run.growthMb),
    unit: 'MB more than before it',
    reference: `the process with all functions: ${rounded(run.totalMb - run.growthMb)} MB; its heap may have ${heapMb} MB in all`,
    ratio: null,
    budget: `<= ${budgetMb} MB`,
    ok: run.growthMb <= budgetMb,
  },
  {
    work: 'cost of a million emails, without the provider',
    value: rounded(ours),
    unit: 'US dollars, us-east-1, on demand',
    reference: `SES itself: ${rounded(provider)}`,
    ratio: rounded(ours / provider),
    budget: 'printed',
    ok: null,
  },
];
tell({
  rows,
  notes: [
    `counted on the run and priced: ${Object.entries(parts)
      .map(([name, dollars]) => `${name} $${rounded(dollars)}`)
      .join(' + ')}; Lambda assumes ${waitingSecondsPerCall} s of waiting a call of fifty`,
    `per message: ${rounded(run.writeUnits / run.sent)} write units with the index, ${rounded(run.readUnits / run.sent)} read units, ${rounded(run.queueMessages / run.sent)} queue messages, ${rounded(run.busEvents / run.sent)} events; the provider's "sent" events included, deliveries, opens and clicks not`,
  ],
});
