import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock, VirtualClock } from '../../shared/adapters/embedded/clock.ts';
import { createHostility } from '../../shared/adapters/embedded/hostility.ts';
import type { RequestMeter } from '../../shared/adapters/embedded/request-meter.ts';
import type { SendingQuota } from '../../shared/domain/messaging/pace/sending-rate.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { queueNames } from '../../shared/ports/queue.ts';
import type { Email, Push, PushAnswer, SendAnswer, Webhook } from '../../shared/ports/senders.ts';
import type { Settings } from '../../shared/ports/settings.ts';
import { runSlot } from '../../shared/stores/runs.ts';
import { Authorizer } from './authorizer.ts';
import { lockDirectory } from './directory-lock.ts';
import { advanceTarget, instantOf } from './durations.ts';
import { embeddedPorts } from './embedded-ports.ts';
import { type Failure, Failures } from './failures.ts';
import { giveFeedback } from './feedback.ts';
import { HttpGateway } from './http-gateway.ts';
import { closeServer, httpServer, listenOn } from './http-server.ts';
import { Invocations, type OnInvocation } from './invocations.ts';
import { beginLife, notingSends } from './life.ts';
import { type AroundPorts, loadFunctions } from './load-functions.ts';
import { localRoutes } from './local-routes.ts';
import { Machinery } from './machinery.ts';
import { sentMessages } from './outbox-items.ts';
import { quietPowertools } from './powertools.ts';
import { asHttpRequest, asWorldAnswer, type RequestOptions } from './world-request.ts';

export type WorldOptions = {
  /** `system`, or the ISO instant at which a virtual clock stands until it is advanced. */
  readonly clock: string;
  /** Where the data lies; none: in memory. */
  readonly directory?: string | undefined;
  /** The seed of what AWS may do at its worst: duplicates, reordering, lag, throttling. */
  readonly hostile?: number | undefined;
  /** The seed of ids, with which a calm world too is the same each time; a hostile one has its own. */
  readonly idSeed?: number | undefined;
  readonly settings?: Partial<Settings> | undefined;
  readonly onFailure?: ((failure: Failure) => void) | undefined;
  readonly around?: AroundPorts | undefined;
  readonly meter?: RequestMeter | undefined;
  readonly onInvocation?: OnInvocation | undefined;
  /** What the email provider says instead of accepting; throws when its answer is lost. */
  readonly emailAnswer?: ((email: Email) => SendAnswer | undefined) | undefined;
  /** What the push service says instead of accepting. */
  readonly pushAnswer?: ((push: Push) => PushAnswer | undefined) | undefined;
  /** What the company's own systems say instead of accepting. */
  readonly webhookAnswer?: ((webhook: Webhook) => SendAnswer | undefined) | undefined;
  /** What the account may send by the email provider, throws when it does not say; none: no limit. */
  readonly emailQuota?: (() => SendingQuota | undefined) | undefined;
  /** False when SES's "Email Sent" does not arrive: its events are best effort. */
  readonly announcesEmails?: boolean | undefined;
};

export type World = Awaited<ReturnType<typeof openWorld>>;

/** `advance` was asked for what cannot be: a wrong duration, or the machine's own clock. */
export class CannotAdvance extends Error {
  override readonly name = 'CannotAdvance';
}

const defaultSettings: Settings = {
  // Another one when the database has a life of its own: on disk.
  epoch: 'memory',
  timeZone: 'UTC',
  defaultCountry: undefined,
  sender: 'Perennial <hello@perennial.example>',
  publicUrl: 'http://localhost:8787',
  // Functions that must wait for others are held back by the world itself, without a clock.
  rulesSettleSeconds: 0,
};

