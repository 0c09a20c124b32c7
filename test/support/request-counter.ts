import { createHash } from 'node:crypto';
import * as z from 'zod';
import { noRequests, type Requests } from '../../infra/costs/requests.ts';
import type { FunctionRow } from '../../infra/function-row.ts';
import type { World } from '../../infra/local/world.ts';
import { functions } from '../../infra/manifest.ts';
import { systemIds } from '../../shared/adapters/embedded/ids.ts';
import { RequestMeter, type Usage } from '../../shared/adapters/embedded/request-meter.ts';
import { itemSize } from '../../shared/adapters/item-size.ts';
import type { Ids } from '../../shared/ports/ids.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import type { QueueMessage, QueueName } from '../../shared/ports/queue.ts';
import type { Check, Item, Table, TableName, Write } from '../../shared/ports/table.ts';

type Counts = Omit<Requests, 'tableRequests' | 'readUnits' | 'writeUnits' | 'storedBytes'>;
type Tally = { -readonly [Name in keyof Counts]: Counts[Name] };

/** What SQS takes in one request, and the bytes that it bills as one. */
const batchSize = 10;
const billedBytes = 65_536;
/** What DynamoDB adds to each item that it stores, also in an index. */
const itemOverheadBytes = 100;
const tables = ['profiles', 'timeline', 'marketing'] as const satisfies readonly TableName[];

const recordsSchema = z.object({
  Records: z.array(z.object({ body: z.string(), attributes: z.unknown() })),
});

/** Queues that no function sends to: EventBridge and SNS put each message there with a request of its own. */
const fedFromOutside = (queue: QueueName): boolean =>
  !functions.some(({ grants }) => grants.sendsTo?.includes(queue));

const kindOf = (write: Write | Check): string => {
  const { pk } = write.kind === 'put' ? write.item : write.key;
  return write.table === 'marketing' ? (pk.split('#')[0] ?? pk) : write.table;
};

/** Requests as SQS bills them, for bodies that are sent or received in tens. */
function billedRequests(bodies: readonly number[]): number {
  let requests = 0;
  for (let at = 0; at < bodies.length; at += batchSize) {
    const bytes = bodies.slice(at, at + batchSize).reduce((sum, body) => sum + body, 0);
    requests += Math.max(1, Math.ceil(bytes / billedBytes));
  }
  return requests;
}

/** Counts all that a world's functions ask of AWS: give `options` to the world. */
export class RequestCounter {
  readonly #meter = new RequestMeter();
  readonly #kinds = new Map<string, Usage>();
  #tally: Tally = structuredClone(noRequests);
  /** The same ids every time: they decide which rows share a partition, and so how many reads there are. */
  #ids: Ids | undefined;
  /** While true, what functions send to queues is kept here and goes nowhere. */
  held: { readonly queue: QueueName; readonly message: QueueMessage }[] | undefined;

  get options() {
    return {
      meter: this.#meter,
      around: (row: FunctionRow, granted: Ports) => this.#around(row, granted),
      onInvocation: (row: FunctionRow, event: unknown) => this.#invoked(row, event),
    };
  }

  /** Table requests by kind: `write message`, `transact profiles`, `read`. */
  get byKind(): ReadonlyMap<string, Usage> {
    return this.#kinds;
  }

  reset(): void {
    this.#meter.reset();
    this.#kinds.clear();
    this.#tally = structuredClone(noRequests);
  }

  /** What a piece of work asks, and what it leaves behind. */
  async of(world: World, work: () => Promise<unknown>): Promise<Requests> {
    const before = await storedBytes(world);
    this.reset();
    await work();
    await world.settle();
    const counted = { ...this.#tally, ...tableUse(this.#meter) };
    const after = await storedBytes(world);
    const lives = new Set([...Object.keys(before), ...Object.keys(after)]);
    const grown = [...lives].map((days) => [days, (after[days] ?? 0) - (before[days] ?? 0)]);
    return {
      ...counted,
      storedBytes: Object.fromEntries(grown.filter(([, bytes]) => bytes !== 0)),
    };
  }

  #invoked(row: FunctionRow, event: unknown): void {
    this.#use(row.file, { invocations: 1, calls: 0 });
    if (row.trigger.kind === 'http') this.#tally.apiRequests += 1;
    if (row.trigger.kind !== 'queue') return;
    const bodies = recordsSchema.parse(event).Records.map(({ body }) => Buffer.byteLength(body));
    const deletes = Math.ceil(bodies.length / batchSize);
    this.#tally.queueRequests += billedRequests(bodies) + deletes;
    const { queue } = row.trigger;
    if (fedFromOutside(queue)) {
      this.#tally.queueRequests += bodies.reduce((sum, body) => sum + billedRequests([body]), 0);
    }
    if (queue === 'email-events') this.#tally.emailEvents += bodies.length;
  }

