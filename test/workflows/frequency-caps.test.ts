import { describe, expect, it } from 'vitest';
import type { Run } from '../../shared/domain/campaigns/run.ts';
import type { FrequencyCap } from '../../shared/domain/messaging/policy/frequency-cap.ts';
import { decideRows, reserveRows } from '../../shared/flows/campaigns/reserve-messages.ts';
import type { SendAnswer } from '../../shared/ports/senders.ts';
import { getPolicy, savePolicy } from '../../shared/stores/sending-policy.ts';
import { anOffice } from '../support/campaigns.ts';
import { allRows, expectCounted } from '../support/caps.ts';
import { aRun, somePeople } from '../support/messaging.ts';
import { modes } from '../support/modes.ts';
import { aWorld } from '../support/world.ts';

const everyone = { include: ['everyone'] };
const atOne = { at: '2026-11-25T13:00' };
const oneADay: FrequencyCap = { channel: 'email', per: 'day', limit: 1 };
const busy = { kind: 'throttled', reason: 'busy' } as const;
const deferred = { overCap: 'defer', deadline: 'P3D' };

/** People who can be sent to, by name with their zone, under caps. */
async function aHouse(
  hostile: number | undefined,
  {
    caps = [oneADay],
    people = { anna: 'UTC' },
    emailAnswer,
  }: {
    readonly caps?: readonly FrequencyCap[];
    readonly people?: Readonly<Record<string, string>>;
    readonly emailAnswer?: () => SendAnswer | undefined;
  } = {},
) {
  const world = await aWorld({ hostile, emailAnswer });
  const office = await anOffice(world);
  for (const [index, [name, timeZone]] of Object.entries(people).entries()) {
    await office.lead(name, { attributes: { timeZone }, phone: `+3712000000${index}` });
  }
  await office.template('hello');
  await office.segment('everyone', { attribute: 'timeZone', exists: true });
  const capped = (some: readonly FrequencyCap[]) =>
    office.done('PUT', '/admin/sending-policy', { caps: some });
  await capped(caps);
  return {
    ...office,
    world,
    capped,
    /** A campaign to everyone at one o'clock, unless told. */
    plan: async (id: string, changes: Readonly<Record<string, unknown>> = {}): Promise<void> => {
      await office.campaign(id, { audience: everyone, schedule: atOne, ...changes });
      await office.launch(id);
    },
    standing: async (id: string): Promise<readonly string[]> => {
      const rows = await office.rows(id);
      return rows.map(({ state, reason }) => (reason === null ? state : `${state}(${reason})`));
    },
    /** What went out, oldest first: campaign and minute. */
    sent: (): readonly string[] =>
      world.outbox().map(({ tags, at }) => `${tags['campaign']} ${at.slice(0, 16)}`),
    [Symbol.asyncDispose]: async () => {
      await expectCounted(world);
      await world.close();
    },
  };
}

const names = (count: number): string[] => Array.from({ length: count }, (_, at) => `c${at}`);

