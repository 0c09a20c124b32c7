import { openWorld } from '../../infra/local/world.ts';
import { RequestMeter, type Usage } from '../../shared/adapters/embedded/request-meter.ts';
import { aFolder, cpuMs, type Row, rounded, tell } from './row.ts';
import { admin, aShop } from './shop.ts';
import { clock, passOverAll, storePeople } from './stored-people.ts';

/** What it costs to have everybody asked anew, and to have one person enter or leave. */

const people = 20_000;
const pagePeople = 200;

const meter = new RequestMeter();
const nothing: Usage = { requests: 0, readUnits: 0, writeUnits: 0, indexWriteUnits: 0 };
const usage = (operation: string): Usage => meter.byOperation().get(operation) ?? nothing;
const unitsOf = (operations: readonly string[]): number =>
  operations
    .map(usage)
    .reduce((sum, { writeUnits, indexWriteUnits }) => sum + writeUnits + indexWriteUnits, 0);

using folder = aFolder();
await storePeople(folder.path, people);
const world = await openWorld({ clock, directory: folder.path, meter });
await passOverAll(world, 'warm');
meter.reset();
const cpuUs = ((await cpuMs(() => passOverAll(world, 'nowhere'))) * 1000) / people;
await world.close();
const scan = usage('profiles scan');
const ofPeople = unitsOf([
  'profiles write',
  'profiles transact',
  'timeline write',
  'timeline transact',
]);
const ofPages = {
  readUnits: usage('marketing get').readUnits + usage('marketing query').readUnits,
  writeUnits: unitsOf(['marketing write', 'marketing transact']),
};

/** One order takes somebody into a segment for a day, and time alone out of it. */
const shopMeter = new RequestMeter();
await using shop = await aShop({ clock: '2026-11-25T12:00:00.000Z', meter: shopMeter });
const rule = { did: 'Order Completed', within: 'P1D' };
await admin(shop.world, 'PUT', '/admin/segments/of-today', { name: 'Of today', rule });
await shop.world.settle();
await shop.post('/v1/track', { userId: 'anna', event: 'Order Completed' });
await shop.world.settle();
shopMeter.reset();
await shop.world.advance('P1DT1M');
const leaving = ['profiles', 'timeline', 'marketing']
  .map((table) => shopMeter.byOperation().get(`${table} transact`) ?? nothing)
  .reduce((sum, one) => sum + one.writeUnits + one.indexWriteUnits, 0);
const leastOfLeaving = (1 + 1 + 1) * 2 + 1;

/**
 * US dollars in us-east-1. DynamoDB on demand as of November 2024 (aws.amazon.com/dynamodb/pricing), by
 * the request unit; Lambda on arm64 by the GB-second and the request (aws.amazon.com/lambda/pricing);
 * SQS by the request (aws.amazon.com/sqs/pricing), both as of 2025.
 */
const prices = {
  readUnit: 0.125e-6,
  writeUnit: 0.625e-6,
  gbSecond: 0.0000133334,
  invocation: 0.2e-6,
  message: 0.4e-6,
};

/** A whole processor comes with 1 769 MB: a function of 1 024 MB has that part of one. */
const processorShare = 1024 / 1769;
/** Assumed, not measured here: what a page of 200 people waits for the tables on AWS. */
const waitingMsPerPage = 40;
const invocationSeconds = 105;

const pages = people / pagePeople;
const perPerson = {
  scan: scan.readUnits / people,
  reads: ofPages.readUnits / pages / pagePeople,
  writes: ofPages.writeUnits / pages / pagePeople,
  seconds: cpuUs / 1e6 / processorShare + waitingMsPerPage / 1000 / pagePeople,
};

function costOf(count: number): { readonly dollars: number; readonly text: string } {
  const reads = count * (perPerson.scan + perPerson.reads) * prices.readUnit;
  const writes = count * perPerson.writes * prices.writeUnit;
  const seconds = count * perPerson.seconds;
  const runs = seconds / invocationSeconds;
  // A message is sent, received and deleted.
  const calls = runs * (prices.invocation + 3 * prices.message);
  const lambda = seconds * prices.gbSecond;
  const dollars = reads + writes + lambda + calls;
  const text = `${count.toLocaleString('en')} people: reads $${rounded(reads)} + progress $${rounded(writes)} + Lambda $${rounded(lambda)} + calls $${rounded(calls)}`;
  return { dollars, text };
}

const million = costOf(1_000_000);
const hundredMillions = costOf(100_000_000);

const cost = (count: string, { dollars }: { readonly dollars: number }): Row => ({
  work: `cost of asking ${count} people anew, none changing`,
  value: rounded(dollars),
  unit: 'US dollars, us-east-1, on demand',
  reference: 'none',
  ratio: null,
  budget: 'none, printed',
  ok: null,
});

const equal = (work: string, value: number, least: number, formula: string): Row => ({
  work,
  value: rounded(value),
  unit: 'write units, index writes included',
  reference: `${least} = ${formula}`,
  ratio: least === 0 ? null : rounded(value / least),
  budget: 'equal',
  ok: value === least,
});

tell({
  rows: [
    equal(
      'write units per membership that time ends',
      leaving,
      leastOfLeaving,
      '(profile 1 + member row 1 + entry 1) x 2 in a transaction + due index 1 out',
    ),
    equal(
      `write units of ${people} people whom a new definition does not change`,
      ofPeople,
      0,
      'nobody is written',
    ),
    cost('1 000 000', million),
    cost('100 000 000', hundredMillions),
  ],
  notes: [
    `counted over ${people} people: ${scan.requests} scan pages, ${rounded(perPerson.scan)} read units a person = strongly consistent, bytes of a page / 4 KB; ${rounded(ofPages.readUnits / pages)} read units a page for the head of the rules and what is left to do; ${rounded(ofPages.writeUnits / pages)} write units a page for its progress`,
    `${rounded(cpuUs)} us CPU a person / ${rounded(processorShare)} of a processor + ${waitingMsPerPage} ms a page of ${pagePeople} (assumed) = ${rounded(perPerson.seconds * 1e6)} us of 1 GB Lambda`,
    `${million.text}; ${hundredMillions.text}`,
    'each person whom it does change: (profile 1 + member row 1) x 2 write units, and an entry x 2 when the change is told',
    'prices: read unit $0.125 and write unit $0.625 a million (November 2024), Lambda arm64 $0.0000133334 a GB-second, SQS $0.40 a million',
  ],
});
