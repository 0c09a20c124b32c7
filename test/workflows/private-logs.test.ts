import { inspect } from 'node:util';
import { afterAll, describe, expect, it, vi } from 'vitest';
import type { AroundPorts } from '../../infra/local/load-functions.ts';
import type { World } from '../../infra/local/world.ts';
import type { Table } from '../../shared/ports/table.ts';
import { aSite, built, personOf } from '../support/site.ts';
import { aWorld } from '../support/world.ts';

// Before anything is imported that keeps a console: all logs and metrics, as loud as they can be.
const written = vi.hoisted(() => {
  process.env['POWERTOOLS_LOG_LEVEL'] = 'DEBUG';
  process.env['POWERTOOLS_METRICS_DISABLED'] = 'false';
  const lines: string[] = [];
  const keep = (...words: readonly unknown[]): void => {
    const seen = words.map((word) => (typeof word === 'string' ? word : describeWord(word)));
    lines.push(seen.join(' '));
  };
  function describeWord(word: unknown): string {
    if (!(word instanceof Error)) return JSON.stringify(word) ?? '';
    return `${word.stack} ${describeWord(word.cause)}`;
  }
  const take = (chunk: unknown): boolean => {
    keep(String(chunk));
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(take);
  vi.spyOn(process.stderr, 'write').mockImplementation(take);
  for (const level of ['debug', 'info', 'log', 'warn', 'error', 'trace'] as const) {
    vi.spyOn(console, level).mockImplementation(keep);
  }
  return lines;
});
afterAll(() => void vi.restoreAllMocks());

const person = {
  email: 'zebedee.quux@secret-mail.example',
  phone: '+37120000123',
  firstName: 'Zebedeeanna',
  city: 'Quuxville',
};
const secrets = ['zebedee', 'secret-mail', '20000123', 'quuxville', 'xyzzyplugh', 'bad-token-42'];
/** An error as libraries write them: with what they were given, on lines of its own too. */
const quoting = (): Error =>
  new Error(`No: ${person.email}\n    at ${person.phone}`, { cause: new Error(person.email) });

const ingest = 'functions/tracking/ingest-inputs.ts';
const publish = 'functions/tracking/publish-timeline.ts';
const record = 'functions/deliverability/record-email-events.ts';
const admin = 'functions/http/admin.ts';
const visits = 'functions/tracking/record-visits.ts';

type Kind = 'read' | 'write';
type Next = (file: string, kind: Kind) => void;

/** Faults that quote a person: the next two calls of a kind that a function makes break. */
function faults() {
  const left = new Map<string, number>();
  const hit: string[] = [];
  const around: AroundPorts = ({ file }, ports) => {
    const perhaps = async <Answer>(
      work: () => Promise<Answer>,
      kind: Kind = 'read',
    ): Promise<Answer> => {
      const times = left.get(`${file} ${kind}`) ?? 0;
      if (times === 0) return work();
      left.set(`${file} ${kind}`, times - 1);
      hit.push(file);
      throw quoting();
    };
    const { table, bus } = ports;
    const breaking: Table = {
      get: (...of) => perhaps(() => table.get(...of)),
      batchGet: (...of) => perhaps(() => table.batchGet(...of)),
      query: (...of) => perhaps(() => table.query(...of)),
      scan: (...of) => perhaps(() => table.scan(...of)),
      due: (...of) => perhaps(() => table.due(...of)),
      write: (...of) => perhaps(() => table.write(...of), 'write'),
      transact: (...of) => perhaps(() => table.transact(...of), 'write'),
    };
    return {
      ...ports,
      table: breaking,
      bus: { put: (...of) => perhaps(() => bus.put(...of), 'write') },
    };
  };
  const next = (file: string, kind: Kind): void => void left.set(`${file} ${kind}`, 2);
  return { around, hit, next };
}

type Site = Awaited<ReturnType<typeof aSite>>;

/** What a function rejects with, as Lambda writes it to the log. */
async function refusalOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    written.push(`thrown ${inspect(error, { depth: 10 })}`);
    return error;
  }
  throw new Error('It did not fail.');
}

/** A campaign to everyone, at once. */
async function invite(site: Site, world: World, campaign: string): Promise<void> {
  await site.segment('all', { attribute: 'city', exists: true });
  await built(world);
  const ok = async (method: string, path: string, body?: unknown) => {
    const { status, text } = await site.admin(method, path, body);
    if (status >= 300) throw new Error(text);
  };
  const html =
    '<a href="https://shop.example/?of={{ profile.identifiers.email }}">{{ profile.attributes.firstName }}</a>';
  await ok('PUT', '/admin/templates/hello', { name: 'H', channel: 'email', subject: 'Hi', html });
  await ok('PUT', `/admin/campaigns/${campaign}`, {
    name: campaign,
    topic: 'offers',
    audience: { include: ['all'] },
    schedule: {
      at: new Date(world.clock.now() + 60_000).toISOString().slice(0, 16),
      timeZone: 'UTC',
    },
    message: { channel: 'email', template: 'hello' },
  });
  await ok('POST', `/admin/campaigns/${campaign}/launch`);
  await world.advance('PT1H');
}

