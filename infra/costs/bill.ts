import { functions } from '../manifest.ts';
import {
  type Assumptions,
  daysPerMonth,
  pollsPerQueue,
  secondsPerMonth,
  standing,
} from './assumptions.ts';
import { type Activity, counted } from './counted.ts';
import { type Group, type Line, type Load, linesOf } from './load.ts';
import { freeEachMonth, type PriceName, priceNames, type UnitPrices } from './prices.ts';
import { allWriteUnits, type Requests, wholeRequests } from './requests.ts';

/** Units of what is charged for. */
export type Units = Readonly<Partial<Record<PriceName, number>>>;

/** A month's bill in USD. */
export type Bill = {
  readonly load: Load;
  readonly units: Units;
  readonly byPrice: Readonly<Record<PriceName, number>>;
  readonly byGroup: ReadonlyMap<Group, number>;
  readonly total: number;
  /** What AWS gives for nothing is taken off `total` with this; the account may need it elsewhere. */
  readonly free: number;
};

const gigabyte = 1e9;

/** The requests of a piece of work, as counted. */
export const requestsOf = (activity: Activity): Requests => wholeRequests(counted[activity]);

const memoryGb = new Map(functions.map(({ file, memoryMb }) => [file, memoryMb / 1024]));

/** What a schedule of EventBridge starts. */
const fired: readonly Activity[] = ['tick', 'canaryBeat', 'run'];

/** They read their secret when they start cold. */
const readsSecrets = new Set(
  functions.filter(({ grants }) => grants.secrets !== undefined).map(({ file }) => file),
);

/** What a month costs. */
export function billOf(load: Load, assumed: Assumptions, prices: UnitPrices): Bill {
  const lines = linesOf(load, assumed);
  const parts: (readonly [Group, Units])[] = [
    ...lines.map((line) => [line.group, unitsOf(line, assumed)] as const),
    ['standing', standingUnits()],
    ['people', keptUnits(load.profiles)],
    ...tracesOf(lines, assumed),
  ];
  const byGroup = new Map<Group, number>();
  for (const [group, units] of parts) {
    byGroup.set(group, (byGroup.get(group) ?? 0) + costOf(units, prices));
  }
  const units = totalOf(parts.map(([, one]) => one));
  // `fromEntries` forgets that every name is among the keys.
  const byPrice = Object.fromEntries(
    priceNames.map((name) => [name, (units[name] ?? 0) * prices[name]]),
  ) as Record<PriceName, number>;
  const free = priceNames.reduce(
    (sum, name) => sum + Math.min(units[name] ?? 0, freeEachMonth[name] ?? 0) * prices[name],
    0,
  );
  return { load, units, byPrice, byGroup, total: costOf(units, prices), free };
}

/** USD of some units. */
export const costOf = (units: Units, prices: UnitPrices): number =>
  priceNames.reduce((sum, name) => sum + (units[name] ?? 0) * prices[name], 0);

const totalOf = (parts: readonly Units[]): Units =>
  Object.fromEntries(
    priceNames.map((name) => [name, parts.reduce((sum, units) => sum + (units[name] ?? 0), 0)]),
  );

/** What a piece of work is charged for, so many times a month. */
export function unitsOf({ activity, times }: Omit<Line, 'group'>, assumed: Assumptions): Units {
  const requests = requestsOf(activity);
  const invocations = sum(requests, ({ invocations: each }) => each);
  const gb = {
    logs:
      (invocations * assumed.logBytes + requests.apiRequests * assumed.accessLogBytes) / gigabyte,
    stored: storedGbMonths(requests, assumed, activity),
    emails: (requests.emails * assumed.emailKb * 1_000) / gigabyte,
  };
  const once: Units = {
    tableWriteUnit: allWriteUnits(requests),
    tableReadUnit: requests.readUnits,
    tableStorageGb: gb.stored,
    tableBackupGb: gb.stored,
    functionInvocation: invocations,
    functionGbSecond: gbSecondsOf(activity, assumed),
    apiRequest: requests.apiRequests,
    queueRequest: requests.queueRequests,
    fairMessage: requests.fairMessages,
    busEvent: requests.busEvents,
    emailEvent: requests.emailEvents,
    scheduleFiring: fired.includes(activity) ? 1 : 0,
    email: requests.emails,
    emailGb: gb.emails,
    push: requests.pushes,
    logGb: gb.logs,
    logStorageGb: gb.logs,
    secretRead:
      assumed.coldShare *
      sum(requests, (use, file) => (readsSecrets.has(file) ? use.invocations : 0)),
    transferGb: (requests.apiRequests * assumed.answerBytes) / gigabyte,
  };
  return Object.fromEntries(priceNames.map((name) => [name, (once[name] ?? 0) * times]));
}