// Days take their time: one hostile seed is what there is time for.
describe.each(modes.slice(0, 2))('in a world as hostile as %s, caps', (hostile) => {
  it('hold against ten campaigns at the same second', async () => {
    const people = { anna: 'UTC', boris: 'Asia/Kathmandu', clara: 'America/Lima' };
    const caps = [{ channel: 'email', per: 'day', limit: 2 } as const];
    await using house = await aHouse(hostile, { caps, people });
    for (const id of names(10)) await house.plan(id);
    await house.world.advance('PT2H');
    expect(house.inbox()).toEqual({ anna: 2, boris: 2, clara: 2 });
    const all = (await Promise.all(names(10).map(house.standing))).flat();
    expect(all.filter((one) => one === 'withheld(frequency-cap)')).toHaveLength(24);
    expect(all.filter((one) => one === 'accepted')).toHaveLength(6);
  });

  it('let who waits go by priority, as many as there is room for, at the start of their own day', async () => {
    const people = { boris: 'Asia/Kathmandu' };
    await using house = await aHouse(hostile, { people });
    await house.plan('first', { schedule: { at: '2026-11-25T12:30' } });
    for (const priority of [3, 9, 5, 7])
      await house.plan(`p${priority}`, { ...deferred, priority });
    // One that comes at that very midnight, 18:15 in UTC, yields to those who wait.
    const schedule = { at: '2026-11-25T18:15' };
    await house.plan('late', { schedule, ...deferred, deadline: 'P2D', priority: 1 });
    await house.world.advance('PT3H');
    expect(await house.standing('p9')).toEqual(['deferred(frequency-cap)']);
    expect(await house.standing('late')).toEqual([]);
    await house.world.advance('P3D');
    const hours = house.sent().map((one) => one.slice(0, -3));
    expect(hours).toEqual([
      'first 2026-11-25T12',
      'p9 2026-11-25T18',
      'p7 2026-11-26T18',
      'p5 2026-11-27T18',
    ]);
    expect(await house.standing('p3')).toEqual(['withheld(deadline)']);
    expect(await house.standing('late')).toEqual(['withheld(deadline)']);
  });

  it('count a message on the day on which it goes', async () => {
    await using house = await aHouse(hostile);
    const quietHours = { from: '12:30', to: '08:00' };
    await house.plan('quiet', { quietHours });
    await house.plan('loud', { schedule: { at: '2026-11-25T14:00' } });
    await house.plan('next', { schedule: { at: '2026-11-26T12:00' } });
    await house.world.advance('P1DT6H');
    expect(house.sent().map((one) => one.slice(0, -3))).toEqual([
      'loud 2026-11-25T14',
      'quiet 2026-11-26T08',
    ]);
    expect(await house.standing('next')).toEqual(['withheld(frequency-cap)']);
  });

  it('give back what is rejected, cancelled or held, and keep what went', async () => {
    const answers: { now: SendAnswer | undefined } = { now: busy };
    await using house = await aHouse(hostile, { emailAnswer: () => answers.now });
    await house.plan('stuck');
    await house.world.advance('PT1H30M');
    const days = async () => (await allRows(house.world)).map(({ countedOn }) => countedOn);
    expect(await days()).toEqual(['2026-11-25']);
    await house.act('stuck', 'cancel');
    await house.world.advance('PT15M');
    expect(await house.standing('stuck')).toEqual(['withheld(cancelled)']);
    answers.now = { kind: 'rejected', reason: 'no' };
    await house.plan('bad', { schedule: { at: '2026-11-25T14:00' } });
    await house.world.advance('PT30M');
    expect(await house.standing('bad')).toEqual(['rejected(no)']);
    answers.now = busy;
    await house.plan('held', { schedule: { at: '2026-11-25T15:00' } });
    await house.world.advance('PT1H');
    await house.act('held', 'pause');
    await house.world.advance('PT1H');
    expect((await days()).filter((day) => day !== undefined)).toEqual([]);
    answers.now = undefined;
    await house.plan('good', { schedule: { at: '2026-11-25T18:00' } });
    await house.world.advance('PT3H');
    expect(await house.standing('good')).toEqual(['accepted']);
    // What was held finds the day full.
    await house.act('held', 'resume');
    await house.world.advance('PT1H');
    expect(await house.standing('held')).toEqual(['withheld(frequency-cap)']);
    expect(house.inbox()).toEqual({ anna: 1 });
  });

  it('count what is sent after midnight on the new day', async () => {
    const answers: { now: SendAnswer | undefined } = { now: busy };
    await using house = await aHouse(hostile, { emailAnswer: () => answers.now });
    await house.plan('slow', { schedule: { at: '2026-11-25T23:30' } });
    await house.world.advance('2026-11-26T00:10:00.000Z');
    answers.now = undefined;
    await house.world.advance('PT2H');
    expect(await house.standing('slow')).toEqual(['accepted']);
    expect((await allRows(house.world)).map(({ countedOn }) => countedOn)).toEqual(['2026-11-26']);
  });

  it('are those of the policy as it stands, and release what older ones counted', async () => {
    const answers: { now: SendAnswer | undefined } = { now: busy };
    await using house = await aHouse(hostile, { emailAnswer: () => answers.now });
    await house.plan('stuck', { schedule: { at: '2026-11-25T12:30' } });
    await house.plan('waiting', deferred);
    await house.world.advance('PT1H30M');
    await house.capped([]);
    await house.act('stuck', 'cancel');
    await house.world.advance('PT15M');
    expect((await allRows(house.world)).flatMap(({ countedOn }) => countedOn ?? [])).toEqual([]);
    answers.now = undefined;
    await house.world.advance('P1D');
    expect(await house.standing('waiting')).toEqual(['accepted']);
    await house.capped([oneADay]);
    await house.plan('again', { schedule: { at: '2026-11-27T12:00' } });
    await house.world.advance('P1D');
    expect(await house.standing('again')).toEqual(['accepted']);
  });

  it('leave transactional messages alone, and those of other channels', async () => {
    await using house = await aHouse(hostile);
    await house.template('code', {
      channel: 'sms',
      subject: undefined,
      html: undefined,
      text: 'x',
    });
    await house.plan('offer');
    await house.plan('text', { message: { channel: 'sms', template: 'code' } });
    const receipt = {
      kind: 'transactional',
      topic: undefined,
      schedule: { on: 'Order Completed' },
    };
    await house.campaign('receipt', receipt);
    await house.launch('receipt');
    await house.world.advance('PT2H');
    await house.track('anna', 'Order Completed');
    await house.world.advance('PT1H');
    const states = await Promise.all(['offer', 'text', 'receipt'].map(house.standing));
    expect(states).toEqual([['accepted'], ['accepted'], ['accepted']]);
  });
});

