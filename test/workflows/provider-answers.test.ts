import { describe, expect, it } from 'vitest';
import { type EmailSender, NotSent } from '../../shared/ports/senders.ts';
import { dying } from '../support/dying-table.ts';
import { aRun, handOver, ledgerOf, reserve, somePeople, standing } from '../support/messaging.ts';
import { modes, settled } from '../support/modes.ts';
import { aWorld } from '../support/world.ts';

describe.each(modes)('what the provider says, hostile %s', (hostile) => {
  it('no to one: that one is rejected, the others are sent', async () => {
    await using world = await aWorld({
      hostile,
      emailAnswer: (email) =>
        email.to === 'p1@example.com'
          ? { kind: 'rejected', reason: 'MESSAGE_REJECTED' }
          : undefined,
    });
    const run = await aRun(world);
    await handOver(world, await reserve(world, run, await somePeople(world, 3)));
    await settled(world, hostile);
    expect(standing(await ledgerOf(world, run))).toEqual([
      'accepted',
      'rejected(MESSAGE_REJECTED)',
      'accepted',
    ]);
  });

  it.each<[string, () => { kind: 'throttled'; reason: string }]>([
    ['not now', () => ({ kind: 'throttled', reason: 'ACCOUNT_THROTTLED' })],
    [
      'nothing was taken',
      () => {
        throw new NotSent('The provider took nothing.');
      },
    ],
  ])('%s: it is tried again until it goes out, once', async (_, refusal) => {
    let refusals = 3;
    await using world = await aWorld({
      hostile,
      emailAnswer: () => (refusals-- > 0 ? refusal() : undefined),
    });
    const run = await aRun(world);
    await handOver(world, await reserve(world, run, await somePeople(world, 1)));
    await world.settle();
    expect(standing(await ledgerOf(world, run))).toEqual(['reserved']);
    await world.advance('PT10M');
    await settled(world, hostile);
    expect(world.outbox()).toHaveLength(1);
    expect(standing(await ledgerOf(world, run))).toEqual(['accepted']);
  });

  it('not now, while the tables do not answer for a moment: it goes out later all the same', async () => {
    let refusals = 1;
    let isAway = false;
    await using world = await aWorld({
      hostile,
      emailAnswer: () => {
        isAway = refusals > 0;
        return refusals-- > 0 ? { kind: 'throttled', reason: 'ACCOUNT_THROTTLED' } : undefined;
      },
      around: (row, { table, ...ports }) => {
        const write: typeof table.write = async (...args) => {
          const fails = isAway && row.file === 'functions/messaging/send-emails.ts';
          isAway = false;
          if (fails) throw new Error('socket hang up');
          return table.write(...args);
        };
        return { ...ports, table: { ...dying(table, () => false), write } };
      },
    });
    const run = await aRun(world);
    await handOver(world, await reserve(world, run, await somePeople(world, 1)));
    await world.settle();
    await world.advance('PT10M');
    await settled(world, hostile);
    expect(standing(await ledgerOf(world, run))).toEqual(['accepted']);
  });

  it('that one of them is malformed: each goes alone, and only that one is refused', async () => {
    const refusesWhole = (email: EmailSender): EmailSender => ({
      ...email,
      send: async (emails) => {
        const isSpoilt = emails.some(({ to }) => to === 'p1@example.com');
        if (!isSpoilt) return email.send(emails);
        if (emails.length === 1) return [{ kind: 'rejected', reason: 'BadRequest' }];
        throw new NotSent('The provider found a message malformed.', { isMalformed: true });
      },
    });
    await using world = await aWorld({
      hostile,
      around: (_row, ports) => ({ ...ports, email: refusesWhole(ports.email) }),
    });
    const run = await aRun(world);
    await handOver(world, await reserve(world, run, await somePeople(world, 3)));
    await world.settle();
    await world.advance('PT10M');
    await settled(world, hostile);
    expect(world.outbox()).toHaveLength(2);
    expect(standing(await ledgerOf(world, run))).toEqual([
      'accepted',
      'rejected(BadRequest)',
      'accepted',
    ]);
  });

  it('nothing at all: it is never sent again, and closed after a day', async () => {
    await using world = await aWorld({
      hostile,
      emailAnswer: () => {
        throw new Error('socket hang up');
      },
    });
    const run = await aRun(world);
    await handOver(world, await reserve(world, run, await somePeople(world, 1)));
    await world.settle();
    await settled(world, hostile);
    expect(standing(await ledgerOf(world, run))).toEqual(['unknown']);
    await world.advance('P2D');
    expect(world.outbox()).toEqual([]);
    expect(standing(await ledgerOf(world, run))).toEqual(['failed(no-answer)']);
  });

  it('not now for three days: the message is given up, and says so', async () => {
    let calls = 0;
    await using world = await aWorld({
      hostile,
      emailAnswer: () => {
        calls += 1;
        return { kind: 'throttled', reason: 'ACCOUNT_SENDING_PAUSED' };
      },
    });
    const run = await aRun(world);
    await handOver(world, await reserve(world, run, await somePeople(world, 1)));
    await world.settle();
    await world.advance('P2DT23H');
    expect(standing(await ledgerOf(world, run))).toEqual(['reserved']);
    await world.advance('PT2H');
    expect(standing(await ledgerOf(world, run))).toEqual(['failed(refused-by-provider)']);
    const made = calls;
    await world.advance('P2D');
    expect(calls).toBe(made);
  });
});