  #use(file: string, { invocations, calls }: { invocations: number; calls: number }): void {
    const known = this.#tally.functions[file] ?? { invocations: 0, calls: 0 };
    const use = { invocations: known.invocations + invocations, calls: known.calls + calls };
    this.#tally.functions = { ...this.#tally.functions, [file]: use };
  }

  #around({ file }: FunctionRow, granted: Ports): Ports {
    const calls = (count: number) => this.#use(file, { invocations: 0, calls: count });
    const { queue, bus, email, text, push, webhook, publicApi } = granted;
    this.#ids ??= systemIds(granted.clock, repeatableBytes());
    return {
      ...granted,
      ids: this.#ids,
      table: this.#table(file, granted.table),
      queue: {
        send: async (name, messages) => {
          const requests = billedRequests(messages.map(bytesOf));
          calls(Math.ceil(messages.length / batchSize));
          this.#tally.queueRequests += requests;
          this.#tally.fairMessages += messages.filter(({ group }) => group !== undefined).length;
          if (this.held === undefined) return queue.send(name, messages);
          this.held.push(...messages.map((message) => ({ queue: name, message })));
        },
      },
      bus: {
        put: (events) => {
          calls(Math.ceil(events.length / batchSize));
          this.#tally.busEvents += events.reduce(
            (sum, event) => sum + billedRequests([bytesOf({ body: event })]),
            0,
          );
          return bus.put(events);
        },
      },
      email: {
        ...email,
        send: (emails) => {
          calls(1);
          this.#tally.emails += emails.length;
          return email.send(emails);
        },
      },
      publicApi: {
        post: (path, request) => {
          calls(1);
          return publicApi.post(path, request);
        },
      },
      text: {
        send: (one) => {
          calls(1);
          this.#tally.texts += 1;
          return text.send(one);
        },
      },
      push: {
        send: (one) => {
          calls(1);
          this.#tally.pushes += 1;
          return push.send(one);
        },
      },
      webhook: {
        send: (one) => {
          calls(1);
          this.#tally.webhooks += 1;
          return webhook.send(one);
        },
      },
    };
  }

  #table(file: string, table: Table): Table {
    /** Runs a request, which the embedded table does at once, and notes what the meter says of it. */
    const counted = <Result>(kind: string, request: () => Promise<Result>): Promise<Result> => {
      const before = this.#meter.total();
      const answer = request();
      const after = this.#meter.total();
      const known = this.#kinds.get(kind);
      const of = (unit: keyof Usage): number => (known?.[unit] ?? 0) + after[unit] - before[unit];
      this.#kinds.set(kind, {
        requests: of('requests'),
        readUnits: of('readUnits'),
        writeUnits: of('writeUnits'),
        indexWriteUnits: of('indexWriteUnits'),
      });
      this.#use(file, { invocations: 0, calls: after.requests - before.requests });
      return answer;
    };
    return {
      get: (name, key, options) => counted('read', () => table.get(name, key, options)),
      batchGet: (name, keys, options) => counted('read', () => table.batchGet(name, keys, options)),
      query: (name, query) => counted('read', () => table.query(name, query)),
      scan: (name, scan) => counted('read', () => table.scan(name, scan)),
      due: (name, query) => counted('read', () => table.due(name, query)),
      write: (write) => counted(`write ${kindOf(write)}`, () => table.write(write)),
      transact: (actions) => {
        const [first] = actions;
        const kind = first === undefined ? 'transact' : `transact ${kindOf(first)}`;
        return counted(kind, () => table.transact(actions));
      },
    };
  }
}

/** Bytes without a pattern, the same ones in every run. */
function repeatableBytes(): (count: number) => Buffer {
  let block = 0;
  return (count) => {
    const blocks: Buffer[] = [];
    for (let have = 0; have < count; have += 64) {
      block += 1;
      blocks.push(createHash('sha512').update(String(block)).digest());
    }
    return Buffer.concat(blocks).subarray(0, count);
  };
}

const bytesOf = ({ body }: { readonly body: unknown }): number =>
  Buffer.byteLength(JSON.stringify(body));

function tableUse(
  meter: RequestMeter,
): Pick<Requests, 'tableRequests' | 'readUnits' | 'writeUnits'> {
  const total = meter.total();
  const writeUnits = { profiles: 0, timeline: 0, marketing: 0 };
  for (const [place, usage] of meter.byOperation()) {
    const table = tables.find((name) => place.startsWith(`${name} `));
    if (table === undefined) throw new Error(`"${place}" is no table.`);
    writeUnits[table] += usage.writeUnits + usage.indexWriteUnits;
  }
  return { tableRequests: total.requests, readUnits: total.readUnits, writeUnits };
}

/** Bytes in the tables and the index, by how many days the items are kept from now on; `always` those kept for ever. */
async function storedBytes(world: World): Promise<Record<string, number>> {
  const bytes: Record<string, number> = {};
  for (const name of tables) {
    let after: string | null = null;
    do {
      const page: Awaited<ReturnType<Table['scan']>> = await world.ports.table.scan(name, {
        segment: 0,
        segments: 1,
        after,
      });
      for (const item of page.items) {
        const days = lifeOf(item, world);
        if (days === undefined) continue;
        bytes[days] = (bytes[days] ?? 0) + billedSize(item);
      }
      after = page.after;
    } while (after !== null);
  }
  return bytes;
}

/** Undefined: what has expired is gone. */
function lifeOf({ expiresAt }: Item, world: World): string | undefined {
  if (typeof expiresAt !== 'number') return 'always';
  const days = Math.round((expiresAt * 1000 - world.clock.now()) / 86_400_000);
  return days > 0 ? String(days) : undefined;
}

function billedSize(item: Item): number {
  const { pk, sk, dueSlot, dueAt } = item;
  const size = itemSize(item) + itemOverheadBytes;
  if (dueSlot === undefined) return size;
  return (
    size + itemSize({ pk, ...(sk !== undefined && { sk }), dueSlot, dueAt }) + itemOverheadBytes
  );
}