/** So many a person gets within their own days, counted from what went out alone. */
function mostWithin(sent: readonly { at: string; zone: string }[], days: number): number {
  const dates = sent.map(({ at, zone }) =>
    Date.parse(new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(Date.parse(at))),
  );
  const within = (end: number) =>
    dates.filter((date) => date <= end && date > end - days * 86_400_000).length;
  return Math.max(0, ...dates.map(within));
}

describe.each(modes.slice(0, 2))('in a world as hostile as %s, over days', (hostile) => {
  it('nobody gets more than the caps allow, and nothing is lost', async () => {
    const people = { anna: 'UTC', boris: 'Asia/Kathmandu', clara: 'America/St_Johns' };
    const caps = [
      { channel: 'email', per: 'day', limit: 2 },
      { channel: 'all', per: 'week', limit: 3 },
    ] as const;
    await using house = await aHouse(hostile, { people, caps });
    const night = { from: '21:00', to: '09:00' };
    const daily = { cron: '0 15 * * ? *' };
    const plans = [
      { schedule: daily },
      { schedule: daily, overCap: 'defer', deadline: 'P1D', priority: 9 },
      { schedule: { cron: '30 22 * * ? *' }, quietHours: night, ...deferred },
      { schedule: { cron: '0 18 * * ? *', timeZone: 'recipient' }, priority: 1 },
    ];
    for (const [index, changes] of plans.entries()) await house.plan(`c${index}`, changes);
    await house.world.advance('P2DT12H');
    for (const id of names(plans.length)) await house.act(id, 'cancel');
    await house.world.advance('PT2H');
    const outbox = house.world.outbox();
    for (const [name, zone] of Object.entries(people)) {
      const sent = outbox.flatMap(({ to, at }) => (to.startsWith(name) ? [{ at, zone }] : []));
      expect(mostWithin(sent, 1)).toBe(2);
      expect(mostWithin(sent, 7)).toBe(3);
    }
    const rows = await allRows(house.world);
    expect(rows.filter(({ state }) => state === 'accepted')).toHaveLength(outbox.length);
    const others = rows.filter(({ state }) => state !== 'accepted');
    expect(new Set(others.map(({ state }) => state))).toEqual(new Set(['withheld']));
  }, 60_000);
});

describe.each(modes)('in a world as hostile as %s, workers side by side', (hostile) => {
  it('keep the cap of every person, and write each row once', async () => {
    await using world = await aWorld({ hostile });
    const policy = await getPolicy(world.ports.table);
    const caps = [{ channel: 'email', per: 'day', limit: 3 } as const];
    await savePolicy(world.ports.table, { ...policy, caps }, world.now());
    const people = await somePeople(world, 5);
    const runs = await Promise.all(names(10).map((campaign) => aRun(world, { campaign })));
    const candidates = people.map((profile) => {
      return { profile, plannedAt: world.clock.now(), trigger: '' };
    });
    const reserveAll = async (run: Run): Promise<void> => {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await reserveRows(await decideRows(run, candidates, world.ports), world.ports);
        } catch (error) {
          // As a queue does.
          if (attempt === 20) throw error;
        }
      }
    };
    // Each twice, as a queue may deliver.
    await Promise.all([...runs, ...runs].map(reserveAll));
    const rows = await allRows(world);
    expect(rows).toHaveLength(50);
    for (const { id } of people) {
      const own = rows.filter(({ profileId }) => profileId === id);
      expect(own.filter(({ countedOn }) => countedOn === '2026-11-25')).toHaveLength(3);
      expect(own.filter(({ reason }) => reason === 'frequency-cap')).toHaveLength(7);
    }
    await expectCounted(world);
  });
});
