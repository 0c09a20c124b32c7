import { describe, expect, it } from 'vitest';
import { getContact } from '../../shared/stores/contacts.ts';
import { type Break, Breaker } from '../support/breaking-ports.ts';
import { aRun, handOver, ledgerOf, reserve, somePeople, timelineOf } from '../support/messaging.ts';
import { ask } from '../support/modes.ts';
import { aWorld } from '../support/world.ts';

const file = 'functions/tracking/record-visits.ts';
const html = '<a href="https://a.example">1</a> <a href="https://b.example">2</a>';

/** One person's click, then a scanner's burst, while the recorder breaks at one call. */
async function visitBroken(breaking: Break) {
  const breaker = new Breaker(breaking);
  const world = await aWorld({
    around: (row, ports) => (row.file === file ? breaker.around(ports) : ports),
  });
  const run = await aRun(world, { template: { html } });
  await handOver(world, await reserve(world, run, await somePeople(world, 1)));
  await world.settle();
  const paths = [...(world.outbox()[0]?.html ?? '').matchAll(/href="[^"]+(\/l\/[^"]+)"/g)];
  const visit = (link: number) => ask(world, 'GET', paths[link - 1]?.[1] ?? '');
  const clickedAt = world.now();
  await visit(1);
  await world.advance('PT1M');
  const scannedAt = world.now();
  await visit(1);
  await visit(2);
  await world.advance('PT1M');
  breaker.revive();
  return { world, run, clickedAt, scannedAt, hasBroken: breaker.hasBroken };
}

describe('visits, cut off at any call', () => {
  it.each(['before', 'after'] as const)('%s it has its effect, are all told once', async (when) => {
    let at = 0;
    for (let reached = true; reached; ) {
      at += 1;
      const told = await visitBroken({ at, when, how: 'stumble' });
      const { world, run, clickedAt, scannedAt } = told;
      await using _ = world;
      reached = told.hasBroken;
      const [row] = await ledgerOf(world, run);
      expect(row).toMatchObject({ clickedAt, automatedClickedAt: scannedAt });
      expect(row?.visits).toHaveLength(3);
      const clicks = (await timelineOf(world, 'person-0000')).flatMap(({ type, data }) =>
        type === 'message.clicked' ? [[data['link'], data['automated']]] : [],
      );
      expect(clicks).toHaveLength(3);
      expect(clicks).toContainEqual(['https://a.example', false]);
      expect(clicks).toContainEqual(['https://a.example', true]);
      expect(clicks).toContainEqual(['https://b.example', true]);
      const { reactions, revision } = await getContact(world.ports.table, 'person-0000');
      expect([reactions, revision]).toEqual([{ email: clickedAt }, 1]);
      expect(world.deadLetters()).toEqual([]);
    }
    expect(at).toBeGreaterThan(15);
  });

  it('are lost rather than that a person waits: the link leads on while nothing can be told', async () => {
    let broken = false;
    await using world = await aWorld({
      around: (row, ports) => {
        if (row.file !== 'functions/http/public.ts') return ports;
        const send = async (): Promise<void> => {
          broken = true;
          throw new Error('The queue is gone.');
        };
        return { ...ports, queue: { send } };
      },
    });
    const run = await aRun(world, { template: { html } });
    await handOver(world, await reserve(world, run, await somePeople(world, 1)));
    await world.settle();
    const [, path = ''] = /href="[^"]+(\/l\/[^"]+)"/.exec(world.outbox()[0]?.html ?? '') ?? [];
    const answer = await ask(world, 'GET', path);
    expect([answer.status, answer.headers['location'], broken]).toEqual([
      302,
      'https://a.example/',
      true,
    ]);
  });
});
