import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { bodyOf, type PlannedLead } from './plan.ts';

/** What came of one lead. `latencyMs` counts from the instant at which it was planned, not from when it was sent. */
export type PostedLead = PlannedLead & {
  readonly latencyMs: number;
  /** HTTP; absent: nobody answered, and whether it was taken is not known. */
  readonly status: number | undefined;
  /** Why nobody answered, like `ECONNRESET`. */
  readonly failure?: string | undefined;
};

type Posting = {
  readonly url: string;
  readonly writeKey: string;
  readonly onProgress?: (posted: number, answered: number) => void;
};

/**
 * As many connections as a gateway holds, opened beforehand: a busy process of Node takes up one new
 * connection in a turn of its event loop, which on AWS is nobody's limit. A lead that finds them all
 * busy waits for one, and its latency says so.
 */
const connections = 64;
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
  const agent = new Agent({ keepAlive: true, maxSockets: connections, scheduling: 'fifo' });
  await connect(url, agent);
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
    const answered = post(lead, { url, writeKey, agent }).then((answer) => {
      posted.push({ ...lead, ...answer, latencyMs: sinceBegin() - lead.atMs });
      open.delete(answered);
    });
    open.add(answered);
    onProgress?.(sent, posted.length);
  }
  await Promise.all(open);
  agent.destroy();
  return posted;
}

/** Opens all connections; whether anything is found at the address does not matter. */
async function connect(url: string, agent: Agent): Promise<void> {
  const open = (): Promise<void> =>
    new Promise((resolve) => {
      const asking = request(url, { agent }, (answer) => answer.resume().on('close', resolve));
      asking.on('error', () => resolve());
      asking.end();
    });
  await Promise.all(Array.from({ length: connections }, open));
}

type Answer = Pick<PostedLead, 'status' | 'failure'>;
type Where = { readonly url: string; readonly writeKey: string; readonly agent: Agent };

function post(lead: PlannedLead, { url, writeKey, agent }: Where): Promise<Answer> {
  const body = bodyOf(lead);
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-write-key': writeKey,
  };
  return new Promise((resolve) => {
    const noAnswer = (error: Error): void =>
      resolve({
        status: undefined,
        failure: 'code' in error ? String(error.code) : error.message,
      });
    const asking = request(
      new URL('/v1/leads', url),
      { method: 'POST', agent, headers, timeout: answerTimeoutMs },
      (answer) => {
        answer.resume();
        answer.on('end', () => resolve({ status: answer.statusCode }));
        answer.on('error', noAnswer);
      },
    );
    asking.on('timeout', () => asking.destroy(new Error('timeout')));
    asking.on('error', noAnswer);
    asking.end(body);
  });
}
