import { expect } from 'vitest';
import type { AroundPorts } from '../../infra/local/load-functions.ts';
import { anOffice } from './campaigns.ts';
import { ask } from './modes.ts';
import { aWorld } from './world.ts';

export const people = Array.from({ length: 8 }, (_, index) => `p${index}`);
const once = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, 1]));
export const all = once(people);

export const audience = { include: ['riga'] };
export const march = { audience, schedule: { at: '2026-11-25T13:00' } };
/** Rows wait for the end of these, so that whoever pauses meets them. */
export const held = { ...march, quietHours: { from: '12:30', to: '20:00' } };

/** A dozen people in Riga, and what stands between functions and their ports. */
export async function aCity(
  hostile: number | undefined,
  around: AroundPorts = (_, ports) => ports,
) {
  const world = await aWorld({ hostile, around });
  const office = await anOffice(world);
  for (const name of people) await office.lead(name, { attributes: { city: 'Riga' } });
  await office.template('hello', { subject: 'Hello', html: '<p>first</p>', text: 'first' });
  await office.segment('riga', { attribute: 'city', equals: 'Riga' });
  return {
    ...office,
    world,
    /** Asked without waiting for what follows. */
    post: (id: string, action: string, admin = 'mia') =>
      ask(world, 'POST', `/admin/campaigns/${id}/${action}`, { admin }),
    /**
     * It has ended so: everybody has a row in an end state, nobody has got two messages, and of a campaign
     * that was completed everybody has got one. Whom a cancelling came before has no row.
     */
    allDone: async (id: string, state: 'completed' | 'cancelled') => {
      expect(await office.state(id)).toBe(state);
      const isWhole = state === 'completed';
      const audienceSize = isWhole ? people.length : (await office.rows(id)).length;
      const { audience: size, states } = await office.report(id);
      const counts = Object.values(states as Record<string, number>); // of the states, as a report has them
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(size);
      expect(size).toBe(audienceSize);
      for (const open of ['reserved', 'deferred', 'claimed'])
        expect(states).not.toHaveProperty(open);
      expect(office.inbox()).toEqual(once(isWhole ? people : Object.keys(office.inbox())));
    },
    [Symbol.asyncDispose]: () => world.close(),
  };
}
