import { describe, expect, it } from 'vitest';
import type { AroundPorts } from '../../infra/local/load-functions.ts';
import { sqsEvent } from '../../infra/local/sqs-event.ts';
import type { World } from '../../infra/local/world.ts';
import { createHostility, type Hostility } from '../../shared/adapters/embedded/hostility.ts';
import type { Profile } from '../../shared/domain/profiles/profile.ts';
import type { TimelineEntry } from '../../shared/domain/profiles/timeline-entry.ts';
import type { Item, Table, TableName } from '../../shared/ports/table.ts';
import { getProfile } from '../../shared/stores/profiles.ts';
import { parseTimelineItem } from '../../shared/stores/timeline.ts';
import { dying } from '../support/dying-table.ts';
import { aSite } from '../support/site.ts';
import { aWorld, startOfWorld } from '../support/world.ts';
import { anInput } from '../unit/tracking/an-input.ts';

const dayMs = 86_400_000;
const ingest = 'functions/tracking/ingest-inputs.ts';

type Call = {
  readonly id: string;
  readonly kind: 'lead' | 'identify' | 'track';
  readonly at: string;
  readonly consent: boolean | undefined;
  /** The person's own identifiers, and at times one that belongs to somebody else too. */
  readonly identifiers: Readonly<Record<string, string>>;
};

/** What eight people might do, some of it twice, with phones and browsers that some share. */
function randomCalls(count: number, dice: Hostility): readonly Call[] {
  const calls: Call[] = [];
  while (calls.length < count) {
    const before = calls[dice.integer(Math.max(1, calls.length))];
    if (before !== undefined && dice.chance(0.15)) {
      calls.push(before);
      continue;
    }
    const person = dice.integer(8);
    const other = dice.chance(0.1) ? dice.integer(8) : person;
    const all: Record<string, string> = {
      externalId: `c-${person}`,
      email: `p${person}@example.com`,
      phone: `+3712000000${other}`,
      anonymousId: `a-${other}-${dice.integer(3)}`,
    };
    const names = dice.shuffle(Object.keys(all)).slice(0, 1 + dice.integer(3));
    calls.push({
      id: `m-${calls.length}`,
      kind: (['lead', 'identify', 'track'] as const)[dice.integer(3)] ?? 'lead',
      // Every call at an instant of its own: what was said last is never in doubt.
      at: new Date(
        Date.parse(startOfWorld) - dice.integer(60) * dayMs - calls.length,
      ).toISOString(),
      consent: dice.chance(0.4) ? dice.chance(0.5) : undefined,
      identifiers: Object.fromEntries(names.map((name) => [name, all[name] ?? ''])),
    });
  }
  return calls;
}

/** For a channel without an address in the call: whose address it is does not matter. */
const consentsOf = ({ consent }: Call) =>
  consent === undefined ? [] : [{ topic: 'offers', channel: 'push', given: consent }];

function segmentCall(call: Call) {
  const { externalId: userId, anonymousId, ...traits } = call.identifiers;
  const { id: messageId, kind: type, at: timestamp } = call;
  const consents = consentsOf(call);
  const common = { type, messageId, timestamp, userId, anonymousId };
  return type === 'track'
    ? {
        ...common,
        event: 'Seen',
        properties: { call: messageId },
        context: { consents, traits: { ...traits, [messageId]: true } },
      }
    : { ...common, traits: { ...traits, [messageId]: true }, context: { consents } };
}

const leadOf = (call: Call) => ({
  messageId: call.id,
  occurredAt: call.at,
  ...call.identifiers,
  attributes: { [call.id]: true },
  consents: consentsOf(call),
  context: { call: call.id },
});

