import { describe, expect, it } from 'vitest';
import { aCrowd } from '../support/crowd.ts';
import { modes } from '../support/modes.ts';
import { caughtUp, expectMembers, pick, someCases } from '../support/segment-cases.ts';

const risks = [
  ['', 0],
  [', though workers are killed', 0.005],
] as const;

describe.each(modes)('segments edited again and again, hostile %s', (hostile) => {
  it.each(risks)('are those of a recount, and tell of everybody in turns%s', async (_, risk) => {
    await using crowd = await aCrowd({ hostile, risk, seed: (hostile ?? 0) + 30 });
    const { world, dice, people } = crowd;
    let cases = someCases(dice);
    await crowd.edit(cases, () => true);
    await crowd.quiet();
    for (let round = 0; round < 12; round += 1) {
      cases = someCases(dice);
      await crowd.edit(cases, () => true);
      await crowd.acts(4);
      // A second edit while the first is under way, and sometimes while it tells of itself.
      await world.advance(pick(dice, ['PT10S', 'PT61S', 'PT70S', 'PT2M']));
      await crowd.acts(3);
      if (dice.chance(0.6)) {
        cases = someCases(dice);
        await crowd.edit(cases, () => true);
        await crowd.acts(3);
      }
      await crowd.quiet();
      await expectMembers(world, cases, people);
      for (const person of people) {
        for (const [segment, { holds }] of Object.entries(cases)) {
          const turns = await crowd.told(person, segment);
          const what = `${person.key} ${segment} in round ${round}`;
          expect([what, turns]).toEqual([
            what,
            turns.map((_turn, at) => (at % 2 === 0 ? 'segment.entered' : 'segment.left')),
          ]);
          expect([what, turns.length % 2 === 1]).toEqual([what, holds(person, world.clock.now())]);
        }
      }
    }
    expect(crowd.killed() > 5).toBe(risk > 0);
  });

  it.each(risks)('tell exactly those whom they re-label, if they are to%s', async (_, risk) => {
    await using crowd = await aCrowd({ hostile, risk, seed: (hostile ?? 0) + 40 });
    const { world, dice, people } = crowd;
    let cases = someCases(dice);
    await crowd.edit(cases, () => false);
    await crowd.quiet();
    const toldOfAll = async (): Promise<ReadonlyMap<string, readonly string[]>> => {
      const all = new Map<string, readonly string[]>();
      for (const person of people) {
        for (const id of Object.keys(cases)) {
          all.set(`${person.key} ${id}`, await crowd.told(person, id));
        }
      }
      return all;
    };
    const seen = { told: 0, silent: 0 };
    for (let round = 0; round < 8; round += 1) {
      await crowd.acts(8);
      await caughtUp(world);
      const toldBefore = await toldOfAll();
      const old = cases;
      const edited = world.clock.now();
      let notifies = new Map<string, boolean>();
      // The later of two edits is the one that counts, also for whether to tell.
      for (let edits = 1 + dice.integer(2); edits > 0; edits -= 1) {
        cases = someCases(dice);
        notifies = new Map(Object.keys(cases).map((id) => [id, dice.chance(0.5)]));
        await crowd.edit(cases, (id) => notifies.get(id) === true);
      }
      await crowd.quiet();
      await expectMembers(world, cases, people);
      const toldAfter = await toldOfAll();
      const now = world.clock.now();
      for (const person of people) {
        for (const [id, { holds }] of Object.entries(cases)) {
          const [was, is] = [old[id]?.holds(person, edited), holds(person, edited)];
          // Whom time moves meanwhile, another test looks after.
          if (was !== old[id]?.holds(person, now) || is !== holds(person, now)) continue;
          const key = `${person.key} ${id}`;
          const isTold = was !== is && notifies.get(id) === true;
          if (was !== is) seen[isTold ? 'told' : 'silent'] += 1;
          expect([round, key, toldAfter.get(key)?.slice(toldBefore.get(key)?.length)]).toEqual([
            round,
            key,
            isTold ? [is ? 'segment.entered' : 'segment.left'] : [],
          ]);
        }
      }
    }
    expect(Math.min(seen.told, seen.silent)).toBeGreaterThan(10);
    expect(crowd.killed() > 5).toBe(risk > 0);
  });
});
