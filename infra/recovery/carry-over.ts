import type { TimelineEntry } from '../../shared/domain/profiles/timeline-entry.ts';
import type { Input } from '../../shared/domain/tracking/input.ts';
import type { Queue } from '../../shared/ports/queue.ts';
import type { Table, Write } from '../../shared/ports/table.ts';
import { inParallel } from '../../shared/runtime/parallel.ts';
import { markersSince } from '../../shared/stores/message-markers.ts';
import { getProfiles, scanProfiles } from '../../shared/stores/profiles.ts';
import { listQuarantine } from '../../shared/stores/quarantine.ts';
import { listSuppressions, suppress } from '../../shared/stores/suppressions.ts';
import { scanTimeline, timelineItem } from '../../shared/stores/timeline.ts';
import { type CarriedPerson, inputOfEntry, isCarried, stateInputs } from './carried-inputs.ts';
import { patientTable } from './patient-table.ts';
import type { CarryMode } from './recovery-options.ts';

/** Parts of a table read at the same time, and writes. */
const segments = 8;
const writesAtOnce = 16;

/** Of a message to the queue: a quarter of what it takes, and a fitting transaction's worth of inputs. */
const messageBytes = 256 * 1024;
const messageInputs = 25;

export type CarryReach = {
  /** The tables left behind, and those restored. */
  readonly left: Table;
  readonly restored: Table;
  /** Where the restored tables' inputs go. */
  readonly queue: Queue;
  readonly sleep: (ms: number) => Promise<void>;
};

export type CarryTask = {
  readonly mode: CarryMode;
  /** The instant the tables were restored to, ISO. */
  readonly since: string;
};

export type Carried = {
  suppressions: number;
  markers: number;
  people: number;
  inputs: number;
  /** Inputs that waited in the quarantine. */
  quarantined: number;
};

/**
 * Takes over what the tables left behind know and the restored ones do not: always what keeps messages
 * from people (suppressions, withdrawn consents), and with `inputs` what people said and did. It goes
 * as inputs onto the queue, so that it is decided anew; every step may be repeated, and each input is
 * recorded once. Segments, campaigns, templates, lists and messages are not carried over.
 */
export async function carryOver(
  { left, restored, queue, sleep }: CarryReach,
  task: CarryTask,
  onProgress: (carried: Readonly<Carried>) => void = () => {},
): Promise<Carried> {
  const reach = {
    left: patientTable(left, sleep),
    restored: patientTable(restored, sleep),
    queue,
  };
  const carried = { suppressions: 0, markers: 0, people: 0, inputs: 0, quarantined: 0 };
  const told = (): void => onProgress(carried);
  await carrySuppressions(reach, carried);
  told();
  if (task.mode === 'inputs') {
    // Before what they mark: whoever sends one of these again meanwhile is not recorded twice.
    await eachPart(async (segment) => carryMarkers(segment, { reach, task, carried, told }));
    await eachPart(async (segment) => carryEntries(segment, { reach, task, carried, told }));
    await carryQuarantine(reach, carried);
  }
  await eachPart(async (segment) => carryPeople(segment, { reach, task, carried, told }));
  told();
  return carried;
}

type Reach = Omit<CarryReach, 'sleep'>;

type Work = {
  readonly reach: Reach;
  readonly task: CarryTask;
  readonly carried: Carried;
  readonly told: () => void;
};

const eachPart = (work: (segment: number) => Promise<void>): Promise<void> =>
  inParallel([...Array(segments).keys()], segments, work);

/** All of them: one that is told late is dated before the instant. The first reason stays. */
async function carrySuppressions({ left, restored }: Reach, carried: Carried) {
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof listSuppressions>> = await listSuppressions(left, {
      after,
      limit: 200,
    });
    if (page === 'wrong-cursor') throw new Error('The suppressions do not know their own cursor.');
    await inParallel(page.rows, writesAtOnce, async ({ channel, address, ...why }) => {
      if (channel !== 'email' && channel !== 'sms') return;
      if (await put(restored, suppress(channel, address, why))) carried.suppressions += 1;
    });
    after = page.after;
  } while (after !== null);
}