/** Posts everything, much of it at the same time, one by one or as batches. */
async function postAll(world: World, calls: readonly Call[], dice: Hostility): Promise<void> {
  const site = await aSite(world);
  let open = calls;
  while (open.length > 0) {
    const some = open.slice(0, 1 + dice.integer(25));
    open = open.slice(some.length);
    const leads = some.filter(({ kind }) => kind === 'lead');
    const others = some.filter(({ kind }) => kind !== 'lead');
    const statuses = await Promise.all([
      ...leads.map((call) => site.post('/v1/leads', leadOf(call))),
      ...(dice.chance(0.5)
        ? others.map((call) => site.post(`/v1/${call.kind}`, segmentCall(call)))
        : others.length > 0
          ? [site.post('/v1/batch', { batch: others.map(segmentCall) })]
          : []),
    ]);
    expect(statuses.every((status) => status === 200 || status === 202)).toBe(true);
    if (dice.chance(0.3)) await world.settle();
  }
  await world.settle();
}

async function itemsOf(table: Table, name: TableName): Promise<readonly Item[]> {
  const { items, after } = await table.scan(name, { segment: 0, segments: 1 });
  expect(after).toBeNull();
  return items;
}

async function stored(world: World) {
  const { table } = world.ports;
  const ids = (await itemsOf(table, 'profiles')).map(({ pk }) => pk);
  const profiles = await Promise.all(ids.map((id) => getProfile(table, id)));
  return {
    profiles: profiles.filter((profile) => profile !== undefined),
    entries: (await itemsOf(table, 'timeline')).map(parseTimelineItem),
    marketing: await itemsOf(table, 'marketing'),
  };
}

function callOf({ type, data }: TimelineEntry): string | undefined {
  const said = type === 'event' ? data['properties'] : data['context'];
  return typeof said === 'object' && said !== null && 'call' in said
    ? String(said.call)
    : undefined;
}

/** Each call recorded once, on one person, and everything it said taken over there. */
async function expectAllRecordedOnce(world: World, calls: readonly Call[]): Promise<void> {
  const { profiles, entries, marketing } = await stored(world);
  const distinct = [...new Map(calls.map((call) => [call.id, call])).values()];
  const recorded = entries.flatMap((entry) => callOf(entry) ?? []);
  const noted = distinct.filter(({ kind }) => kind !== 'identify').map(({ id }) => id);
  expect(recorded.toSorted()).toEqual(noted.toSorted());
  const markers = marketing.filter(({ pk }) => pk.startsWith('marker#site#'));
  expect(markers.map(({ pk }) => pk.slice('marker#site#'.length)).toSorted()).toEqual(
    distinct.map(({ id }) => id).toSorted(),
  );
  const owned = profiles.flatMap(({ attributes }) => Object.keys(attributes));
  expect(owned.filter((name) => name.startsWith('m-')).toSorted()).toEqual(
    distinct.map(({ id }) => id).toSorted(),
  );
  for (const profile of profiles) expectConsents(profile, distinct);
  expect(entries.filter(({ type }) => type === 'profile.created')).toHaveLength(profiles.length);
}

function expectConsents({ attributes, consents }: Profile, calls: readonly Call[]): void {
  const said = calls
    .filter(({ id, consent }) => id in attributes && consent !== undefined)
    .toSorted((one, other) => (one.at < other.at ? -1 : 1));
  expect(consents['offers/push']?.given).toBe(said.at(-1)?.consent);
}

/** Every identifier on a profile is that profile's own, and nobody else's. */
async function expectOneOwnerEach(world: World): Promise<void> {
  const { profiles, marketing } = await stored(world);
  const owners = new Map(
    marketing
      .filter(({ pk }) => pk.startsWith('identity#'))
      .map((item) => [item.pk, item['profileId']]),
  );
  const claimed: string[] = [];
  for (const { id, identifiers } of profiles) {
    const { anonymousIds = [], ...others } = identifiers;
    const keys = [
      ...Object.entries(others).map(([kind, value]) => `identity#${kind}#${value}`),
      ...anonymousIds.map((value) => `identity#anonymousId#${value}`),
    ];
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) expect([key, owners.get(key)]).toEqual([key, id]);
    claimed.push(...keys);
  }
  expect(new Set(claimed).size).toBe(claimed.length);
  // Who had another email or phone before keeps it.
  const ids = new Set<unknown>(profiles.map(({ id }) => id));
  expect([...owners.values()].every((owner) => ids.has(owner))).toBe(true);
}

