import { describe, expect, it } from 'vitest';
import type { World } from '../../infra/local/world.ts';
import type { Campaign } from '../../shared/domain/campaigns/campaign.ts';
import type { Run } from '../../shared/domain/campaigns/run.ts';
import type { Message } from '../../shared/domain/messaging/message.ts';
import { messageId } from '../../shared/domain/messaging/message.ts';
import { getCampaign, saveCampaign } from '../../shared/stores/campaigns.ts';
import { countSent, getReputation } from '../../shared/stores/reputation-counts.ts';
import { getRun } from '../../shared/stores/runs.ts';
import { type Break, Breaker } from '../support/breaking-ports.ts';
import { anOffice } from '../support/campaigns.ts';
import { aRun, handOver, ledgerOf, reserve, somePeople } from '../support/messaging.ts';
import { ask, modes, settled } from '../support/modes.ts';
import { aWorld } from '../support/world.ts';

const reputation = { bounces: 0.05, complaints: 0.02, minimum: 20 };

async function judged(world: World): Promise<void> {
  const body = { reputation };
  await ask(world, 'PUT', '/admin/sending-policy', { admin: true, body });
}

/** A running campaign of which `sent` emails went out, with its run and messages of its own to bounce. */
async function aLaunch(
  world: World,
  { sent, messages }: { readonly sent: number; readonly messages: number },
): Promise<{ readonly run: Run; readonly rows: readonly Message[] }> {
  await judged(world);
  const schedule = { cron: '0 13 * * ? *', timeZone: 'UTC' };
  const run = await aRun(world, { definition: { schedule } });
  const campaign: Campaign = {
    id: run.campaign,
    definition: run.definition,
    state: 'running',
    pausedFrom: undefined,
    revision: 1,
    createdAt: world.now(),
    updatedAt: world.now(),
    launchedAt: run.launchedAt,
    editedBy: undefined,
    approvedBy: undefined,
    templates: run.templates,
    run: undefined,
    keptGoals: [],
    settleAt: undefined,
  };
  await saveCampaign(world.ports.table, campaign);
  await handOver(world, await reserve(world, run, await somePeople(world, messages)));
  await world.settle();
  await world.advance('PT30M');
  await countSent(world.ports.table, run, { call: 'before', sent: sent - messages });
  return { run, rows: await ledgerOf(world, run) };
}

const bounce = (world: World, row: Message | undefined, bounceType = 'Permanent' as const) =>
  world.feedback({ message: row === undefined ? '' : messageId(row), type: 'bounce', bounceType });

const campaignOf = (world: World) => getCampaign(world.ports.table, 'spring');

describe.each(modes)('a campaign whose emails bounce, hostile %s', (hostile) => {
  it('pauses itself past the limit, and says why', async () => {
    await using world = await aWorld({ hostile });
    const { run, rows } = await aLaunch(world, { sent: 40, messages: 4 });
    for (const row of rows.slice(0, 2)) await bounce(world, row);
    await settled(world, hostile);
    expect((await campaignOf(world))?.state).toBe('running');
    await bounce(world, rows[2]);
    await settled(world, hostile);
    await world.advance('PT2M');
    const shown = await ask(world, 'GET', '/admin/campaigns/spring', { admin: true });
    expect(shown.json()).toMatchObject({
      state: 'paused',
      pausedFor: { reason: 'bounces', rate: 3 / 40, count: 3, sent: 40, at: expect.any(String) },
    });
    expect((await getRun(world.ports.table, run.id))?.state).toBe('paused');
  });

  it('is judged by each message once, however often its bounce is told', async () => {
    await using world = await aWorld({ hostile });
    const { run, rows } = await aLaunch(world, { sent: 40, messages: 2 });
    for (let time = 0; time < 25; time += 1) await bounce(world, rows[0]);
    await settled(world, hostile);
    const { now } = await getReputation(world.ports.table, run);
    expect(now).toEqual({ sent: 40, bounces: 1, complaints: 0 });
    expect((await campaignOf(world))?.state).toBe('running');
  });

  it('is not judged by mailboxes that are full for a while', async () => {
    await using world = await aWorld({ hostile });
    const { run, rows } = await aLaunch(world, { sent: 30, messages: 6 });
    for (const row of rows) {
      await world.feedback({ message: messageId(row), type: 'bounce', bounceType: 'Transient' });
    }
    await settled(world, hostile);
    const { now } = await getReputation(world.ports.table, run);
    expect(now).toEqual({ sent: 30, bounces: 0, complaints: 0 });
    expect((await campaignOf(world))?.state).toBe('running');
  });

  it('is left as it is once it has ended', async () => {
    await using world = await aWorld({ hostile });
    const { rows } = await aLaunch(world, { sent: 30, messages: 6 });
    await ask(world, 'POST', '/admin/campaigns/spring/cancel', { admin: true });
    for (const row of rows) await bounce(world, row);
    await settled(world, hostile);
    const campaign = await campaignOf(world);
    expect([campaign?.state, campaign?.pausedFor]).toEqual(['cancelled', undefined]);
  });

  it('goes on when somebody says so, and is judged anew after as many emails again', async () => {
    await using world = await aWorld({ hostile });
    const { run, rows } = await aLaunch(world, { sent: 30, messages: 8 });
    for (const row of rows.slice(0, 2)) await bounce(world, row);
    await settled(world, hostile);
    await world.advance('PT2M');
    expect((await campaignOf(world))?.pausedFor?.count).toBe(2);
    const resumed = await ask(world, 'POST', '/admin/campaigns/spring/resume', { admin: true });
    expect(resumed.json()).toMatchObject({ state: 'running' });
    expect(resumed.json()).not.toHaveProperty('pausedFor');
    for (const row of rows.slice(2, 5)) await bounce(world, row);
    await settled(world, hostile);
    expect((await campaignOf(world))?.state).toBe('running');
    await countSent(world.ports.table, run, { call: 'after', sent: 20 });
    await bounce(world, rows[5]);
    await settled(world, hostile);
    expect((await campaignOf(world))?.pausedFor).toMatchObject({ count: 4, sent: 20 });
  });
});

