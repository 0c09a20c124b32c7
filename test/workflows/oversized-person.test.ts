import { describe, expect, it } from 'vitest';
import { aSite, built, membersOf, personOf } from '../support/site.ts';
import { aWorld } from '../support/world.ts';

describe('a person whom the tables can hardly hold', () => {
  it('keeps nobody else from a new segment', async () => {
    await using world = await aWorld();
    const site = await aSite(world);
    for (const externalId of ['anna', 'boris']) {
      await site.post('/v1/leads', { externalId, attributes: { city: 'Riga' } });
    }
    await world.settle();
    const boris = await personOf(world, 'boris');
    const { table } = world.ports;
    const item = await table.get('profiles', { pk: boris.id });
    if (item === undefined) throw new Error('Boris has gone.');
    // Written past the limit of what is known of a person: one mark more does not fit 400 KB.
    const fits = async (length: number): Promise<boolean> => {
      const attributes = { city: 'Riga', story: 'x'.repeat(length) };
      const put = { kind: 'put', table: 'profiles', item: { ...item, attributes } } as const;
      return table.write(put).then(
        () => true,
        () => false,
      );
    };
    let length = 400 * 1024;
    while (!(await fits(length))) length -= 8;

    await site.segment('people-of-riga', { attribute: 'city', equals: 'Riga' });
    await built(world);
    expect(await membersOf(world, 'people-of-riga')).toEqual([(await personOf(world, 'anna')).id]);
    expect(world.deadLetters()).toEqual([]);
  });
});
