import { describe, expect, it } from 'vitest';
import {
  contradictions,
  isSettled,
  lackingSettings,
  type TableState,
  tableOfArn,
} from '../../../infra/recovery/table-state.ts';

const text = (name: string) => ({ AttributeName: name, AttributeType: 'S' }) as const;
const key = (name: string, type: 'HASH' | 'RANGE') =>
  ({ AttributeName: name, KeyType: type }) as const;

/** A table of the product as DynamoDB describes it. */
const aTable = (changes: Partial<TableState['description']> = {}): TableState => ({
  description: {
    TableStatus: 'ACTIVE',
    KeySchema: [key('pk', 'HASH'), key('sk', 'RANGE')],
    AttributeDefinitions: ['pk', 'sk', 'dueSlot', 'dueAt'].map(text),
    BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    DeletionProtectionEnabled: true,
    GlobalSecondaryIndexes: [
      {
        IndexName: 'due',
        IndexStatus: 'ACTIVE',
        KeySchema: [key('dueAt', 'RANGE'), key('dueSlot', 'HASH')],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
    ...changes,
  },
  pitr: 'ENABLED',
  timeToLive: { status: 'ENABLED', attribute: 'expiresAt' },
});

const index = aTable().description.GlobalSecondaryIndexes?.[0] ?? {};

describe('what a restored table lacks', () => {
  it('is nothing where all is as it was', () => {
    expect(lackingSettings('marketing', aTable())).toEqual([]);
    expect(contradictions('marketing', aTable())).toEqual([]);
  });

  it('is all that a restore leaves out, the stream for the timeline alone', () => {
    const bare: TableState = {
      description: { TableStatus: 'ACTIVE' },
      pitr: 'DISABLED',
      timeToLive: { status: 'DISABLED' },
    };
    const others = ['payment by use', 'point-in-time recovery', 'time to live'];
    expect(lackingSettings('profiles', bare)).toEqual([...others, 'deletion protection']);
    expect(lackingSettings('timeline', bare)).toEqual([...others, 'stream', 'deletion protection']);
  });

  it.each([
    [{ timeToLive: { status: 'ENABLED', attribute: 'other' } }, 'time to live'],
    [{ timeToLive: { status: 'DISABLING', attribute: 'expiresAt' } }, 'time to live'],
    [{ pitr: undefined }, 'point-in-time recovery'],
  ])('is seen in %j', (change, setting) => {
    expect(lackingSettings('marketing', { ...aTable(), ...change })).toEqual([setting]);
  });

  it('is no stream where the stream tells something else', () => {
    const stream = { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' } as const;
    expect(lackingSettings('timeline', aTable({ StreamSpecification: stream }))).toEqual([
      'stream',
    ]);
  });
});

describe('a table that is no copy of the product’s', () => {
  it.each([
    [{ KeySchema: [key('id', 'HASH')] }, 'keys id instead of pk, sk'],
    [{ GlobalSecondaryIndexes: [] }, 'index "due" over nothing instead of dueSlot, dueAt'],
    [
      { GlobalSecondaryIndexes: [{ ...index, Projection: { ProjectionType: 'ALL' as const } }] },
      'index "due" of ALL instead of KEYS_ONLY',
    ],
    [
      { AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'N' as const }] },
      'keys that are no text: pk instead of nothing',
    ],
  ])('is told by %j', (change, fault) => {
    expect(contradictions('marketing', aTable(change))).toEqual([fault]);
  });

  it('has an index on the timeline', () => {
    expect(contradictions('profiles', aTable())).toEqual(['keys pk, sk instead of pk']);
    expect(contradictions('timeline', aTable({ GlobalSecondaryIndexes: [] }))).toEqual([]);
  });
});

describe('a table that is still on its way', () => {
  it.each([
    [{ TableStatus: 'CREATING' as const }],
    [{ TableStatus: 'UPDATING' as const }],
    [
      {
        RestoreSummary: { RestoreInProgress: true, RestoreDateTime: new Date(0) },
      },
    ],
    [{ GlobalSecondaryIndexes: [{ ...index, IndexStatus: 'CREATING' as const }] }],
  ])('is not touched: %j', (change) => {
    expect(isSettled(aTable())).toBe(true);
    expect(isSettled(aTable(change))).toBe(false);
  });

  it('is known by the table it comes from', () => {
    const arn = 'arn:aws:dynamodb:eu-west-1:123456789012:table/Perennial-Profiles';
    expect(tableOfArn(arn)).toBe('Perennial-Profiles');
    expect(tableOfArn(undefined)).toBeUndefined();
  });
});
