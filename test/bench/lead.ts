import { systemClock } from '../../shared/adapters/embedded/clock.ts';
import { openDatabase } from '../../shared/adapters/embedded/database.ts';
import { EmbeddedTable } from '../../shared/adapters/embedded/table.ts';
import type { Check, Write } from '../../shared/ports/table.ts';
import { aFolder, cpuMs, median, numberOption, type Row, rounded, tell } from './row.ts';
import { aNewLead, aShop } from './shop.ts';

/** One lead, request to stored profile, against the bare table writes it needs. */

const leads = numberOption('leads', 2000);
const rounds = 5;

type Transaction = readonly (Write | Check)[];

const namesOf = (round: number): readonly string[] =>
  Array.from({ length: leads }, (_, index) => `lead-${round}-${index}`);

/** The writes that the functions make for the leads of each round. */
async function recordedWrites(): Promise<readonly (readonly Transaction[])[]> {
  let recorded: Transaction[] = [];
  await using shop = await aShop({
    around: (_, granted) => ({
      ...granted,
      table: {
        ...granted.table,
        transact: async (actions) => {
          recorded.push(actions);
          return granted.table.transact(actions);
        },
      },
    }),
  });
  const all: Transaction[][] = [];
  for (let round = 0; round <= rounds; round += 1) {
    recorded = [];
    await shop.burst('/v1/leads', namesOf(round).map(aNewLead));
    if (recorded.length !== leads) throw new Error(`${recorded.length} writes for ${leads} leads.`);
    all.push(recorded);
  }
  return all;
}

const transactions = await recordedWrites();

using worldFolder = aFolder();
await using shop = await aShop({ directory: worldFolder.path });
const burst = async (round: number): Promise<number> => {
  const bodies = namesOf(round).map(aNewLead);
  return (await cpuMs(() => shop.burst('/v1/leads', bodies))) / leads;
};

using bareFolder = aFolder();
using database = openDatabase(`${bareFolder.path}/bare.sqlite`);
const table = new EmbeddedTable({ database, clock: systemClock() });
const bare = async (round: number): Promise<number> => {
  const spent = await cpuMs(async () => {
    for (const actions of transactions[round] ?? []) await table.transact(actions);
  });
  return spent / leads;
};

// The first round warms up; both databases grow by the same leads.
await burst(0);
await bare(0);
const whole: number[] = [];
const writes: number[] = [];
for (let round = 1; round <= rounds; round += 1) {
  whole.push(await burst(round));
  writes.push(await bare(round));
}
const value = median(whole);
const reference = median(writes);
const common = {
  value: rounded(value),
  unit: 'ms CPU per lead',
  reference: `the same transactions on a bare table on disk: ${rounded(reference)} ms`,
  ratio: rounded(value / reference),
};
const rows: Row[] = [
  {
    work: 'one lead, request to stored profile and published events',
    ...common,
    budget: '<= 3x',
    ok: value / reference <= 3,
  },
  {
    work: 'one lead, request to stored profile and published events: CPU',
    ...common,
    budget: '<= 1 ms',
    ok: value <= 1,
  },
];
tell({
  rows,
  notes: [
    `${leads} new leads a burst, 50 in flight, median of ${rounds} bursts: ${whole.map(rounded).join(' ')} ms; bare ${writes.map(rounded).join(' ')} ms`,
  ],
});