const sum = (
  { functions: used }: Requests,
  pick: (use: Requests['functions'][string], file: string) => number,
): number => Object.entries(used).reduce((all, [file, use]) => all + pick(use, file), 0);

/** GB-seconds of a piece of work: its waits one after the other, as if nothing were done at the same time. */
export function gbSecondsOf(activity: Activity, assumed: Assumptions): number {
  const requests = requestsOf(activity);
  const { callMs, invocationMs, coldShare, coldMs, emailCallMs, sendMs, passMs } = assumed;
  const usual = sum(
    requests,
    ({ invocations, calls }, file) =>
      memoryOf(file) * (calls * callMs + invocations * (invocationMs + coldShare * coldMs)),
  );
  const emails =
    (requests.emails / 50) * emailCallMs * memoryOf('functions/messaging/send-emails.ts');
  const others =
    (requests.texts + requests.pushes + requests.webhooks) *
    sendMs *
    memoryOf('functions/messaging/send-texts.ts');
  const pass =
    activity === 'passPerThousand'
      ? passMs * memoryOf('functions/segments/pass-over-profiles.ts')
      : 0;
  return (usual + emails + others + pass) / 1_000;
}

function memoryOf(file: string): number {
  const memory = memoryGb.get(file);
  if (memory === undefined) throw new Error(`${file} was counted and is not in the manifest.`);
  return memory;
}

/** People are kept for ever and stand for themselves below; of all else, what is left of the months kept. */
function storedGbMonths(requests: Requests, assumed: Assumptions, activity: Activity): number {
  const months = Object.entries(requests.storedBytes).map(([days, bytes]) => {
    if (days !== 'always') return bytes * Math.min(Number(days) / daysPerMonth, assumed.monthsKept);
    return activity === 'newLead' ? 0 : bytes * assumed.monthsKept;
  });
  return months.reduce((all, bytes) => all + bytes, 0) / gigabyte;
}

/** People as they are stored, whenever they came. */
function keptUnits(profiles: number): Units {
  const bytes = requestsOf('newLead').storedBytes['always'] ?? 0;
  const stored = (profiles * bytes) / gigabyte;
  return { tableStorageGb: stored, tableBackupGb: stored };
}

const standingUnits = (): Units => ({
  queueRequest: standing.polledQueues * pollsPerQueue,
  alarm: standing.alarms,
  dashboard: standing.dashboards,
  metric: standing.metrics,
  secret: standing.secrets,
});

/**
 * X-Ray records one request of a function a second and a twentieth of the others (Lambda's own rule, which
 * cannot be set): spread evenly over the month, which is the most there can be.
 */
function tracesOf(
  lines: readonly Line[],
  { tracing }: Assumptions,
): readonly (readonly [Group, Units])[] {
  const byFunction = new Map<string, Map<Group, number>>();
  for (const { group, activity, times } of lines) {
    for (const [file, { invocations }] of Object.entries(requestsOf(activity).functions)) {
      const groups = byFunction.get(file) ?? new Map<Group, number>();
      groups.set(group, (groups.get(group) ?? 0) + invocations * times);
      byFunction.set(file, groups);
    }
  }
  return [...byFunction.values()].flatMap((groups) => {
    const all = [...groups.values()].reduce((total, times) => total + times, 0);
    const reservoir = Math.min(all, secondsPerMonth);
    const traced = all === 0 ? 0 : ((reservoir + 0.05 * (all - reservoir)) / all) * tracing;
    return [...groups].map(([group, times]) => [group, { trace: times * traced }] as const);
  });
}
