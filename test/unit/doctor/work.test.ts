import { describe, expect, it } from 'vitest';
import { known } from '../../../infra/doctor/asked.ts';
import {
  checkFailedBatches,
  checkMappings,
  checkPublisher,
} from '../../../infra/doctor/checks/functions.ts';
import { checkQueues } from '../../../infra/doctor/checks/queues.ts';
import { checkTick } from '../../../infra/doctor/checks/tick.ts';
import { queues as rows } from '../../../infra/queue-manifest.ts';
import { aQueue, now } from './accounts.ts';
import { refused, statesOf, textOf } from './states.ts';

const minutesAgo = (minutes: number): string => new Date(now - minutes * 60_000).toISOString();

describe('queues', () => {
  it('where nothing is wrong are told of in one line each for dead letters and for waiting', () => {
    const found = checkQueues([known(aQueue()), known(aQueue({ queue: 'emails' }))]);
    expect(statesOf(found)).toEqual({ 'dead letters': 'ok', queues: 'ok' });
  });

  it('with dead letters say what the business loses, and how to put them back', () => {
    const arns = { queueArn: 'arn:live', deadLettersArn: 'arn:dead' };
    const found = checkQueues([known(aQueue({ deadLetters: 3, ...arns }))]);
    expect(statesOf(found)).toEqual({ 'dead letters: inputs': 'wrong', queues: 'ok' });
    expect(textOf(found)).toContain(rows.inputs.loss);
    // Without a destination SQS moves nothing that EventBridge put there.
    expect(textOf(found)).toContain(
      'aws sqs start-message-move-task --source-arn arn:dead --destination-arn arn:live',
    );
  });

  it.each([
    ['well within its time', 7 * 60 + 29, { queues: 'ok' }],
    ['half of its time', 8 * 60, { 'queue: inputs': 'warning' }],
    ['as long as its alarm', 15 * 60, { 'queue: inputs': 'wrong' }],
  ] as const)('whose oldest message has waited %s', (_, seconds, states) => {
    const found = checkQueues([known(aQueue({ waiting: 5, oldestSeconds: known(seconds) }))]);
    expect(statesOf(found)).toEqual({ 'dead letters': 'ok', ...states });
  });

  it('without an alarm may wait for an hour', () => {
    const late = (minutes: number) =>
      checkQueues([known(aQueue({ queue: 'audiences', oldestSeconds: known(minutes * 60) }))]);
    expect(statesOf(late(29))).toMatchObject({ queues: 'ok' });
    expect(statesOf(late(60))).toMatchObject({ 'queue: audiences': 'wrong' });
  });

  it('whose age may not be asked for are still looked at for dead letters', () => {
    const found = checkQueues([known(aQueue({ deadLetters: 1, oldestSeconds: refused }))]);
    expect(statesOf(found)).toEqual({ 'dead letters: inputs': 'wrong', queues: 'unknown' });
  });

  it('that may not be asked about say so once', () => {
    const found = checkQueues([refused, refused, refused]);
    expect(found.map(({ check, state }) => [check, state])).toEqual([
      ['dead letters', 'unknown'],
      ['queues', 'unknown'],
    ]);
  });
});

const tick = { schedule: known('ENABLED'), runs: known(10), overdue: known([]) } as const;

