import { describe, expect, it } from 'vitest';
import { messageId } from '../../shared/domain/messaging/message.ts';
import { moveMessage } from '../../shared/stores/messages.ts';
import { anOffice } from '../support/campaigns.ts';
import { aRun, handOver, ledgerOf, reserve, somePeople } from '../support/messaging.ts';
import { modes, settled } from '../support/modes.ts';
import { announce } from '../support/ses.ts';
import { aWorld } from '../support/world.ts';

const none = { count: 0, sample: [] };

const verified = async (office: Awaited<ReturnType<typeof anOffice>>, run: string) =>
  office.done('GET', `/admin/runs/${encodeURIComponent(run)}/verify`);

describe.each(modes)('the verification of a run, hostile %s', (hostile) => {
  it('says that the ledger and the provider agree', async () => {
    await using world = await aWorld({ hostile });
    const office = await anOffice(world);
    const run = await aRun(world);
    const people = await somePeople(world, 30, (index) => (index < 4 ? { consents: {} } : {}));
    await handOver(world, await reserve(world, run, people));
    await settled(world, hostile);
    await world.advance('PT15M');
    expect(await verified(office, run.id)).toEqual({
      run: run.id,
      ok: true,
      summary: 'The provider has spoken of all 26 messages it was called for, and of no other.',
      rows: 30,
      states: { accepted: 26, withheld: 4 },
      called: 26,
      confirmed: 26,
      unconfirmed: none,
      missing: none,
      extra: none,
      unknown: none,
      audience: 30,
      sums: { called: 26, notCalled: 4, open: 0, ok: true },
    });
  });

  it('finds what the provider never spoke of, while it may and when it will not any more', async () => {
    await using world = await aWorld({
      hostile,
      emailAnswer: () => {
        throw new Error('socket hang up');
      },
    });
    const office = await anOffice(world);
    const run = await aRun(world);
    await handOver(world, await reserve(world, run, await somePeople(world, 12)));
    await settled(world, hostile);
    const ids = (await ledgerOf(world, run)).map(messageId);
    const waiting = await verified(office, run.id);
    expect(waiting).toMatchObject({
      ok: false,
      called: 12,
      confirmed: 0,
      missing: { count: 12, sample: { length: 10 } },
      unknown: { count: 12, sample: { length: 10 } },
      sums: { open: 12, ok: true },
    });
    await announce(world, ids[0] ?? '');
    await world.advance('P2D');
    const closed = await verified(office, run.id);
    expect(closed).toMatchObject({
      ok: false,
      summary:
        'Of 12 messages the provider was called for, 11 were never spoken of; 0 sendings are one too many.',
      states: { accepted: 1, failed: 11 },
      confirmed: 1,
      missing: { count: 11 },
      unknown: none,
    });
    const { sample } = closed['missing'] as { sample: string[] }; // as just seen
    expect(ids.slice(1)).toEqual(expect.arrayContaining(sample));
  });
});

describe('sendings that are one too many', () => {
  it('are found: a second one of a row, one of a row that was withheld, ones of no row', async () => {
    await using world = await aWorld();
    const office = await anOffice(world);
    const run = await aRun(world);
    const people = await somePeople(world, 3);
    const [anna, boris] = people;
    if (anna === undefined || boris === undefined) throw new Error('Nobody is there.');
    const [first, second] = await reserve(world, run, [anna, boris]);
    if (first === undefined || second === undefined) throw new Error('Nobody is there.');
    await moveMessage(world.ports.table, second, { state: 'withheld', reason: 'suppressed' });
    await handOver(world, [first]);
    await world.settle();
    const stray = messageId({ ...first, profileId: 'person-forgotten' });
    for (const [id, providerId] of [
      [messageId(first), 'ses-again'],
      [messageId(first), 'ses-again'],
      [messageId(second), 'ses-withheld'],
      [stray, 'ses-stray-1'],
      [stray, 'ses-stray-1'],
      [stray, 'ses-stray-2'],
    ] as const) {
      await announce(world, id, { providerId });
    }
    const found = await verified(office, run.id);
    expect(found).toMatchObject({ ok: false, called: 1, confirmed: 1, extra: { count: 4 } });
    const { sample } = found['extra'] as { sample: string[] }; // as just seen
    expect(new Set(sample)).toEqual(new Set([messageId(first), messageId(second), stray]));
  });

  it('are none where the campaign let a message be sent again', async () => {
    let calls = 0;
    await using world = await aWorld({
      announcesEmails: false,
      emailAnswer: () => {
        calls += 1;
        if (calls === 1) throw new Error('socket hang up');
        return undefined;
      },
    });
    const office = await anOffice(world);
    const run = await aRun(world, { definition: { resend: 'afterUnknown' } });
    const rows = await reserve(world, run, await somePeople(world, 1));
    await handOver(world, rows);
    await world.advance('P2D');
    for (const row of rows) await announce(world, messageId(row), { providerId: 'ses-first' });
    expect(await verified(office, run.id)).toMatchObject({ ok: true, called: 1, extra: none });
    // Nobody let it be sent a third time.
    for (const row of rows) await announce(world, messageId(row), { providerId: 'ses-third' });
    expect(await verified(office, run.id)).toMatchObject({ ok: false, extra: { count: 1 } });
  });

  it('are found of a run that a restored backup has forgotten; they still suppress', async () => {
    await using world = await aWorld();
    const office = await anOffice(world);
    const key = { step: 'main', profileId: 'somebody', way: 'email', trigger: '' } as const;
    const run = 'gone@2026-11-20T10:00:00Z';
    expect((await office.refused('GET', `/admin/runs/${run}/verify`)).status).toBe(404);
    await announce(world, messageId({ ...key, run }), { type: 'complaint' });
    expect(await verified(office, run)).toMatchObject({ rows: 0, extra: { count: 1 } });
    const { items } = await office.done('GET', '/admin/suppressions?after=');
    expect(items).toEqual([expect.objectContaining({ address: 'anna@example.com' })]);
  });

  it('tell of no email that is not of ours', async () => {
    await using world = await aWorld();
    await announce(world, 'another-system-s-tag', { type: 'complaint' });
    const office = await anOffice(world);
    expect((await office.done('GET', '/admin/suppressions?after='))['items']).toEqual([]);
  });
});
