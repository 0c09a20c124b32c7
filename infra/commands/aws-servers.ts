import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const startTimeoutMs = 60_000;
const scripts = join('test', 'contract', 'servers');

/** A server of AWS's protocols on a free port of this machine. */
export type AwsServer = { readonly endpoint: string; stop(): Promise<void> };

/** DynamoDB, SQS, SNS, EventBridge, Scheduler, S3 and Secrets Manager: moto, by this Python. */
export async function startMoto(python: string): Promise<AwsServer> {
  return start({
    name: 'moto',
    command: python,
    script: 'moto-server.py',
    healthPath: '/moto-api/',
  });
}

/** SES v2: aws-ses-v2-local. */
export async function startSes(): Promise<AwsServer> {
  const command = process.execPath;
  return start({
    name: 'aws-ses-v2-local',
    command,
    script: 'ses-server.ts',
    healthPath: '/health-check',
  });
}

type Server = {
  readonly name: string;
  readonly command: string;
  readonly script: string;
  /** Answers 200 once the server is up. */
  readonly healthPath: string;
};

async function start({ name, command, script, healthPath }: Server): Promise<AwsServer> {
  const host = '127.0.0.1';
  const port = await freePort(host);
  // It reads its stdin to the end: the pipe ends with this process, however that is ended.
  const child = spawn(command, [join(scripts, script), host, String(port)], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const end = endOf(child);
  const endpoint = `http://${host}:${port}`;
  const stop = async () => {
    child.kill();
    await end;
  };
  const asking = new AbortController();
  const answering = untilItAnswers(endpoint + healthPath, asking.signal);
  const outcome = await Promise.race([end, answering]);
  asking.abort();
  if (outcome === 'answers') return { endpoint, stop };
  await stop();
  const why = outcome === 'silent' ? `no answer within ${startTimeoutMs / 1000} s` : outcome.said;
  throw new Error(`${name} did not start at ${endpoint}: ${why}`);
}

/** Resolves when the process is gone, with the last of what it said. */
async function endOf(child: ChildProcess): Promise<{ readonly said: string }> {
  let said = '';
  child.stderr?.on('data', (chunk) => {
    said = (said + String(chunk)).slice(-2_000);
  });
  try {
    await once(child, 'close');
  } catch (error) {
    return { said: String(error) };
  }
  return { said: said.trim() };
}

async function untilItAnswers(url: string, asking: AbortSignal): Promise<'answers' | 'silent'> {
  for (const until = Date.now() + startTimeoutMs; Date.now() < until && !asking.aborted; ) {
    const answers = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answers) return 'answers';
    await sleep(200);
  }
  return 'silent';
}

async function freePort(host: string): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const server = createServer().listen(0, host, () => {
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    server.close(() => resolve(port));
  });
  return promise;
}