describe('the minute tick', () => {
  it.each([
    ['that runs', {}, { 'minute tick': 'ok', overdue: 'ok' }],
    ['that was seldom called', { runs: known(5) }, { 'minute tick': 'warning', overdue: 'ok' }],
    ['that was not called', { runs: known(0) }, { 'minute tick': 'wrong', overdue: 'ok' }],
    [
      'behind by minutes',
      { overdue: known([{ slot: 'review#3', dueAt: minutesAgo(11) }]) },
      { 'minute tick': 'ok', overdue: 'warning' },
    ],
    [
      'at work on what has just become due',
      { overdue: known([{ slot: 'review#3', dueAt: minutesAgo(9) }]) },
      { 'minute tick': 'ok', overdue: 'ok' },
    ],
    [
      'behind by hours',
      {
        overdue: known([
          { slot: 'run#0', dueAt: minutesAgo(20) },
          { slot: 'review#3', dueAt: minutesAgo(60) },
        ]),
      },
      { 'minute tick': 'ok', overdue: 'wrong' },
    ],
    [
      'that may not be asked about',
      { runs: refused, overdue: refused },
      { 'minute tick': 'unknown', overdue: 'unknown' },
    ],
  ] as const)('%s', (_, changes, states) => {
    expect(statesOf(checkTick({ ...tick, ...changes }, now))).toEqual(states);
  });

  it.each(['DISABLED', undefined] as const)(
    'is wrong when its schedule is %s, however often it ran',
    (state) => {
      const found = checkTick({ ...tick, schedule: known(state) }, now);
      expect(found.map((finding) => finding.state)).toContain('wrong');
    },
  );

  it('names the slot that is furthest behind', () => {
    const overdue = known([
      { slot: 'run#0', dueAt: minutesAgo(20) },
      { slot: 'review#3', dueAt: minutesAgo(300) },
    ]);
    expect(textOf(checkTick({ ...tick, overdue }, now))).toContain('"review#3" by 5 hours');
  });
});

const mapping = { id: 'uuid-1', reads: 'ingest-inputs', state: 'Enabled', lastResult: undefined };

describe('functions', () => {
  it.each([
    ['that are started', [mapping], 1, { functions: 'ok' }],
    [
      'of which one is not',
      [{ ...mapping, state: 'Disabled' }],
      1,
      { 'function: ingest-inputs': 'wrong' },
    ],
    [
      'of which one is being changed',
      [{ ...mapping, state: 'Updating' }],
      1,
      { 'function: ingest-inputs': 'warning' },
    ],
    [
      'of which Lambda tells a problem',
      [{ ...mapping, lastResult: 'PROBLEM: Function call failed' }],
      1,
      { 'function: ingest-inputs': 'wrong' },
    ],
    ['of which one has nothing that starts it', [mapping], 2, { functions: 'wrong' }],
  ] as const)('%s', (_, mappings, expected, states) => {
    expect(statesOf(checkMappings(known(mappings), expected))).toEqual(states);
  });

  it('that may not be asked about are unknown', () => {
    expect(statesOf(checkMappings(refused, 1))).toEqual({ functions: 'unknown' });
  });
});

describe('what people do', () => {
  it.each([
    ['reaches the bus at once', known(200), 'ok'],
    ['has not happened', known(undefined), 'ok'],
    ['reaches it minutes late', known(6 * 60_000), 'warning'],
    ['reaches it half an hour late', known(30 * 60_000), 'wrong'],
    ['may reach it or not', refused, 'unknown'],
  ] as const)('%s', (_, lag, state) => {
    expect(statesOf(checkPublisher(lag))).toEqual({ 'timeline stream': state });
  });

  it('was given up as long as a batch lies in the bucket, and is published again from before its tries', () => {
    const republish = 'aws lambda invoke --function-name republish';
    const found = checkFailedBatches(
      known({ count: 2, oldest: '2026-11-20T18:00:00.000Z', republish }),
    );
    expect(statesOf(found)).toEqual({ 'unpublished events': 'wrong' });
    expect(textOf(found)).toContain('export FROM=2026-11-20T06:00:00.000Z');
    expect(textOf(found)).toContain(republish);
  });

  it('was published when the bucket is empty, and may have been when it cannot be looked at', () => {
    const empty = known({ count: 0, oldest: undefined, republish: undefined });
    expect(statesOf(checkFailedBatches(empty))).toEqual({ 'unpublished events': 'ok' });
    expect(statesOf(checkFailedBatches(refused))).toEqual({ 'unpublished events': 'unknown' });
  });
});
