import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { openWorld } from '../../infra/local/world.ts';
import { decodeLedger, readMetric } from '../../shared/domain/rules/ledger/ledger.ts';
import type { Put, Table } from '../../shared/ports/table.ts';
import { aFolder, cpuMs, median, numberOption, type Row, rounded, tell } from './row.ts';
import { clock, dueMinutes, dueOneIn, passOverAll, storePeople } from './stored-people.ts';

/** A full pass against decoding the same bytes, a tick against the pass, and what streaming keeps in memory. */

const profiles = numberOption('profiles', 1_000_000);
const rounds = profiles > 200_000 ? 2 : 3;

using folder = aFolder();
await storePeople(folder.path, profiles);

/** Every stored item read as the pass reads it, parsed from its bytes, its ledger unpacked; nothing else. */
async function decode(table: Table): Promise<void> {
  for (let segment = 0; segment < 8; segment += 1) {
    let after: string | null = null;
    do {
      const scan = { segment, segments: 8, after, limit: 200 };
      const page: Awaited<ReturnType<Table['scan']>> = await table.scan('profiles', scan);
      for (const { ledger: bytes } of page.items) {
        const ledger = decodeLedger(bytes instanceof Uint8Array ? bytes : undefined);
        for (const id of ledger.metrics.keys()) readMetric(ledger, id);
      }
      after = page.after;
    } while (after !== null);
  }
}

/** What a tick writes about the people whom it reviews, kept to be written, and counted, by itself. */
const putsOfTick: Put[] = [];
const world = await openWorld({
  clock,
  directory: folder.path,
  around: ({ file }, granted) => ({
    ...granted,
    table: {
      ...granted.table,
      write: async (write) => {
        const isReviewed = file.includes('review-profiles') && write.table === 'profiles';
        if (!isReviewed || write.kind !== 'put') return granted.table.write(write);
        putsOfTick.push(write);
        return { kind: 'written' };
      },
    },
  }),
});
const passes: number[] = [];
const decodings: number[] = [];
await decode(world.ports.table); // the compiler and the file cache warm up
for (let round = 0; round < rounds; round += 1) {
  passes.push((await cpuMs(() => passOverAll(world, `nowhere-${round}`))) / profiles);
  decodings.push((await cpuMs(() => decode(world.ports.table))) / profiles);
}
const pass = median(passes);
const decoding = median(decodings);

/** People of one due slot are written together. */
const slots = 16;

/** The writes of the last tick, those of a slot together. */
async function writesOfTick(): Promise<number> {
  const { table } = world.ports;
  const atOnce = Math.ceil(putsOfTick.length / slots);
  return await cpuMs(async () => {
    for (let at = 0; at < putsOfTick.length; at += atOnce) {
      await Promise.all(putsOfTick.slice(at, at + atOnce).map((put) => table.write(put)));
    }
  });
}

const due = Math.ceil(profiles / dueOneIn);
const ticks: number[] = [];
const writesOfTicks: number[] = [];
for (let minute = 0; minute < dueMinutes; minute += 1) {
  putsOfTick.length = 0;
  ticks.push(await cpuMs(() => world.advance('PT1M')));
  if (putsOfTick.length !== due) throw new Error(`${putsOfTick.length} of ${due} people reviewed.`);
  writesOfTicks.push(await writesOfTick());
}
await world.close();
const tick = median(ticks);

const streamedSchema = z.object({ growthMb: z.number(), totalMb: z.number() });

function streamed(): z.infer<typeof streamedSchema> {
  const file = fileURLToPath(new URL('streaming.ts', import.meta.url));
  // A small heap, so that what is measured is what streaming needs, not what V8 leaves uncollected.
  const heap = ['--max-old-space-size=96', '--max-semi-space-size=2'];
  const output = execFileSync(process.execPath, [...heap, file, folder.path], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return streamedSchema.parse(JSON.parse(output));
}

const share = tick / (pass * profiles);
const memory = streamed();
const size = profiles.toLocaleString('en');
const rows: Row[] = [
  {
    work: `full pass over ${size} stored profiles, none changing`,
    value: rounded(pass * 1000),
    unit: 'us CPU per profile',
    reference: `decode of the same bytes: ${rounded(decoding * 1000)} us`,
    ratio: rounded(pass / decoding),
    budget: '<= 1.5x',
    ok: pass / decoding <= 1.5,
  },
  {
    work: `tick with 1 % of ${size} due, writes of changed people apart`,
    value: rounded(tick),
    unit: 'ms CPU',
    reference: `full pass: ${rounded(pass * profiles)} ms`,
    ratio: rounded(share),
    budget: '<= 0.02x',
    ok: share <= 0.02,
  },
  {
    work: `memory streaming ${size} profiles`,
    value: rounded(memory.growthMb),
    unit: 'MB of growth at its peak',
    reference: profiles < 1_000_000 ? 'none; the full size with --profiles 1000000' : 'none',
    ratio: null,
    budget: '<= 128 MB',
    ok: memory.growthMb <= 128,
  },
];
const inMicroseconds = (values: readonly number[]): string =>
  values.map((ms) => rounded(ms * 1000)).join(' ');
tell({
  rows,
  notes: [
    `pass ${inMicroseconds(passes)} us, decode ${inMicroseconds(decodings)} us per profile, ${rounds} round(s)`,
    `${dueMinutes} ticks ${ticks.map(rounded).join(' ')} ms; the writes of ${due} people whose due instant moves, apart: ${writesOfTicks.map(rounded).join(' ')} ms`,
    `streaming: the whole process has ${rounded(memory.totalMb)} MB at its peak, with a heap of at most 96 MB`,
  ],
});
