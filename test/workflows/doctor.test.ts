import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkLocal } from '../../infra/doctor/checks/local.ts';
import type { Finding } from '../../infra/doctor/finding.ts';
import { gatherLocal, localWorldRuns } from '../../infra/doctor/local/gather.ts';
import type { World } from '../../infra/local/world.ts';
import { busListener } from '../../shared/stores/listeners.ts';
import { quarantine } from '../../shared/stores/quarantine.ts';
import { anOffice } from '../support/campaigns.ts';
import { aWorld, startOfWorld } from '../support/world.ts';

/** A world that listens, with the file by which others find it. */
async function aFoundWorld(world: World) {
  const directory = mkdtempSync(join(tmpdir(), 'doctor-'));
  const url = await world.listen(0);
  const access = { url, writeKey: 'any', adminToken: world.adminToken };
  writeFileSync(join(directory, 'world.json'), JSON.stringify(access));
  return {
    url,
    directory,
    visit: async () => checkLocal(await gatherLocal(directory)),
    [Symbol.dispose]: () => rmSync(directory, { recursive: true }),
  };
}

const stateOf = (findings: readonly Finding[], check: string) =>
  findings.find((finding) => finding.check === check)?.state;

const problemsOf = (findings: readonly Finding[]) => findings.filter(({ state }) => state !== 'ok');

/** Sends the request that stands in a fix, as somebody would who copies it. */
async function follow(findings: readonly Finding[], check: string, world: World): Promise<void> {
  const fix = findings.find((finding) => finding.check === check)?.fix ?? '';
  const [, url = ''] = /curl -fsS -X POST (\S+) /.exec(fix) ?? [];
  const headers = { authorization: `Bearer ${world.adminToken}` };
  expect((await fetch(url, { method: 'POST', headers })).status).toBe(200);
  await world.settle();
}