/** The whole system in one process: every function of the manifest over the embedded ports. */
export async function openWorld(options: WorldOptions) {
  const { directory } = options;
  const unlock = directory === undefined ? () => {} : lockDirectory(directory);
  try {
    return await openLocked(options, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

async function openLocked(options: WorldOptions, unlock: () => void) {
  quietPowertools();
  const parts = await makeParts(options);
  const { embedded, functions, invocations, failures, machinery, clock, settings, life } = parts;
  const advance = advancer(parts);
  const logs = logReader(parts);
  const feedback = giveFeedback({ ...parts, logs });
  const authorizer = new Authorizer(adminSecret(options.directory));
  const onEnd = () => machinery.wake();
  const local = localRoutes({ ...parts, advance, feedback, authorizer });
  const gateway = new HttpGateway({ ...parts, authorizer, local, onEnd });
  callFromOutside(parts, gateway);
  const server = httpServer((request) => gateway.answer(request));
  const adminToken = await authorizer.adminToken();
  await adoptRestored(parts);
  machinery.wake();

  return {
    /** Unrestricted, and calm in a hostile world too. */
    ports: { ...embedded.ports, table: embedded.calmTable } satisfies Ports,
    clock,
    settings,
    adminToken,
    /** The embedded adapters themselves, for what the ports do not show. */
    embedded,
    now: () => isoOf(clock.now()),
    /** Through the same events as a socket's, without a socket. */
    request: async (method: string, path: string, request: RequestOptions = {}) =>
      asWorldAnswer(
        await gateway.answer(
          asHttpRequest(method, path, request, await authorizer.tokenFor(request)),
        ),
      ),
    /** Until nothing runs and nothing waits; what is delayed on the clock is not waited for. */
    settle: () => machinery.idle(),
    /** An ISO duration or instant; answers where the clock stands then. */
    advance,
    outbox: () => sentMessages(embedded.outbox),
    feedback,
    /** Calls a function of the manifest directly, as `aws lambda invoke` does. */
    invoke: async (file: string, event: unknown): Promise<unknown> => {
      const loaded = functions.find(({ row }) => row.file === file);
      if (!loaded) throw new Error(`There is no function ${file} in infra/manifest.ts.`);
      return invocations.start(loaded, event).finally(onEnd);
    },
    deadLetters: () =>
      queueNames.flatMap((queue) =>
        embedded.queue.deadLetters(queue).map((letter) => ({ queue, ...letter })),
      ),
    failures: () => failures.list(),
    failedBatches: () => machinery.failedBatches.list(),
    listen: async (port: number): Promise<string> => {
      const url = `http://localhost:${await listenOn(server, port)}`;
      settings.publicUrl = options.settings?.publicUrl ?? url;
      return url;
    },
    close: async () => {
      if (server.listening) await closeServer(server);
      await machinery.stop();
      // What was written in this turn is committed at its end.
      await new Promise((resolve) => setImmediate(resolve));
      life.end();
      embedded.database.close();
      unlock();
    },
  };
}

type Parts = Awaited<ReturnType<typeof makeParts>>;

async function makeParts(options: WorldOptions) {
  const clock = options.clock === 'system' ? systemClock() : virtualClock(options.clock);
  const hostility = options.hostile === undefined ? undefined : createHostility(options.hostile);
  // The public URL is known only once the world listens; functions read it at every use.
  const settings = { ...defaultSettings, ...options.settings };
  const { directory, meter, emailAnswer: answer, announcesEmails: announces } = options;
  const { pushAnswer, webhookAnswer } = options;
  const mail = { answer, announces, pushAnswer, webhookAnswer, quota: options.emailQuota };
  const idDice = options.idSeed === undefined ? hostility : createHostility(options.idSeed);
  const embedded = embeddedPorts({ clock, directory, hostility, idDice, settings, meter, ...mail });
  const life = beginLife(directory, embedded.database);
  settings.epoch = options.settings?.epoch ?? life.epoch;
  const failures = new Failures(clock, options.onFailure);
  const invocations = new Invocations(options.onInvocation);
  const functions = await loadFunctions(notingSends(embedded.ports, life), options.around);
  const isVirtual = clock instanceof VirtualClock;
  const parts = { embedded, functions, invocations, failures, clock, settings, hostility, life };
  return { ...parts, machinery: new Machinery({ ...parts, isVirtual }) };
}

/** A database put back from a copy is told at once; all that a restored backup asks for follows. */
async function adoptRestored({ embedded, clock, settings }: Parts) {
  // Only now: what logs may not be imported before `quietPowertools`.
  const { epochOf } = await import('../../shared/flows/campaigns/epochs/own-epoch.ts');
  if ((await epochOf({ table: embedded.calmTable, clock, settings })) !== 'adopting') return;
  await embedded.queue.send('runs', [{ body: { slot: runSlot } }]);
}

/** What the system asks of itself by its public name comes in where websites do. */
function callFromOutside({ embedded, settings }: Parts, gateway: HttpGateway): void {
  embedded.publicApi.onPost = async ({ target, headers, body }) => {
    const { host } = new URL(settings.publicUrl);
    const about = { method: 'POST', headers: { host, ...headers }, sourceIp: '127.0.0.1' };
    return (await gateway.answer({ target, body, ...about })).status;
  };
}

/** Hands lines of a log to the functions that read it. */
function logReader({ functions, invocations, failures }: Parts) {
  const readers = functions.filter(({ row }) => row.trigger.kind === 'logs');
  return (event: unknown) =>
    Promise.all(
      readers.map((reader) =>
        invocations
          .start(reader, event)
          .catch((error: unknown) => failures.add(reader.row.file, error)),
      ),
    );
}

/** Moves the clock; who asks while it moves waits for their turn. */
function advancer({ clock, machinery, settings }: Parts) {
  let advancing: Promise<unknown> = Promise.resolve();
  const advanceNow = async (by: string): Promise<string> => {
    if (!(clock instanceof VirtualClock)) throw new CannotAdvance('The clock is real.');
    const target = advanceTarget(by, clock.now(), settings.timeZone);
    if (target === undefined) throw new CannotAdvance(`"${by}" is no duration ahead.`);
    await machinery.clockwork.advance(clock, target);
    return isoOf(clock.now());
  };
  return (by: string): Promise<string> => {
    const advanced = advancing.then(() => advanceNow(by));
    advancing = advanced.catch(() => undefined);
    return advanced;
  };
}

const isoOf = (instant: number): string => new Date(instant).toISOString();

function virtualClock(start: string): VirtualClock {
  const instant = instantOf(start);
  if (instant === undefined) {
    throw new RangeError(`"${start}" is no instant: write it like 1998-07-01T00:00:00Z.`);
  }
  return new VirtualClock(instant);
}

/** Signs admin tokens; kept beside the data, so that a token lives as long as they do. */
function adminSecret(directory: string | undefined): Uint8Array {
  if (directory === undefined) return randomBytes(32);
  const path = join(directory, 'admin-secret');
  if (existsSync(path)) return readFileSync(path);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const secret = randomBytes(32);
  writeFileSync(path, secret, { mode: 0o600 });
  return secret;
}
