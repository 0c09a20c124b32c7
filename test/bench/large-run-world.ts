import type { AroundPorts } from '../../infra/local/load-functions.ts';
import { openWorld } from '../../infra/local/world.ts';
import { functions } from '../../infra/manifest.ts';
import { RequestMeter } from '../../shared/adapters/embedded/request-meter.ts';
import { cpuMs } from './row.ts';
import { admin } from './shop.ts';
import { clock } from './stored-people.ts';

/** A process of its own that writes to everybody stored in a folder, and tells what it took. */

/** What a run took, in all. `growthMb` is the peak of the process over what it was before. */
export type LargeRun = {
  readonly sent: number;
  readonly growthMb: number;
  readonly totalMb: number;
  readonly cpuSeconds: number;
  readonly readUnits: number;
  readonly writeUnits: number;
  readonly queueMessages: number;
  readonly busEvents: number;
  readonly calls: number;
  readonly invocations: number;
};

const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error('Name the folder with the stored people.');

const counted = { calls: 0, sent: 0, queueMessages: 0, busEvents: 0 };
const around: AroundPorts = (_, granted) => ({
  ...granted,
  queue: {
    send: async (queue, messages) => {
      counted.queueMessages += messages.length;
      return granted.queue.send(queue, messages);
    },
  },
  bus: {
    put: async (events) => {
      counted.busEvents += events.length;
      return granted.bus.put(events);
    },
  },
  email: {
    ...granted.email,
    send: async (emails) => {
      counted.calls += 1;
      counted.sent += emails.length;
      return granted.email.send(emails);
    },
  },
});

const streamBatch = Math.min(
  ...functions.map(({ trigger }) => (trigger.kind === 'stream' ? trigger.batch : Infinity)),
);

const meter = new RequestMeter();
const world = await openWorld({ clock, directory, meter, around });
await admin(world, 'PUT', '/admin/segments/everybody', {
  name: 'Everybody',
  rule: { attribute: 'firstName', equals: 'Anna' },
});
await world.settle();
await admin(world, 'PUT', '/admin/templates/offer', {
  name: 'Offer',
  channel: 'email',
  subject: 'Hello {{ profile.attributes.firstName }}',
  html: '<p>Hello {{ profile.attributes.firstName }}</p><p><a href="{{ unsubscribeUrl }}">Stop</a></p>',
});
await admin(world, 'PUT', '/admin/campaigns/offer', {
  name: 'Offer',
  topic: 'offers',
  audience: { include: ['everybody'] },
  schedule: { at: '2026-11-25T13:00', timeZone: 'UTC' },
  message: { channel: 'email', template: 'offer' },
});
await admin(world, 'POST', '/admin/campaigns/offer/launch');
await world.advance('PT59M');

const toMb = (bytes: number): number => bytes / 2 ** 20;
const before = process.memoryUsage.rss();
let peak = before;
const look = (): void => {
  peak = Math.max(peak, process.memoryUsage.rss());
};
const watch = setInterval(look, 20);
meter.reset();
Object.assign(counted, { calls: 0, sent: 0, queueMessages: 0, busEvents: 0 });
const cpuSeconds = (await cpuMs(() => world.advance('PT1M'))) / 1000;
clearInterval(watch);
look();
const { readUnits, writeUnits, indexWriteUnits } = meter.total();
const result: LargeRun = {
  ...counted,
  growthMb: toMb(peak - before),
  totalMb: toMb(peak),
  cpuSeconds,
  readUnits,
  writeUnits: writeUnits + indexWriteUnits,
  // The most they can be: queues hand out several messages at once, streams full batches of sent entries.
  invocations: counted.queueMessages + counted.sent / streamBatch,
};
await world.close();
process.stdout.write(`${JSON.stringify(result)}\n`);