describe('the doctor in the local world', () => {
  it('finds nothing wrong with one that works', async () => {
    await using world = await aWorld();
    using found = await aFoundWorld(world);
    const findings = await found.visit();
    expect(findings.filter(({ state }) => state !== 'ok')).toEqual([]);
    expect(findings.map(({ check }) => check)).toEqual([
      'world',
      'clock',
      'dead letters',
      'queues',
      'failures',
      'quarantine',
      'schedules',
      'event rules',
      'directory',
    ]);
    expect(await localWorldRuns(found.directory)).toBe(true);
  });

  it('sees a dead letter, and how to put it back', async () => {
    await using world = await aWorld();
    using found = await aFoundWorld(world);
    await world.ports.queue.send('inbound-texts', [{ body: 'no text' }]);
    await world.settle();
    await world.advance('P3D');
    const findings = await found.visit();
    const letters = findings.find(({ check }) => check === 'dead letters: inbound-texts');
    expect(letters).toMatchObject({ state: 'wrong' });
    const [, curl = ''] = letters?.fix?.split('\n') ?? [];
    expect(curl).toContain(`${found.url}/local/redrive`);
    const body = /-d '(.*)'$/.exec(curl)?.[1] ?? '';
    const answer = await fetch(`${found.url}/local/redrive`, { method: 'POST', body });
    expect(await answer.json()).toEqual({ queue: 'inbound-texts', messages: 1 });
  });

  it('sees what lies in the quarantine', async () => {
    await using world = await aWorld();
    using found = await aFoundWorld(world);
    const at = startOfWorld;
    await quarantine(world.ports.table, {
      input: {
        kind: 'event',
        source: 'shop',
        origin: 'shop',
        messageId: 'm-1',
        occurredAt: at,
        receivedAt: at,
        identifiers: { email: 'anna@shop.example' },
        attributes: {},
        consents: [],
        event: { name: 'Order Completed', properties: {} },
        context: {},
      },
      token: 't',
      reason: 'too-large',
      now: Date.parse(at),
    });
    const findings = await found.visit();
    expect(stateOf(findings, 'quarantine')).toBe('wrong');
    expect(JSON.stringify(findings)).not.toContain('anna@shop.example');
  });

  it('sees a launched campaign that has lost its schedule, and that launching once more brings it back', async () => {
    await using world = await aWorld();
    using found = await aFoundWorld(world);
    const office = await anOffice(world);
    await office.segment('all', { has: 'email' });
    await office.template('hello');
    const schedule = { cron: '0 10 ? * MON *' };
    await office.campaign('weekly', { audience: { include: ['all'] }, schedule });
    await office.done('POST', '/admin/campaigns/weekly/launch');
    await world.advance('PT30M');
    expect(stateOf(await found.visit(), 'schedules')).toBe('ok');

    await world.ports.schedules.deleteSchedule('campaign-weekly');
    const lost = await found.visit();
    expect(stateOf(lost, 'schedule: weekly')).toBe('wrong');
    await follow(lost, 'schedule: weekly', world);
    expect(stateOf(await found.visit(), 'schedules')).toBe('ok');
  });

  it('sees that a campaign does not hear of its event, and its fix lets it, holding nobody', async () => {
    await using world = await aWorld();
    using found = await aFoundWorld(world);
    const office = await anOffice(world);
    await office.template('hello');
    const goal = { event: 'Order Completed', within: 'P7D', contact: ['Call'] };
    await office.campaign('cart', { schedule: { on: 'Cart Left' }, goal });
    await office.launch('cart');
    await office.lead('anna');
    // Until then whatever is changed by hand is put right by the campaign itself.
    await world.advance('PT30M');
    expect(stateOf(await found.visit(), 'event rules')).toBe('ok');

    const rules = [
      busListener('trigger', 'Cart Left').name,
      busListener('goal', 'Order Completed').name,
      busListener('goal', 'Call').name,
    ];
    for (const rule of rules) await world.ports.schedules.deleteListener(rule);
    await office.track('anna', 'Cart Left');
    expect(office.inbox()).toEqual({});
    const lost = await found.visit();
    expect(rules.map((rule) => stateOf(lost, `rule: ${rule}`))).toEqual(rules.map(() => 'wrong'));

    await follow(lost, `rule: ${rules[0]}`, world);
    expect(problemsOf(await found.visit())).toEqual([]);
    expect(await office.state('cart')).toBe('running');
    await world.advance('PT1M');
    await office.track('anna', 'Cart Left');
    expect(office.inbox()).toEqual({ anna: 1 });
  });

  it('brings back what a paused campaign has lost, and it stays paused', async () => {
    await using world = await aWorld();
    using found = await aFoundWorld(world);
    const office = await anOffice(world);
    await office.segment('all', { has: 'email' });
    await office.template('hello');
    await office.campaign('cart', { schedule: { on: 'Cart Left' } });
    const schedule = { cron: '0 10 ? * MON *' };
    await office.campaign('weekly', { audience: { include: ['all'] }, schedule });
    for (const id of ['cart', 'weekly']) {
      await office.launch(id);
      await office.act(id, 'pause');
    }
    await world.advance('PT30M');
    const rule = busListener('trigger', 'Cart Left').name;
    await world.ports.schedules.deleteListener(rule);
    await world.ports.schedules.deleteSchedule('campaign-weekly');

    const lost = await found.visit();
    for (const check of [`rule: ${rule}`, 'schedule: weekly']) await follow(lost, check, world);
    expect(problemsOf(await found.visit())).toEqual([]);
    expect([await office.state('cart'), await office.state('weekly')]).toEqual([
      'paused',
      'paused',
    ]);
  });

  it('says of one that has ended that it does not run, and how to start it', async () => {
    const world = await aWorld();
    using found = await aFoundWorld(world);
    await world.close();
    const [finding] = await found.visit();
    expect(finding).toMatchObject({ check: 'world', state: 'wrong' });
    expect(finding?.fix).toContain('npm start');
    expect(await localWorldRuns(found.directory)).toBe(false);
  });

  it('says where none was ever started that none was', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'doctor-'));
    const [finding] = checkLocal(await gatherLocal(directory));
    rmSync(directory, { recursive: true });
    expect(finding?.what).toBe('No local world was started in this folder.');
    expect(finding?.state).toBe('wrong');
  });
});
