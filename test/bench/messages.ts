import { systemClock } from '../../shared/adapters/embedded/clock.ts';
import { openDatabase } from '../../shared/adapters/embedded/database.ts';
import { Outbox, outboxEmailSender } from '../../shared/adapters/embedded/senders.ts';
import { EmbeddedTable } from '../../shared/adapters/embedded/table.ts';
import type { Email } from '../../shared/ports/senders.ts';
import type { Write } from '../../shared/ports/table.ts';
import { aFolder, cpuMs, median, numberOption, type Row, rounded, tell } from './row.ts';
import { aNewLead, aShop, launchOffer } from './shop.ts';

/** A one-off campaign into the outbox, against a bare loop in fifties and the bare table writes. */

const people = numberOption('messages', 2000);
const rounds = 5;

type Sent = { readonly writes: readonly Write[]; readonly calls: readonly (readonly Email[])[] };

/** Runs the campaign in a world of its own, on disk; answers its CPU and what it wrote and sent. */
async function campaign(): Promise<Sent & { readonly spent: number }> {
  const writes: Write[] = [];
  const calls: (readonly Email[])[] = [];
  using folder = aFolder();
  await using shop = await aShop({
    clock: '2026-11-25T12:00:00.000Z',
    directory: folder.path,
    announcesEmails: false, // what SES tells later is its own work
    around: (_, granted) => ({
      ...granted,
      table: {
        ...granted.table,
        write: (write) => {
          writes.push(write);
          return granted.table.write(write);
        },
      },
      email: {
        ...granted.email,
        send: (emails) => {
          calls.push(emails);
          return granted.email.send(emails);
        },
      },
    }),
  });
  const { world } = shop;
  await shop.burst(
    '/v1/leads',
    Array.from({ length: people }, (_, index) => aNewLead(`reader-${index}`)),
  );
  await launchOffer(world, '2026-11-25T13:00');
  writes.length = 0;
  const spent = await cpuMs(() => world.advance('PT1H'));
  const sent = calls.reduce((sum, emails) => sum + emails.length, 0);
  if (sent !== people) throw new Error(`${sent} messages to ${people} people.`);
  return { writes, calls, spent };
}

/** The same writes one by one, and the same emails in fifties. */
async function bare({ writes, calls }: Sent): Promise<number> {
  using folder = aFolder();
  using database = openDatabase(`${folder.path}/bare.sqlite`);
  const clock = systemClock();
  const table = new EmbeddedTable({ database, clock });
  const sender = outboxEmailSender(new Outbox({ database, clock }));
  const emails = calls.flat();
  return await cpuMs(async () => {
    for (const write of writes) await table.write(write);
    for (let at = 0; at < emails.length; at += 50) await sender.send(emails.slice(at, at + 50));
  });
}

await bare(await campaign()); // the compiler warms up
const ours: number[] = [];
const theirs: number[] = [];
let calls = 0;
for (let round = 0; round < rounds; round += 1) {
  const sent = await campaign();
  calls = Math.max(calls, sent.calls.length);
  ours.push(people / (sent.spent / 1000));
  theirs.push(people / ((await bare(sent)) / 1000));
}
const rate = median(ours);
const bareRate = median(theirs);
const callsPerThousand = (calls / people) * 1000;
const rows: Row[] = [
  {
    work: 'messages into the local sink',
    value: rounded(rate),
    unit: 'messages per second of CPU',
    reference: `bare loop in fifties and the bare table writes: ${rounded(bareRate)}`,
    ratio: rounded(rate / bareRate),
    budget: '>= 0.5x',
    ok: rate / bareRate >= 0.5,
  },
  {
    work: 'SES calls per 1 000 emails',
    value: rounded(callsPerThousand),
    unit: 'calls',
    reference: '20',
    ratio: rounded(callsPerThousand / 20),
    budget: '<= 25',
    ok: callsPerThousand <= 25,
  },
];
tell({
  rows,
  notes: [
    `a campaign to ${people}, from its schedule to the last row: ${ours.map(rounded).join(' ')} a second; bare ${theirs.map(rounded).join(' ')}`,
  ],
});
