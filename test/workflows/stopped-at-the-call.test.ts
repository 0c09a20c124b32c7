import { describe, expect, it } from 'vitest';
import type { World } from '../../infra/local/world.ts';
import type { Run, RunState } from '../../shared/domain/campaigns/run.ts';
import { claimLeaseMs } from '../../shared/domain/messaging/ledger.ts';
import { recordCall, voidCall } from '../../shared/stores/calls.ts';
import { dying } from '../support/dying-table.ts';
import {
  aRun,
  handOver,
  ledgerOf,
  moveRun,
  reserve,
  somePeople,
  standing,
} from '../support/messaging.ts';
import { aWorld } from '../support/world.ts';

/** Sixty messages of a run that changes while the sender reads whom it is about to write to. */
async function stopped(state: RunState): Promise<{ readonly world: World; readonly run: Run }> {
  const stopping: { run?: string } = {};
  const world: World = await aWorld({
    around: (row, ports) => {
      if (!row.file.endsWith('send-emails.ts')) return ports;
      const { table } = ports;
      const batchGet: typeof table.batchGet = async (...args) => {
        const items = await table.batchGet(...args);
        const { run } = stopping;
        if (args[0] === 'profiles' && run !== undefined) await moveRun(world, run, state);
        return items;
      };
      return { ...ports, table: { ...dying(table, () => false), batchGet } };
    },
  });
  const run = await aRun(world);
  stopping.run = run.id;
  await handOver(world, await reserve(world, run, await somePeople(world, 60)));
  await world.settle();
  return { world, run };
}

describe('a run that is stopped between a claim and its call', () => {
  it('cancelled: nothing goes out any more', async () => {
    const { world, run } = await stopped('cancelled');
    await using _ = Object.assign(world, { [Symbol.asyncDispose]: () => world.close() });
    expect(world.outbox()).toEqual([]);
    expect(new Set(standing(await ledgerOf(world, run)))).toEqual(new Set(['withheld(cancelled)']));
  });

  it('paused: nothing goes out, and everything waits for the resume', async () => {
    const { world, run } = await stopped('paused');
    await using _ = Object.assign(world, { [Symbol.asyncDispose]: () => world.close() });
    expect(world.outbox()).toEqual([]);
    expect(new Set(standing(await ledgerOf(world, run)))).toEqual(new Set(['reserved']));
  });
});

describe('a claim that was cut off', () => {
  const day = 24 * 60 * 60_000;

  it('is free when its call is void, and stays so', async () => {
    await using world = await aWorld();
    const { table } = world.ports;
    const now = world.clock.now();
    const about = { id: 'call-1', claimedAt: now - claimLeaseMs };
    expect(await voidCall(table, about, now)).toBe('free');
    expect(await recordCall(table, 'call-1', now)).toBe(false);
    expect(await voidCall(table, about, now)).toBe('free');
  });

  it('counts as called for ever once its call was recorded', async () => {
    await using world = await aWorld();
    const { table } = world.ports;
    const now = world.clock.now();
    expect(await recordCall(table, 'call-1', now)).toBe(true);
    for (const later of [0, day, 29 * day, 31 * day, 400 * day]) {
      const about = { id: 'call-1', claimedAt: now };
      expect(await voidCall(table, about, now + later)).toBe('called');
    }
  });

  it('counts as called when it is older than records are kept', async () => {
    await using world = await aWorld();
    const now = world.clock.now();
    const about = { id: 'forgotten', claimedAt: now - 31 * day };
    expect(await voidCall(world.ports.table, about, now)).toBe('called');
  });
});
