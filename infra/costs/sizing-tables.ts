import { type Assumptions, assumptionsSchema } from './assumptions.ts';
import { billOf, costOf, gbSecondsOf, requestsOf, unitsOf } from './bill.ts';
import { markdownTable, usd } from './cost-tables.ts';
import type { Activity } from './counted.ts';
import { unitPrices } from './prices.ts';
import { type Quota, quotas } from './quotas.ts';
import {
  deployed,
  ingest,
  ingestedPerSecond,
  leadsPerSecond,
  manyProfiles,
  needs,
  passes,
  passSeconds,
  reportedRows,
  rowsPerSecond,
  senders,
  sentPerSecond,
} from './sizing.ts';

const assumed: Assumptions = assumptionsSchema.parse({});

const whole = (value: number): string => Math.round(value).toLocaleString('en-US');

function needTable(): string {
  const rows = needs().map(({ what, needed, quota, remedy }) => [
    what,
    whole(needed),
    whole(quota),
    `${Math.round((needed / quota) * 100)} %`,
    remedy,
  ]);
  const heads = ['limit', `at ${whole(leadsPerSecond)} leads/s`, 'there is', 'used', 'what helps'];
  return markdownTable({ heads, rows });
}

function quotaTable(): string {
  const rows = Object.values(quotas).map(({ value, what, isRaised, page }: Quota) => [
    whole(value),
    what,
    isRaised,
    `<${page}>`,
  ]);
  return markdownTable({ heads: ['AWS allows', '', 'raised', 'page'], rows });
}

const costOfWork = (activity: Activity, times: number): number =>
  costOf(unitsOf({ activity, times }, assumed), unitPrices());

function costTable(): string {
  const hour = leadsPerSecond * 3_600;
  const prices = unitPrices();
  const stored = (requestsOf('newLead').storedBytes['always'] ?? 0) * manyProfiles;
  const storage = (stored / 1e9) * (prices.tableStorageGb + prices.tableBackupGb);
  const email = { profiles: manyProfiles, messages: manyProfiles * 10 };
  const flood = Object.values(requestsOf('floodLead').functions);
  const invocations = flood.reduce((sum, use) => sum + use.invocations, 0) * hour;
  const rows = [
    [`an hour of ${whole(leadsPerSecond)} new people a second`, usd(costOfWork('floodLead', hour))],
    ['X-Ray for it, a twentieth of what runs', usd(invocations * 0.05 * prices.trace)],
    [`${whole(manyProfiles)} people kept for a month (${whole(stored / 1e9)} GB)`, usd(storage)],
    ['a pass over all of them', usd(costOfWork('passPerThousand', manyProfiles / 1_000))],
    [
      'an email to each, under frequency caps, without SES',
      usd(costOfWork('cappedEmail', manyProfiles) - manyProfiles * prices.email),
    ],
    ['SES for it', usd(manyProfiles * prices.email)],
    [
      'a month of them, with ten emails and ten events each',
      usd(billOf(email, assumed, prices).total),
    ],
  ];
  return markdownTable({ heads: ['', 'USD'], rows });
}

const duration = (seconds: number): string => {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`;
};

function timeTable(): string {
  const rows = [
    ['a pass over 1,000,000 people', duration(passSeconds(1_000_000))],
    [`a pass over ${whole(manyProfiles)} people`, duration(passSeconds(manyProfiles))],
    [
      `emails to ${whole(manyProfiles)} people, as fast as the senders are (${whole(sentPerSecond())} a second)`,
      duration(manyProfiles / sentPerSecond()),
    ],
    [
      `... as fast as one run’s rows can be written (${whole(rowsPerSecond())} a second)`,
      duration(manyProfiles / rowsPerSecond()),
    ],
    [
      `an hour’s flood of ${whole(leadsPerSecond)} a second through our throttle of today`,
      duration((leadsPerSecond * 3_600) / deployed.leadRate),
    ],
  ];
  return markdownTable({ heads: ['', 'takes'], rows });
}

const perPartition = quotas.partitionWrites.value;

/** What many write or read at the same time, and how often a second it can be. */
function keyTable(): string {
  const spread = deployed.shards * perPartition;
  const message = Math.floor(requestsOf('cappedEmail').writeUnits.marketing);
  const rows = [
    [
      'write key',
      'each request reads one copy',
      'requests',
      quotas.partitionReads.value * deployed.keyCopies,
    ],
    [
      'head of the rules',
      'each batch of a reader reads it',
      'batches',
      quotas.partitionReads.value,
    ],
    [
      'marker of a message id, identity, profile, contact',
      'each has a key of its own',
      'of one person',
      perPartition / 2,
    ],
    [
      'rows of a segment',
      'two units for each member, in a transaction',
      'people who enter one segment',
      spread / 2,
    ],
    [
      'people due, in the index',
      'one unit for each whose next instant comes nearer',
      'people',
      spread,
    ],
    [
      'rows of a run',
      `${message - 4} units for each email under caps`,
      'emails of one run',
      spread / (message - 4),
    ],
    ['open messages, in the index', 'two units for each', 'messages of all runs', spread / 2],
    [
      'emails of a launch, counted for its reputation',
      'one unit for each call of 50',
      'emails',
      spread * 50,
    ],
  ] as const;
  return markdownTable({
    heads: ['key', 'is asked', 'what', 'a second at most'],
    rows: rows.map(([key, asked, what, most]) => [key, asked, what, whole(most)]),
  });
}

/** The computed parts of infra/sizing.md. */
export function sizingParts(): Readonly<Record<string, string>> {
  const freshRate = quotas.newTableWrites.value / requestsOf('floodLead').writeUnits.timeline;
  const gbSeconds = gbSecondsOf('floodLead', assumed) * leadsPerSecond;
  return {
    needs: needTable(),
    keys: keyTable(),
    quotas: quotaTable(),
    costs: costTable(),
    times: timeTable(),
    figures: markdownTable({
      heads: ['figure', ''],
      rows: [
        ['readers of `inputs`', `${ingest.concurrency} at once, ${ingest.batch} messages each`],
        ['leads a second that they take', whole(ingestedPerSecond())],
        ['senders of emails', `${senders.concurrency} at once, 50 emails a call`],
        ['workers of a pass', String(Math.min(deployed.passParts, passes.concurrency))],
        [
          'throttle of `/v1/…`',
          `${whole(deployed.leadRate)} a second, ${whole(deployed.leadBurst)} at once`,
        ],
        ['publishers', `${deployed.publishersPerShard} for each shard of the stream`],
        ['partitions of a segment, a run, a kind of due things', String(deployed.shards)],
        ['copies of a write key', String(deployed.keyCopies)],
        ['new people a second that a new deployment’s tables are ready for', whole(freshRate)],
        ['functions’ memory in use by a flood', `${whole(gbSeconds)} GB`],
        [
          'rows that one report can count',
          `about ${whole(Math.round(reportedRows() / 1e5) * 1e5)}`,
        ],
      ],
    }),
  };
}