describe.each([undefined, 3])('what is written to logs and metrics, hostile %s', (hostile) => {
  it('names no address, no number and nothing that is known of a person, whatever breaks', async () => {
    written.length = 0;
    const { around, hit, next } = faults();
    let isAway = false;
    await using world = await aWorld({
      hostile,
      around,
      emailAnswer: ({ to }) => {
        if (to.startsWith('rejected')) return { kind: 'rejected', reason: `No mailbox ${to}` };
        if (isAway) throw new Error(`The connection to ${to} was lost.`);
        return undefined;
      },
    });
    const site = await aSite(world);
    const consents = [{ topic: 'offers', channel: 'email', given: true }];
    const { email, phone, ...attributes } = person;
    const lead = { occurredAt: world.now(), consents, attributes };
    const first = { messageId: 'm-1', externalId: 'c-1', email, phone, ...lead };
    const second = { messageId: 'm-2', externalId: 'c-2', email: `rejected.${email}`, ...lead };
    next(ingest, 'read');
    next(publish, 'write');
    expect(await site.post('/v1/leads', first)).toBe(202);
    await world.settle();
    next(ingest, 'write');
    expect(await site.post('/v1/leads', second)).toBe(202);
    await world.settle();
    await quarantineOne(site, world);
    await invite(site, world, 'c');
    expect(world.outbox()).toHaveLength(1);
    isAway = true;
    await invite(site, world, 'd');
    isAway = false;

    const [sent] = world.outbox();
    for (const type of ['bounce', 'complaint', 'reject', 'deliveryDelay', 'open'] as const) {
      next(record, 'write');
      await world.feedback({ message: sent?.id ?? '', type });
      await world.settle();
    }
    await follow(world, sent?.html ?? '', next);
    const badDetail = { eventType: 'Bounce', mail: { tags: { message: ['x'] } }, ...person };
    await world.ports.queue.send('email-events', [{ body: { detail: badDetail } }]);
    await world.ports.queue.send('inputs', [{ body: { email: person.email } }]);
    await world.settle();
    for (const method of ['GET', 'POST']) {
      expect((await world.request(method, '/u/bad-token-42')).status).toBe(404);
    }
    const { id } = await personOf(world, 'c-1');
    next(admin, 'read');
    expect((await world.request('GET', `/admin/profiles/${id}`, { admin: true })).status).toBe(500);
    await refuse(world, next);

    expect(new Set(hit)).toEqual(new Set([ingest, publish, record, visits, admin]));
    // The local world's page shows these, as an alarm's reader would see them.
    written.push(...world.failures().map(({ error }) => error));
    written.push(...world.failedBatches().map(({ error }) => error));
    expectPrivate();
  });
});

/** Follows a link that holds an address, and one that nobody made; what is told of it breaks. */
async function follow(world: World, html: string, next: Next): Promise<void> {
  const [, path = ''] = /href="[^"]*(\/l\/[^"]+)"/.exec(html) ?? [];
  next(visits, 'write');
  const { status, headers } = await world.request('GET', path);
  expect([status, headers['location']]).toEqual([
    302,
    expect.stringContaining(`?of=${person.email}`),
  ]);
  await world.settle();
  await world.advance('PT15M');
  expect((await world.request('GET', '/l/bad-token-42')).status).toBe(404);
  const url = `https://shop.example/?of=${person.email}`;
  const visited = { message: 'x', link: 1, links: 1, url, at: world.now(), automated: false };
  const bodies = [{ url }, { kind: 'visit', ...visited }];
  await world.ports.queue.send(
    'link-visits',
    bodies.map((body) => ({ body })),
  );
  await world.settle();
}

/** An input that a profile cannot hold. */
async function quarantineOne(site: Site, world: World): Promise<void> {
  for (const field of ['first', 'second']) {
    const traits = { [field]: 'Xyzzyplugh'.repeat(10_000) };
    const input = { type: 'identify', messageId: `m-${field}`, userId: 'c-1', traits };
    expect(await site.post('/v1/identify', input)).toBe(200);
    await world.settle();
  }
}

/** Functions that throw: a port's error, and an event that is none. */
async function refuse(world: World, next: Next): Promise<void> {
  const image = {
    pk: { S: 'anna' },
    sk: { S: '2026-11-25T12:00:00.000Z#1' },
    type: { S: 'event' },
    recordedAt: { S: '2026-11-25T12:00:00.000Z' },
    data: { M: { name: { S: 'Seen' }, source: { S: 'site' }, properties: { M: {} } } },
  };
  const event = (fields: object) => ({
    Records: [
      {
        eventID: '1',
        eventName: 'INSERT',
        dynamodb: { SequenceNumber: '1', NewImage: { ...image, ...fields } },
      },
    ],
  });
  next(publish, 'write');
  expect(await refusalOf(world.invoke(publish, event({})))).toMatchObject({ name: 'Error' });
  const spoilt = event({ type: { L: [{ S: person.email }] } });
  expect(await refusalOf(world.invoke(publish, spoilt))).toMatchObject({
    name: 'UnreadableRecord',
  });
  const republish = 'functions/tracking/republish-timeline.ts';
  const wrong = { from: person.email, to: 'now' };
  expect(await refusalOf(world.invoke(republish, wrong))).toMatchObject({ name: 'WrongEvent' });
}

function expectPrivate(): void {
  const told = [
    'invocation-failed',
    'request-failed',
    'person-not-written',
    'input-quarantined',
    'message-rejected',
    'provider-did-not-answer',
    'email-event-not-recorded',
    'email-event-unreadable',
    'message-unreadable',
    'stream-record-unreadable',
    '"MessagesUnanswered"',
  ];
  // Everything that breaks was told, so that silence proves nothing.
  expect(told.filter((code) => !written.some((line) => line.includes(code)))).toEqual([]);
  const leaks = written.filter((line) =>
    secrets.some((secret) => line.toLowerCase().includes(secret)),
  );
  expect(leaks).toEqual([]);
}