async function carryMarkers(segment: number, { reach, task, carried, told }: Work) {
  const { left, restored } = reach;
  const since = Date.parse(task.since);
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<Table['scan']>> = await left.scan('marketing', {
      segment,
      segments,
      after,
      consistent: true,
    });
    const markers = markersSince(page.items, since);
    await inParallel(markers, writesAtOnce, async (marker) => {
      if (await put(restored, marker)) carried.markers += 1;
    });
    told();
    after = page.after;
  } while (after !== null);
}

async function carryPeople(segment: number, { reach, task, carried, told }: Work) {
  let after: string | null = null;
  do {
    const scan = { segment, segments, after };
    const page: Awaited<ReturnType<typeof scanProfiles>> = await scanProfiles(reach.left, scan);
    const touched = page.profiles.filter(({ updatedAt }) => updatedAt >= task.since);
    const restored = await getProfiles(
      reach.restored,
      touched.map(({ id }) => id),
    );
    for (const left of touched) {
      const inputs = stateInputs({ left, restored: restored.get(left.id) }, task);
      await send(inputs, reach);
      carried.inputs += inputs.length;
      carried.people += inputs.length > 0 ? 1 : 0;
    }
    told();
    after = page.after;
  } while (after !== null);
}

async function carryEntries(segment: number, { reach, task, carried, told }: Work) {
  const part = { segment, segments, after: null };
  for await (const { entries } of scanTimeline(reach.left, part)) {
    const late = entries.filter((entry) => entry.recordedAt >= task.since && isCarried(entry));
    const missing = await notAmong(reach.restored, late);
    // A scan reads a person's entries in order of time: so they go in one message, if they fit.
    for (const [id, own] of Map.groupBy(missing, ({ profileId }) => profileId)) {
      const person = await personOf(id, reach);
      if (person === undefined) continue;
      await send(
        own.map((entry) => inputOfEntry(entry, person)),
        reach,
      );
      carried.inputs += own.length;
    }
    told();
  }
}

/** The entries that the restored timeline has not: of the second restored to, some are in both. */
async function notAmong(
  restored: Table,
  entries: readonly TimelineEntry[],
): Promise<readonly TimelineEntry[]> {
  if (entries.length === 0) return [];
  const keys = entries.map((entry) => {
    const { pk, sk = '' } = timelineItem(entry);
    return { pk, sk };
  });
  const found = await restored.batchGet('timeline', keys);
  const known = new Set(found.map(({ pk, sk }) => `${pk} ${sk}`));
  return entries.filter((_, place) => !known.has(`${keys[place]?.pk} ${keys[place]?.sk}`));
}

async function personOf(id: string, reach: Reach): Promise<CarriedPerson | undefined> {
  const [left, restored] = await Promise.all([
    getProfiles(reach.left, [id]),
    getProfiles(reach.restored, [id]),
  ]);
  const profile = left.get(id);
  return profile && { left: profile, restored: restored.get(id) };
}

/** Accepted, but never recorded: they go the whole way again, under the ids they came with. */
async function carryQuarantine({ left, restored, queue }: Reach, carried: Carried) {
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof listQuarantine>> = await listQuarantine(left, after);
    const keys = page.rows.map(({ id }) => ({ pk: 'quarantine', sk: id }));
    const found = await restored.batchGet('marketing', keys);
    const known = new Set(found.map(({ sk }) => sk));
    for (const { id, input } of page.rows) {
      if (input === undefined || known.has(id)) continue;
      await queue.send('inputs', [{ body: { inputs: [input] } }]);
      carried.quarantined += 1;
    }
    after = page.after;
  } while (after !== null);
}

async function send(inputs: readonly Input[], { queue }: Reach): Promise<void> {
  let some: Input[] = [];
  let bytes = 0;
  const flush = async (): Promise<void> => {
    if (some.length > 0) await queue.send('inputs', [{ body: { inputs: some } }]);
    some = [];
    bytes = 0;
  };
  for (const input of inputs) {
    const size = Buffer.byteLength(JSON.stringify(input));
    if (some.length >= messageInputs || bytes + size > messageBytes) await flush();
    some.push(input);
    bytes += size;
  }
  await flush();
}

/** Whether it was written now: what is there stays. */
const put = async (table: Table, write: Write): Promise<boolean> =>
  (await table.write(write)).kind === 'written';