const modes = [undefined, 1, 2, 3, 4, 5];

describe.each(modes)('everything that websites say, hostile %s', (hostile) => {
  it('is recorded once, on one person, in whatever order it comes', async () => {
    await using world = await aWorld({ hostile });
    const dice = createHostility((hostile ?? 0) + 100);
    const calls = randomCalls(200, dice);
    await postAll(world, calls, dice);
    await expectAllRecordedOnce(world, calls);
    await expectOneOwnerEach(world);
    expect(world.deadLetters()).toEqual([]);
  });

  it('arrives though the worker is killed at any point', async () => {
    const dice = createHostility((hostile ?? 0) + 200);
    let killed = 0;
    const around: AroundPorts = (row, ports) =>
      row.file === ingest
        ? { ...ports, table: dying(ports.table, () => dice.chance(0.04) && (killed += 1) > 0) }
        : ports;
    await using world = await aWorld({ hostile, around });
    const calls = randomCalls(200, dice);
    await postAll(world, calls, dice);
    expect(killed).toBeGreaterThan(5);
    await expectAllRecordedOnce(world, calls);
    await expectOneOwnerEach(world);
    expect(world.deadLetters()).toEqual([]);
  });

  it('is all there for a person with 500 inputs in one batch', async () => {
    await using world = await aWorld({ hostile });
    const site = await aSite(world);
    await site.segment('busy', { did: 'Seen', within: 'P30D', atLeast: 500 });
    await site.segment('busier', { did: 'Seen', within: 'P30D', atLeast: 501 });
    const batch = Array.from({ length: 500 }, (_, index) => ({
      type: 'track',
      messageId: `m-${index}`,
      userId: 'c-1',
      event: 'Seen',
      timestamp: new Date(Date.parse(startOfWorld) - index * 1000).toISOString(),
    }));
    await site.post('/v1/batch', { batch });
    await world.settle();
    await site.post('/v1/batch', { batch: batch.slice(100, 300) });
    await world.settle();
    const { profiles, entries } = await stored(world);
    expect(entries.filter(({ type }) => type === 'event')).toHaveLength(500);
    expect(profiles.map(({ segments }) => segments.join())).toEqual([
      expect.stringMatching(/^busy(@.*)?$/),
    ]);
    expect(world.deadLetters()).toEqual([]);
  });
});

describe('a message delivered to two workers at once', () => {
  it('makes one person, whoever of them is faster', async () => {
    const person = { externalId: 'c-1', email: 'anna@example.com' };
    const overtaking = { inputs: [anInput({ source: 'site', identifiers: person })] };
    let overtakes: (() => Promise<unknown>) | undefined;
    const around: AroundPorts = (row, ports) => {
      if (row.file !== ingest) return ports;
      const transact: Table['transact'] = async (writes) => {
        const first = overtakes;
        overtakes = undefined;
        await first?.();
        return ports.table.transact(writes);
      };
      return { ...ports, table: Object.assign(Object.create(ports.table), { transact }) };
    };
    await using world = await aWorld({ around });
    overtakes = () => world.invoke(ingest, sqsEvent('inputs', [aMessage(overtaking)]));
    const site = await aSite(world);
    const call = {
      type: 'track',
      event: 'Seen',
      userId: 'c-1',
      context: { traits: { email: person.email } },
    };
    const batch = ['m-1', 'm-2', 'm-3'].map((messageId) => ({ ...call, messageId }));
    await site.post('/v1/batch', { batch });
    await world.settle();
    const { profiles, entries } = await stored(world);
    expect(profiles).toHaveLength(1);
    expect(entries.filter(({ type }) => type === 'event')).toHaveLength(3);
    await expectOneOwnerEach(world);
  });
});

const aMessage = (body: unknown) => ({
  messageId: 'overtaking',
  receiptHandle: 'overtaking',
  body: JSON.stringify(body),
  receives: 1,
  sentAt: Date.parse(startOfWorld),
  firstReceivedAt: Date.parse(startOfWorld),
});
