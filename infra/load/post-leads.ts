import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { bodyOf, type PlannedLead } from './plan.ts';

/** What came of one lead. `latencyMs` counts from the instant at which it was planned, not from when it was sent. */
export type PostedLead = PlannedLead & {
  readonly latencyMs: number;
  /** HTTP; absent: nobody answered, and whether it was taken is not known. */
  readonly status: number | undefined;
};

type Posting = {
  readonly url: string;
  readonly writeKey: string;
  readonly onProgress?: (posted: number, answered: number) => void;
};

const sockets = 500;
const answerTimeoutMs = 60_000;

/**
 * Posts every lead at its instant, whatever became of those before: an open loop. Who waited for
 * answers would post less the slower the site is, and leave out the very latencies that matter
 * (coordinated omission; Gil Tene, "How NOT to Measure Latency").
 */
export async function postLeads(
  leads: Iterable<PlannedLead>,
  { url, writeKey, onProgress }: Posting,
): Promise<readonly PostedLead[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: sockets });
  const posted: PostedLead[] = [];
  const open = new Set<Promise<void>>();
  const beganAt = performance.now();
  const sinceBegin = () => performance.now() - beganAt;
  let sent = 0;
  for (const lead of leads) {
    const early = lead.atMs - sinceBegin();
    if (early >= 1) await sleep(early);
    // So that answers are read though the sender is behind its plan.
    else if (sent % 50 === 0) await sleep(0);
    sent += 1;
    const answered = post(lead, { url, writeKey, agent }).then((status) => {
      posted.push({ ...lead, status, latencyMs: sinceBegin() - lead.atMs });
      open.delete(answered);
    });
    open.add(answered);
    onProgress?.(sent, posted.length);
  }
  await Promise.all(open);
  agent.destroy();
  return posted;
}

type Where = { readonly url: string; readonly writeKey: string; readonly agent: Agent };

/** The status that was answered; undefined when nobody did. */
function post(lead: PlannedLead, { url, writeKey, agent }: Where): Promise<number | undefined> {
  const body = bodyOf(lead);
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-write-key': writeKey,
  };
  return new Promise((resolve) => {
    const asking = request(
      new URL('/v1/leads', url),
      { method: 'POST', agent, headers, timeout: answerTimeoutMs },
      (answer) => {
        answer.resume();
        answer.on('end', () => resolve(answer.statusCode));
        answer.on('error', () => resolve(undefined));
      },
    );
    asking.on('timeout', () => asking.destroy());
    asking.on('error', () => resolve(undefined));
    asking.end(body);
  });
}