describe('a campaign that is being sent', () => {
  it('stops in the middle for complaints, and sends the rest once when it goes on', async () => {
    await using world = await aWorld({
      emailQuota: () => ({ perSecond: 30, perDay: 10_000, sentLastDay: 0 }),
    });
    const office = await anOffice(world);
    await judged(world);
    for (let number = 0; number < 40; number += 1) await office.lead(`p${number}`);
    await office.segment('everyone', { attribute: 'email', exists: true });
    await office.template('hello', { html: '<p>Hi</p>' });
    await office.campaign('spring', {
      audience: { include: ['everyone'] },
      schedule: { at: '2026-11-25T14:00', timeZone: 'UTC' },
    });
    await office.launch('spring');
    await world.advance('2026-11-25T14:00:00.000Z');
    for (let second = 0; world.outbox().length < 25; second += 1) {
      if (second > 300) throw new Error('Nothing is sent.');
      await world.advance('PT1S');
    }
    const sent = world.outbox();
    expect(sent.length).toBeLessThan(40);
    await world.feedback({ message: sent[0]?.id ?? '', type: 'complaint' });
    await world.settle();
    expect(await office.state('spring')).toBe('paused');
    const reached = world.outbox().length;
    await world.advance('PT3H');
    expect(world.outbox()).toHaveLength(reached);
    await office.act('spring', 'resume');
    await world.advance('PT3H');
    expect(Object.values(office.inbox())).toEqual(Array(40).fill(1));
    expect(await office.state('spring')).toBe('completed');
  });
});

const breaks: readonly Omit<Break, 'at'>[] = [
  { when: 'before', how: 'stumble' },
  { when: 'after', how: 'stumble' },
];

describe('the judgement cut off at any call', () => {
  it.each(breaks)(
    '$when it has its effect ($how): it is made up for, and counts once',
    async (kind) => {
      let at = 0;
      for (let reached = true; reached; ) {
        at += 1;
        const breaker = new Breaker({ ...kind, at });
        let isOn = false;
        await using world = await aWorld({
          around: (row, ports) => {
            if (row.file !== 'functions/deliverability/record-email-events.ts') return ports;
            const broken = breaker.around(ports);
            return {
              ...ports,
              get table() {
                return isOn ? broken.table : ports.table;
              },
              get queue() {
                return isOn ? broken.queue : ports.queue;
              },
            };
          },
        });
        const { run, rows } = await aLaunch(world, { sent: 20, messages: 2 });
        isOn = true;
        for (const row of rows) await bounce(world, row);
        await world.settle();
        breaker.revive();
        await world.advance('PT1H');
        reached = breaker.hasBroken;
        const { now } = await getReputation(world.ports.table, run);
        expect(now).toEqual({ sent: 20, bounces: 2, complaints: 0 });
        expect((await campaignOf(world))?.pausedFor).toMatchObject({ reason: 'bounces', sent: 20 });
        expect((await getRun(world.ports.table, run.id))?.state).toBe('paused');
      }
      expect(at).toBeGreaterThan(8);
    },
  );
});
