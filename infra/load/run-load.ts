import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../shared/adapters/embedded/clock.ts';
import { openDatabase } from '../../shared/adapters/embedded/database.ts';
import { EmbeddedTable } from '../../shared/adapters/embedded/table.ts';
import { type LoadOptions, plannedLeads } from './plan.ts';
import { type PostedLead, postLeads } from './post-leads.ts';
import { type Proof, proofOf } from './proof.ts';
import { SiteProcess, type SiteState } from './site-process.ts';

/** The system's state at an instant after the beginning. */
export type Sample = SiteState & { readonly seconds: number };

export type LoadResult = {
  readonly posted: readonly PostedLead[];
  /** From the first lead planned to the last one answered. */
  readonly postingSeconds: number;
  readonly samples: readonly Sample[];
  /** From the last answer to empty queues; undefined: they were not empty in time. */
  readonly drainSeconds: number | undefined;
  /** The heap without garbage, before the first lead and after the last one. */
  readonly keptBytes: { readonly before: number; readonly after: number };
  readonly proof: Proof;
};

export type Progress = {
  readonly seconds: number;
  readonly posted: number;
  readonly answered: number;
  readonly state: SiteState;
};

const sampleEveryMs = 1_000;
const drainTimeoutMs = 300_000;

/**
 * Starts a world in a process and a folder of its own, posts the leads, waits until its queues are empty,
 * ends it, and reads back from its folder what has become of every lead.
 */
export async function runLoad(
  options: LoadOptions,
  onProgress: (progress: Progress) => void,
): Promise<LoadResult> {
  const directory = mkdtempSync(join(tmpdir(), 'perennial-load-'));
  try {
    const site = await SiteProcess.start(directory);
    try {
      const before = await site.keptBytes();
      const run = await postAndDrain(site, options, onProgress);
      const keptBytes = { before, after: await site.keptBytes() };
      await site.end();
      return { ...run, keptBytes, proof: await readBack(directory, run.posted) };
    } finally {
      await site.end();
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function postAndDrain(
  site: SiteProcess,
  options: LoadOptions,
  onProgress: (progress: Progress) => void,
): Promise<Omit<LoadResult, 'keptBytes' | 'proof'>> {
  const beganAt = performance.now();
  const secondsSince = (instant: number): number => (performance.now() - instant) / 1000;
  const counts = { posted: 0, answered: 0 };
  const samples: Sample[] = [];
  const sample = async (): Promise<SiteState> => {
    const state = await site.state();
    samples.push({ ...state, seconds: secondsSince(beganAt) });
    onProgress({ ...counts, state, seconds: secondsSince(beganAt) });
    return state;
  };
  const posting = postLeads(plannedLeads(options), {
    ...site.access,
    onProgress: (posted, answered) => Object.assign(counts, { posted, answered }),
  });
  const isDone = posting.then(
    () => true,
    () => true,
  );
  while (!(await Promise.race([isDone, sleep(sampleEveryMs, false)]))) await sample();
  const posted = await posting;
  counts.answered = posted.length;
  const answeredAt = performance.now();
  const postingSeconds = (answeredAt - beganAt) / 1000;
  for (;;) {
    const { waiting } = await sample();
    if (waiting === 0) {
      return { posted, postingSeconds, samples, drainSeconds: secondsSince(answeredAt) };
    }
    if (performance.now() - answeredAt > drainTimeoutMs) {
      return { posted, postingSeconds, samples, drainSeconds: undefined };
    }
    await sleep(sampleEveryMs / 4);
  }
}

/** The process is gone: what is read is what lies on disk. */
async function readBack(directory: string, posted: readonly PostedLead[]): Promise<Proof> {
  const database = openDatabase(join(directory, 'perennial.sqlite'));
  try {
    return await proofOf(new EmbeddedTable({ database, clock: systemClock() }), posted);
  } finally {
    database.close();
  }
}
