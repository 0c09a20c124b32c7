import type { DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import type { BusEvent } from '../../events/envelope.ts';
import type { AroundPorts } from '../../infra/local/load-functions.ts';
import { modes } from '../support/modes.ts';
import { aSite } from '../support/site.ts';
import { aWorld } from '../support/world.ts';

const publish = 'functions/tracking/publish-timeline.ts';

/** The events that the publisher put on the bus. */
function listening() {
  const heard: BusEvent[] = [];
  const around: AroundPorts = (row, ports) => {
    if (row.file !== publish) return ports;
    const put = async (events: readonly BusEvent[]): Promise<void> => {
      heard.push(...events);
      await ports.bus.put(events);
    };
    return { ...ports, bus: { put } };
  };
  return { heard, around };
}

const aRecord = (sequence: number, fields: Readonly<Record<string, unknown>>): DynamoDBRecord => ({
  eventID: String(sequence),
  eventName: 'INSERT',
  dynamodb: {
    SequenceNumber: String(sequence),
    Keys: { pk: { S: 'anna' }, sk: { S: `2026-11-25T12:00:00.000Z#${sequence}` } },
    NewImage: {
      pk: { S: 'anna' },
      sk: { S: `2026-11-25T12:00:00.000Z#${sequence}` },
      type: { S: 'event' },
      recordedAt: { S: '2026-11-25T12:00:00.000Z' },
      data: { M: { name: { S: 'Seen' }, source: { S: 'site' }, properties: { M: {} } } },
      ...fields,
    },
  },
});

const unreadable = { type: { N: '1' } };
const invoke = (world: Awaited<ReturnType<typeof aWorld>>, ...records: DynamoDBRecord[]) =>
  world.invoke(publish, { Records: records } satisfies DynamoDBStreamEvent);

describe.each(modes)('the stream of the timeline, hostile %s', (hostile) => {
  it.each<[string, string]>([
    ['a number with more digits than a float holds', '12345678901234567890'],
    ['a fraction with more digits than a float holds', '12345678901234567.5'],
    ['a property named constructor', '{"constructor":1}'],
    ['a property named like a method', '{"toString":{"toJSON":1},"hasOwnProperty":[]}'],
    ['a property that looks like an attribute value', '{"S":"x","wrapperName":"NumberValue"}'],
  ])('is not stopped by %s', async (_, odd) => {
    const { heard, around } = listening();
    await using world = await aWorld({ hostile, around });
    const site = await aSite(world);
    const calls = [
      `{"userId":"c-1","event":"Odd","properties":{"odd":${odd}}}`,
      '{"userId":"c-2","event":"Plain"}',
    ];
    for (const call of calls) expect(await site.post('/v1/track', call)).toBe(200);
    await world.settle();
    const tracked = heard.filter(({ type }) => type === 'event');
    // The stream is told at least once, across people in any order.
    const said = new Map(tracked.map(({ id, data }) => [id, data]));
    expect(said.size).toBe(2);
    expect(tracked.length).toBeLessThanOrEqual(hostile === undefined ? 2 : 4);
    const properties = { odd: JSON.parse(odd) as unknown };
    expect([...said.values()]).toContainEqual(expect.objectContaining({ name: 'Odd', properties }));
    expect(hostile === undefined ? world.failures() : []).toEqual([]);
  });

  it('publishes numbers as DynamoDB hands them over', async () => {
    const { heard, around } = listening();
    await using world = await aWorld({ hostile, around });
    const properties = { M: { id: { N: '12345678901234567890' }, sum: { N: '1E+30' } } };
    const data = { M: { name: { S: 'Seen' }, source: { S: 'site' }, properties } };
    expect(await invoke(world, aRecord(1, { data }))).toEqual({ batchItemFailures: [] });
    expect(heard[0]?.data).toMatchObject({
      properties: { id: Number('12345678901234567890'), sum: 1e30 },
    });
  });

  it('publishes what stands before a record that nobody can read, and names that record', async () => {
    const { heard, around } = listening();
    await using world = await aWorld({ hostile, around });
    const records = [aRecord(1, {}), aRecord(2, {}), aRecord(3, unreadable), aRecord(4, {})];
    expect(await invoke(world, ...records)).toEqual({
      batchItemFailures: [{ itemIdentifier: '3' }],
    });
    expect(heard.map(({ id }) => id)).toEqual(['1', '2']);
    await expect(invoke(world, ...records.slice(2))).rejects.toThrow('cannot be read');
    expect(heard).toHaveLength(2);
  });

  it('sets aside such a record alone, and publishes everything around it', async () => {
    const { heard, around } = listening();
    await using world = await aWorld({ hostile, around });
    const { table } = world.ports;
    const item = (id: number, type: string | number) => ({
      kind: 'put' as const,
      table: 'timeline' as const,
      item: {
        pk: 'anna',
        sk: `2026-11-25T12:00:00.000Z#${id}`,
        type,
        recordedAt: '2026-11-25T12:00:00.000Z',
        data: { name: 'Seen', source: 'site', properties: {} },
      },
    });
    await table.transact([1, 2, 3, 4, 5, 6, 7].map((id) => item(id, id === 4 ? 4 : 'event')));
    await world.settle();
    const ids = heard.map(({ id }) => id);
    expect([...new Set(ids)].toSorted()).toEqual(['1', '2', '3', '5', '6', '7']);
    const failed = world.failedBatches().map(({ keys }) => keys.map(({ sk }) => sk));
    expect(failed.length).toBeLessThanOrEqual(hostile === undefined ? 1 : 2);
    // A hostile stream may bring the record twice.
    expect(new Set(failed.flat())).toEqual(new Set([item(4, 4).item.sk]));
    expect(failed.map((keys) => keys.length)).toEqual(failed.map(() => 1));
  });
});
