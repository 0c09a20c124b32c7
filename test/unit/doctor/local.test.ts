import { describe, expect, it } from 'vitest';
import { known } from '../../../infra/doctor/asked.ts';
import {
  checkLocal,
  type LocalFacts,
  type WorldFacts,
} from '../../../infra/doctor/checks/local.ts';
import { VirtualClock } from '../../../shared/adapters/embedded/clock.ts';
import { openDatabase } from '../../../shared/adapters/embedded/database.ts';
import { systemIds } from '../../../shared/adapters/embedded/ids.ts';
import { EmbeddedQueue } from '../../../shared/adapters/embedded/queue.ts';
import { queueNames } from '../../../shared/ports/queue.ts';
import { aCampaign, now } from './accounts.ts';
import { refused, statesOf } from './states.ts';

const agoIso = (minutes: number): string => new Date(now - minutes * 60_000).toISOString();

const empty = { ready: 0, inFlight: 0, dead: 0, oldestAt: null };
const queues = (changes: object): WorldFacts['queues'] =>
  queueNames.map((name) => ({ name, ...empty, ...(name === 'inputs' && changes) }));

const aWorldSeen = (changes: Partial<WorldFacts> = {}): WorldFacts => ({
  now: agoIso(0),
  clock: 'real',
  nextDueAt: null,
  queues: queues({}),
  schedules: [{ name: 'campaign-win-back' }],
  listeners: [],
  failures: [],
  failedBatches: [],
  ...changes,
});

const seen = (world: Partial<WorldFacts> = {}, changes: Partial<LocalFacts> = {}): LocalFacts => ({
  url: 'http://localhost:8787',
  world: known(aWorldSeen(world)),
  quarantine: known({ count: 0, isMore: false, oldestAt: undefined }),
  campaigns: known([aCampaign()]),
  directory: known({ path: '.perennial', bytes: 4096, lock: 'held' }),
  ...changes,
});

const well = {
  world: 'ok',
  clock: 'ok',
  'dead letters': 'ok',
  queues: 'ok',
  failures: 'ok',
  quarantine: 'ok',
  schedules: 'ok',
  'event rules': 'ok',
  directory: 'ok',
};

describe('the local world', () => {
  it.each([
    ['in order', {}, {}],
    ['with much ahead', { nextDueAt: agoIso(-60) }, {}],
    ['a minute behind', { nextDueAt: agoIso(1) }, {}],
    ['behind', { nextDueAt: agoIso(2) }, { clock: 'wrong' }],
    [
      'whose function failed',
      { failures: [{ at: agoIso(1), file: 'f.ts', error: 'e' }] },
      { failures: 'warning' },
    ],
    [
      'that gave up a batch',
      { failedBatches: [{ at: agoIso(1) }] },
      { 'unpublished events': 'wrong' },
    ],
    ['without a schedule', { schedules: [] }, { 'schedule: win-back': 'wrong' }],
    [
      'where a lead waits',
      { queues: queues({ ready: 1, oldestAt: agoIso(8) }) },
      { 'queue: inputs': 'warning' },
    ],
    [
      'where it waits for long',
      { queues: queues({ ready: 1, oldestAt: agoIso(15) }) },
      { 'queue: inputs': 'wrong' },
    ],
    ['with a dead letter', { queues: queues({ dead: 1 }) }, { 'dead letters: inputs': 'wrong' }],
  ] as const)('%s', (_, world, states) => {
    const replaced = Object.keys(states).map((check) => check.split(':')[0] ?? '');
    const others = Object.entries(well).filter(
      ([check]) => !replaced.includes(check) && !replaced.includes(check.replace(/s$/, '')),
    );
    expect(statesOf(checkLocal(seen(world)))).toEqual({ ...Object.fromEntries(others), ...states });
  });

  it.each([
    ['closed by nobody', 'left', known(aWorldSeen()), 'warning'],
    ['open elsewhere', 'held', refused, 'warning'],
    ['open here', 'held', known(aWorldSeen()), 'ok'],
    ['closed', 'none', refused, 'ok'],
  ] as const)('whose directory is %s', (_, lock, world, state) => {
    const directory = known({ path: '.perennial', bytes: 4096, lock });
    expect(statesOf(checkLocal(seen({}, { world, directory })))).toMatchObject({
      directory: state,
    });
  });

  it('whose admin API does not answer is not known to be well', () => {
    const findings = checkLocal(seen({}, { quarantine: refused, campaigns: refused }));
    expect(statesOf(findings)).toMatchObject({ quarantine: 'unknown', schedules: 'unknown' });
  });
});

it('the age of a queue is that of its oldest message which is not merely delayed', async () => {
  const clock = new VirtualClock(now);
  const database = openDatabase(':memory:');
  const row = { maxReceives: 5, visibilitySeconds: 30 };
  // `fromEntries` forgets that every queue name is among the keys.
  const rows = Object.fromEntries(queueNames.map((name) => [name, row])) as Record<
    (typeof queueNames)[number],
    typeof row
  >;
  const queue = new EmbeddedQueue({ database, clock, ids: systemIds(clock), rows });
  await queue.send('emails', [{ body: 1, delaySeconds: 600 }]);
  expect([...queue.oldest()]).toEqual([]);
  clock.set(now + 1_000);
  await queue.send('inputs', [{ body: 1 }]);
  clock.set(now + 2_000);
  await queue.send('inputs', [{ body: 2 }]);
  expect([...queue.oldest()]).toEqual([['inputs', now + 1_000]]);
  // While somebody holds it, it is as old as ever.
  queue.receive('inputs', 1);
  expect([...queue.oldest()]).toEqual([['inputs', now + 1_000]]);
  clock.set(now + 600_000);
  expect(queue.oldest().get('emails')).toBe(now);
  database.close();
});
