import { describe, expect, it } from 'vitest';
import { isEmptyAudience } from '../../shared/flows/campaigns/launch/audience-parts.ts';
import { currentRuleset } from '../../shared/stores/segments.ts';
import { anOffice } from '../support/campaigns.ts';
import { aWorld } from '../support/world.ts';

describe('an audience whose people are all excluded', () => {
  it('is found empty, unless there is no time to look at everybody: then it may be launched', async () => {
    await using world = await aWorld();
    const office = await anOffice(world);
    await office.lead('anna');
    await office.lead('boris');
    await office.segment('everyone', { attribute: 'email', exists: true });
    await world.settle();
    const { table, clock, settings } = world.ports;
    const { serving } = await currentRuleset(table, settings.timeZone);
    const nobody = { include: ['everyone'], exclude: ['everyone'] };
    const isEmpty = (hasTime: boolean): Promise<boolean> =>
      isEmptyAudience(nobody, serving, { table, clock, hasTime: () => hasTime });
    expect(await isEmpty(true)).toBe(true);
    expect(await isEmpty(false)).toBe(false);
  });
});
