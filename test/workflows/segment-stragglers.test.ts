import { describe, expect, it } from 'vitest';
import { recordInputs } from '../../shared/flows/segments/person-record.ts';
import { getProfile } from '../../shared/stores/profiles.ts';
import { currentRuleset } from '../../shared/stores/segments.ts';
import { queryTimeline } from '../../shared/stores/timeline.ts';
import { inCity } from '../support/segment-cases.ts';
import { aSite, built, membersOf, personOf } from '../support/site.ts';
import { aWorld } from '../support/world.ts';
import { anInput } from '../unit/tracking/an-input.ts';

describe('a worker that began before an edit came to serve', () => {
  it.each([
    [true, ['segment.entered']],
    [false, []],
  ])(
    'does not take a person back to older rules than they were written by (notify %s)',
    async (notify, told) => {
      await using world = await aWorld({ settings: { rulesSettleSeconds: 60 } });
      const { table } = world.ports;
      const site = await aSite(world);
      await site.post('/v1/identify', { userId: 'anna', traits: { city: 'Riga' } });
      await site.segment('vip', inCity('Oslo').rule);
      await world.advance('PT10M');
      const body = { name: 'vip', rule: { attribute: 'city', oneOf: ['Riga', 'Rome'] }, notify };
      await site.admin('PUT', '/admin/segments/vip', body);
      await world.settle();
      const older = await currentRuleset(table, 'UTC');
      await world.advance('PT10M');
      await built(world);
      // Somebody else writes her by the new rules; then the straggler has something to say of her.
      await site.post('/v1/identify', { userId: 'anna', traits: { name: 'Anna' } });
      await world.settle();
      const { id } = await personOf(world, 'anna');
      const input = anInput({ kind: 'identify', attributes: { city: 'Rome' } });
      const again = await recordInputs(
        {
          person: id,
          isNew: false,
          inputs: [{ original: input, input, claims: [], conflicts: [] }],
        },
        { profile: await getProfile(table, id), ruleset: older, ports: world.ports },
      );
      expect(again).toEqual([]);
      await world.settle();
      const { entries } = await queryTimeline(table, id);
      const flips = entries.map(({ type }) => type).filter((type) => type.startsWith('segment.'));
      expect(flips).toEqual(told);
      expect(await membersOf(world, 'vip')).toEqual([id]);
    },
  );
});
