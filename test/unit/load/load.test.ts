import { createServer, type ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { percentile, slopeOf } from '../../../infra/load/figures.ts';
import { failuresOf, loadReport } from '../../../infra/load/load-report.ts';
import { type LoadOptions, plannedLeads } from '../../../infra/load/plan.ts';
import { postLeads } from '../../../infra/load/post-leads.ts';
import type { LoadResult, Sample } from '../../../infra/load/run-load.ts';
import { closeServer, listenOn } from '../../../infra/local/http-server.ts';

const minute: LoadOptions = { rate: 100, burst: 300, minutes: 1, seed: 3 };

describe('the plan of a load', () => {
  it('keeps its rate, and its bursts of two seconds in twenty', () => {
    const perSecond = Array.from({ length: 60 }, () => 0);
    for (const { atMs } of plannedLeads(minute)) {
      const second = Math.floor(atMs / 1000);
      perSecond[second] = (perSecond[second] ?? 0) + 1;
    }
    for (const [second, leads] of perSecond.entries()) {
      const isBurst = [10, 11, 30, 31, 50, 51].includes(second);
      expect(Math.abs(leads - (isBurst ? 300 : 100)), `second ${second}`).toBeLessThanOrEqual(1);
    }
  });

  it('repeats one lead in ten as it was, and has four in ten from people it knows', () => {
    const bodies = new Map<string, string>();
    const people = new Set<string>();
    const counts = { repeats: 0, otherwise: 0, returning: 0, all: 0 };
    for (const { messageId, person } of plannedLeads(minute)) {
      counts.all += 1;
      if (bodies.has(messageId)) {
        counts.repeats += 1;
        if (bodies.get(messageId) !== person) counts.otherwise += 1;
      } else if (people.has(person)) counts.returning += 1;
      bodies.set(messageId, person);
      people.add(person);
    }
    expect(counts.otherwise).toBe(0);
    expect(counts.repeats / counts.all).toBeCloseTo(0.1, 1);
    expect(counts.returning / counts.all).toBeCloseTo(0.4, 1);
  });

  it('is the same for the same seed, and another for another', () => {
    const all = (seed: number) => [...plannedLeads({ ...minute, minutes: 0.1, seed })];
    expect(all(3)).toEqual(all(3));
    expect(all(4).map(({ person }) => person.split('-')[2])).not.toEqual(
      all(3).map(({ person }) => person.split('-')[2]),
    );
  });
});

describe('whoever posts the leads', () => {
  const aSite = async (onRequest: (response: ServerResponse) => void) => {
    const server = createServer((request, response) => {
      request.resume();
      // A GET only opens a connection.
      request.on('end', () =>
        request.method === 'POST' ? onRequest(response) : void response.end(),
      );
    });
    const url = `http://127.0.0.1:${await listenOn(server, 0)}`;
    return { url, writeKey: 'key', [Symbol.asyncDispose]: () => closeServer(server) };
  };
  const aLead = (n: number, atMs = 0) => ({ atMs, messageId: `lead-${n}`, person: `person-${n}` });

  it('posts on though nothing is answered', async () => {
    const held: ServerResponse[] = [];
    await using site = await aSite((response) => {
      held.push(response);
      // Who waited for an answer before posting the next lead would wait for ever.
      if (held.length === 60) for (const each of held) each.writeHead(202).end();
    });
    const posted = await postLeads(
      Array.from({ length: 60 }, (_, n) => aLead(n)),
      site,
    );
    expect(posted.map(({ status }) => status)).toEqual(Array.from({ length: 60 }, () => 202));
  });

  it('counts from the instant at which a lead was planned: what is posted late is late', async () => {
    await using site = await aSite((response) => response.writeHead(202).end());
    const [posted] = await postLeads([aLead(1, -5_000)], site);
    expect(posted?.latencyMs).toBeGreaterThan(5_000);
  });

  it('says what each was answered, and that nobody answered', async () => {
    const statuses = [202, 429, 503];
    let calls = 0;
    await using site = await aSite((response) => {
      const status = statuses[calls];
      calls += 1;
      if (status === undefined) response.destroy();
      else response.writeHead(status).end();
    });
    const found = new Set<number | undefined>();
    for (let n = 0; n < 4; n += 1) {
      for (const { status } of await postLeads([aLead(n)], site)) found.add(status);
    }
    expect(found).toEqual(new Set([202, 429, 503, undefined]));
  });
});

describe('the report of a load', () => {
  const aSample = (change: Partial<Sample> = {}): Sample => ({
    seconds: 0,
    waiting: 0,
    dead: 0,
    failures: 0,
    rssBytes: 1024 ** 2 * 100,
    heapBytes: 1024 ** 2 * 50,
    cpuMs: 10,
    ...change,
  });
  const aResult = (change: Partial<LoadResult> = {}): LoadResult => ({
    posted: [
      { atMs: 0, messageId: 'a', person: 'p', status: 202, latencyMs: 3 },
      { atMs: 5, messageId: 'b', person: 'p', status: 429, latencyMs: 3 },
    ],
    postingSeconds: 60,
    samples: [aSample(), aSample({ seconds: 60 })],
    drainSeconds: 1,
    keptBytes: { before: 1024 ** 2 * 34, after: 1024 ** 2 * 38 },
    proof: { people: 1, leads: 1, lost: [], doubled: [], strange: [] },
    ...change,
  });
  const proof = { people: 1, leads: 1, lost: [], doubled: [], strange: [] };

  it('finds nothing wrong with a load that was carried', () => {
    expect(failuresOf(aResult())).toEqual([]);
  });

  it.each<[string, Partial<LoadResult>, string]>([
    ['a lost lead', { proof: { ...proof, lost: ['a'] } }, '1 accepted and not stored: a'],
    ['a doubled lead', { proof: { ...proof, doubled: ['a'] } }, '1 stored more than once: a'],
    ['a strange lead', { proof: { ...proof, strange: ['a'] } }, '1 stored with the wrong person'],
    ['queues that stay full', { drainSeconds: undefined }, 'The queues were not empty in time.'],
    [
      'memory that grows with the leads',
      { keptBytes: { before: 1024 ** 2 * 34, after: 1024 ** 2 * 43 } },
      'Memory is not given back: 34 to 43 MB.',
    ],
    ['dead letters', { samples: [aSample({ dead: 2 })] }, '2 messages are dead letters.'],
  ])('fails for %s', (_, change, words) => {
    expect(failuresOf(aResult(change))).toEqual([expect.stringContaining(words)]);
  });

  it('prints what was posted, refused and lost, and how memory grows', () => {
    const samples = [0, 20, 40, 59].map((seconds) =>
      aSample({ seconds, rssBytes: 1024 ** 2 * (100 + seconds / 2) }),
    );
    const report = loadReport(minute, aResult({ samples, proof: { ...proof, lost: ['b'] } }));
    expect(report).toMatch(/^ +refused +429: 1$/m);
    expect(report).toMatch(/^ +accept latency +p50 3.0 ms, p99 3.0 ms, max 3.0 ms$/m);
    expect(report).toMatch(/^ +lost +1$/m);
    expect(report).toMatch(/^ +without garbage +34 to 38 MB$/m);
    expect(report).toMatch(/^ +memory \(RSS\) +100 to 130 MB, most 130; \+30.0 MB\/min$/m);
  });
});

describe('the figures', () => {
  it.each<[readonly number[], number, number]>([
    [[], 50, 0],
    [[7], 99, 7],
    [[1, 2, 3, 4], 50, 2],
    [Array.from({ length: 1_000 }, (_, n) => n + 1), 99, 990],
  ])('the percentile of %j at %i is %i', (values, percent, expected) => {
    expect(percentile(values, percent)).toBe(expected);
  });

  it('a slope is by how much a line rises', () => {
    expect(slopeOf([])).toBe(0);
    expect(slopeOf([{ x: 1, y: 5 }])).toBe(0);
    expect(slopeOf([1, 2, 3].map((x) => ({ x, y: 10 - 2 * x })))).toBeCloseTo(-2);
  });
});
