import { functions } from '../manifest.ts';
import { type Assumptions, assumptionsSchema } from './assumptions.ts';
import { requestsOf } from './bill.ts';
import { quotas } from './quotas.ts';

/** Leads a second that the path is sized for, and the people who are known then. */
export const leadsPerSecond = 10_000;
export const manyProfiles = 100_000_000;

/** What is deployed and is no row of the manifest; held equal to the code and the template by tests. */
export const deployed = {
  /** Requests a second of `/v1/{proxy+}`, and how many more at once: infra/constructs/api.ts. */
  leadRate: 2_000,
  leadBurst: 4_000,
  /** Batches of one shard that are published at the same time: infra/constructs/triggers.ts. */
  publishersPerShard: 10,
  /** Partitions over which the rows of a segment, a run, and a kind of due things are spread. */
  shards: 16,
  /** Parts that a pass is cut into: shared/stores/segment-passes.ts. */
  passParts: 8,
  /** People whose transactions a reader of leads has in hand at the same time. */
  parallelPeople: 16,
  /** Copies of a write key, each read by its part of the requests: shared/stores/sources.ts. */
  keyCopies: 8,
} as const;

/** A row of the manifest that reads a queue, by its file. */
function readerOf(file: string) {
  const row = functions.find((one) => one.file === file);
  if (row?.trigger.kind !== 'queue') throw new Error(`${file} reads no queue.`);
  return row.trigger;
}

export const ingest = readerOf('functions/tracking/ingest-inputs.ts');
export const senders = readerOf('functions/messaging/send-emails.ts');
export const passes = readerOf('functions/segments/pass-over-profiles.ts');

/** CPU of one lead on a whole processor, in ms: the budget of `npm run bench`. */
const leadCpuMs = 1;
/** CPU of a row in a report, in ms on a whole processor: measured, 0.02 to 0.03. */
const reportRowMs = 0.03;
/** A transaction takes longer than a read. */
const transactionMs = 20;
/** A page of a scan. */
const pageBytes = 1_048_576;
const pageMs = 60;

const assumed: Assumptions = assumptionsSchema.parse({});

/** How many leads a second all readers of the queue `inputs` take together. */
export function ingestedPerSecond(): number {
  const rounds = Math.ceil(ingest.batch / deployed.parallelPeople);
  const memory = memoryOf('functions/tracking/ingest-inputs.ts');
  const cpuMs = (ingest.batch * leadCpuMs * 1_769) / memory;
  const batchMs = 3 * assumed.callMs + rounds * transactionMs + cpuMs;
  return (ingest.concurrency * ingest.batch * 1_000) / batchMs;
}

function memoryOf(file: string): number {
  const row = functions.find((one) => one.file === file);
  if (row === undefined) throw new Error(`${file} is not in the manifest.`);
  return row.memoryMb;
}

/** Functions of the public API at once: what each request takes, times the requests. */
export const publicAtOnce = (): number => {
  const { calls = 0 } = requestsOf('floodLead').functions['functions/http/public.ts'] ?? {};
  return (leadsPerSecond * (calls * assumed.callMs + assumed.invocationMs)) / 1_000;
};

/** Emails a second that all senders make together. */
export const sentPerSecond = (): number => {
  // Claim, read again, call record, the call itself, acceptance.
  const callMs = 4 * transactionMs + assumed.emailCallMs;
  return (senders.concurrency * 50 * 1_000) / callMs;
};

/** Messages a second that one run's partitions take: what is written of each row there. */
export const rowsPerSecond = (): number => {
  // Without what each call of fifty writes, which lies elsewhere.
  const marketing = Math.floor(requestsOf('cappedEmail').writeUnits.marketing);
  // Two units go to the index, two to the contact, which lie elsewhere.
  return (deployed.shards * quotas.partitionWrites.value) / (marketing - 4);
};

/** Seconds of a pass over so many people. */
export function passSeconds(profiles: number): number {
  // What a thousand people cost to read says how large they are: half a unit for 4 KB.
  const perPage = pageBytes / (requestsOf('passPerThousand').readUnits * 2 * 4.096);
  const workers = Math.min(deployed.passParts, passes.concurrency);
  return ((profiles / perPage) * pageMs + (profiles / 1_000) * assumed.passMs) / workers / 1_000;
}

/** Rows that a report can count within the time of an answer. */
export const reportedRows = (): number => {
  const row = functions.find(({ file }) => file === 'functions/http/admin.ts');
  return ((row?.timeoutSeconds ?? 0) * 1_000) / reportRowMs;
};

type Need = {
  readonly what: string;
  readonly needed: number;
  readonly quota: number;
  readonly remedy: string;
};

/** What ten thousand new people a second ask of each limit, the tightest first. */
export function needs(): readonly Need[] {
  const lead = requestsOf('floodLead');
  const perSecond = (each: number): number => each * leadsPerSecond;
  const writes = (table: 'profiles' | 'timeline' | 'marketing'): Need => ({
    what: `write units a second of the table \`${table}\``,
    needed: perSecond(lead.writeUnits[table]),
    quota: quotas.tableWrites.value,
    remedy: 'raise the table’s quota, and warm the table up beforehand',
  });
  const all: readonly Need[] = [
    {
      what: 'requests a second of `/v1/…`, by our own throttle',
      needed: leadsPerSecond,
      quota: deployed.leadRate,
      remedy: '`publicPaths` in `infra/constructs/api.ts`',
    },
    {
      what: 'write units a second that a new table is ready for (`timeline`)',
      needed: perSecond(lead.writeUnits.timeline),
      quota: quotas.newTableWrites.value,
      remedy: 'warm throughput of the table, a day before',
    },
    {
      what: 'reads a second of one write key',
      needed: leadsPerSecond,
      quota: quotas.partitionReads.value * deployed.keyCopies,
      remedy: 'several keys, one for each site',
    },
    {
      what: 'events a second on the bus',
      needed: perSecond(lead.busEvents),
      quota: quotas.busEvents.value,
      remedy: 'raise PutEvents; it waits in the stream meanwhile, for a day',
    },
    writes('timeline'),
    writes('marketing'),
    writes('profiles'),
    {
      what: 'write units a second of a segment that every new person enters',
      needed: perSecond(2),
      quota: deployed.shards * quotas.partitionWrites.value,
      remedy: 'none: the rest waits in the queue',
    },
    {
      what: 'index writes a second, where every new person’s calendar is put down',
      needed: leadsPerSecond,
      quota: deployed.shards * quotas.partitionWrites.value,
      remedy: 'none needed',
    },
    {
      what: 'requests a second of the region',
      needed: leadsPerSecond,
      quota: quotas.apiRequests.value,
      remedy: 'raise it: tracking and marketers share it',
    },
    {
      what: 'leads a second that the readers of `inputs` take',
      needed: leadsPerSecond,
      quota: Math.round(ingestedPerSecond()),
      remedy: '`concurrency` of `ingest-inputs.ts` in `infra/manifest.ts`',
    },
    {
      what: 'concurrent executions of the public API',
      needed: publicAtOnce(),
      quota: quotas.functions.value,
      remedy: 'raise concurrent executions; a part can be set aside for the API',
    },
  ];
  return all.toSorted((a, b) => b.needed / b.quota - a.needed / a.quota);
}
