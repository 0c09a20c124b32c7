import type { SQSEvent } from 'aws-lambda';
import type { FunctionRow, Grants } from '../../infra/function-row.ts';
import { Authorizer } from '../../infra/local/authorizer.ts';
import { embeddedPorts } from '../../infra/local/embedded-ports.ts';
import { Failures } from '../../infra/local/failures.ts';
import { giveFeedback } from '../../infra/local/feedback.ts';
import { grantedPorts } from '../../infra/local/grants.ts';
import { HttpGateway } from '../../infra/local/http-gateway.ts';
import { Invocations, type LoadedFunction } from '../../infra/local/invocations.ts';
import { Machinery } from '../../infra/local/machinery.ts';
import { systemClock, VirtualClock } from '../../shared/adapters/embedded/clock.ts';
import { createHostility } from '../../shared/adapters/embedded/hostility.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import type { QueueName } from '../../shared/ports/queue.ts';
import type { Email, SendAnswer } from '../../shared/ports/senders.ts';
import { startOfWorld } from './world.ts';

const settings = {
  epoch: 'memory',
  timeZone: 'UTC',
  defaultCountry: undefined,
  sender: 'hello@perennial.example',
  publicUrl: 'http://localhost:8787',
  rulesSettleSeconds: 0,
};

type WorkshopOptions = {
  readonly functions: (ports: Ports) => readonly LoadedFunction[];
  readonly start?: string;
  readonly hostile?: number;
  /** What the email provider says; undefined: accepted. */
  readonly answer?: (email: Email) => SendAnswer | undefined;
  /** On the machine's clock instead of a virtual one. */
  readonly isReal?: boolean;
};

/** The machinery of the local world around a test's own functions, on a virtual clock unless told. */
export function aWorkshop({ functions, start, hostile, answer, isReal = false }: WorkshopOptions) {
  const virtual = new VirtualClock(Date.parse(start ?? startOfWorld));
  const clock = isReal ? systemClock() : virtual;
  const hostility = hostile === undefined ? undefined : createHostility(hostile);
  const places = { directory: undefined, meter: undefined };
  const shared = { clock, hostility, idDice: hostility, ...places, answer };
  const embedded = embeddedPorts({ ...shared, settings });
  const failures = new Failures(clock);
  const invocations = new Invocations();
  const loaded = functions(embedded.ports);
  const machinery = new Machinery({
    embedded,
    functions: loaded,
    invocations,
    failures,
    clock,
    isVirtual: !isReal,
    hostility,
  });
  const gateway = new HttpGateway({
    functions: loaded,
    invocations,
    failures,
    clock,
    authorizer: new Authorizer(Buffer.alloc(32, 7)),
    local: async () => undefined,
    onEnd: () => machinery.wake(),
  });
  return {
    embedded,
    gateway,
    feedback: giveFeedback({ embedded, settings, clock }),
    failures,
    machinery,
    settle: () => machinery.idle(),
    advance: (until: string) => machinery.clockwork.advance(virtual, Date.parse(until)),
    granted: (grants: Grants): Ports =>
      grantedPorts(embedded.ports, { ...probeRow('runs'), file: 'functions/probe.ts', grants }),
    putEntries: async (sortKeys: readonly string[], pk = 'anna') => {
      for (const sk of sortKeys) {
        const item = { pk, sk, total: 29.33 };
        await embedded.calmTable.write({ kind: 'put', table: 'timeline', item });
      }
    },
    [Symbol.asyncDispose]: async () => {
      await machinery.stop();
      embedded.database.close();
    },
  };
}

type QueueTrigger = Extract<FunctionRow['trigger'], { kind: 'queue' }>;

export const aRow = (file: string, trigger: FunctionRow['trigger']): FunctionRow => ({
  file,
  trigger,
  grants: {},
  memoryMb: 128,
  timeoutSeconds: 10,
  loss: '',
});

const probeRow = (queue: QueueName, trigger: Partial<QueueTrigger> = {}): FunctionRow =>
  aRow(`functions/probe/${queue}.ts`, {
    kind: 'queue',
    queue,
    batch: 10,
    windowSeconds: 0,
    concurrency: 4,
    ...trigger,
  });

/** A function on a queue that does what the test says. */
export const aProbe = (
  queue: QueueName,
  call: (event: SQSEvent) => Promise<unknown>,
  trigger: Partial<QueueTrigger> = {},
): LoadedFunction => ({
  row: probeRow(queue, trigger),
  // The dispatcher hands over nothing else.
  call: (event) => call(event as SQSEvent),
});

export const bodiesOf = (event: SQSEvent): readonly unknown[] =>
  event.Records.map(({ body }) => JSON.parse(body) as unknown);

export const instantsOf = (clock: Clock): string => new Date(clock.now()).toISOString();
