import { expect } from 'vitest';
import type { WorldOptions } from '../../infra/local/world.ts';
import { anOffice } from './campaigns.ts';
import { aWorld } from './world.ts';

export const riga = { include: ['riga'] };
export const atOne = { at: '2026-11-25T13:00' };
export const everyDay = { cron: '0 9 * * ? *' };

/** Three people, two of them in Riga, a segment and a template. */
export async function aTown(
  hostile: number | undefined,
  options: Pick<Partial<WorldOptions>, 'around'> = {},
) {
  const world = await aWorld({ hostile, ...options });
  const office = await anOffice(world);
  await office.lead('anna', { attributes: { city: 'Riga' } });
  await office.lead('boris', { attributes: { city: 'Riga' } });
  await office.lead('clara', { attributes: { city: 'Oslo' } });
  await office.template('hello');
  await office.segment('riga', { attribute: 'city', equals: 'Riga' });
  return {
    ...office,
    world,
    [Symbol.asyncDispose]: async () => {
      expect(hostile === undefined ? world.failures() : []).toEqual([]);
      await world.close();
    },
  };
}
