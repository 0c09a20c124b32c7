import { describe, expect, it } from 'vitest';
import type { AroundPorts } from '../../infra/local/load-functions.ts';
import { createHostility } from '../../shared/adapters/embedded/hostility.ts';
import { dying } from '../support/dying-table.ts';
import { aSite, personOf } from '../support/site.ts';
import { aWorld } from '../support/world.ts';

const offers = (given: boolean) => [{ topic: 'offers', channel: 'email', given }];

async function consentsOf(world: Awaited<ReturnType<typeof aWorld>>, externalId: string) {
  const { consents } = await personOf(world, externalId);
  return Object.entries(consents).map(([key, { given }]) => `${key} ${given}`);
}

async function annaAndBert(world: Awaited<ReturnType<typeof aWorld>>) {
  const site = await aSite(world);
  await site.post('/v1/leads', { externalId: 'anna', email: 'anna@example.com' });
  await site.post('/v1/leads', { externalId: 'bert', email: 'bert@example.com' });
  await world.settle();
  return site;
}

const modes = [undefined, 1, 2, 3];

describe.each(modes)(
  'a form with the id of one person and the email of another, hostile %s',
  (hostile) => {
    it('permits nothing, for neither of them', async () => {
      await using world = await aWorld({ hostile });
      const site = await annaAndBert(world);
      const lead = { externalId: 'anna', email: 'bert@example.com', consents: offers(true) };
      await site.post('/v1/leads', lead);
      await world.settle();
      expect(await consentsOf(world, 'anna')).toEqual([]);
      expect(await consentsOf(world, 'bert')).toEqual([]);
    });

    it('withdraws for both, once, though the worker is killed at any point', async () => {
      const dice = createHostility((hostile ?? 0) + 300);
      let killed = 0;
      const around: AroundPorts = (row, ports) =>
        row.file === 'functions/tracking/ingest-inputs.ts'
          ? { ...ports, table: dying(ports.table, () => dice.chance(0.2) && (killed += 1) > 0) }
          : ports;
      await using world = await aWorld({ hostile, around });
      const site = await annaAndBert(world);
      const topics = Array.from({ length: 20 }, (_, index) => `topic-${index}`);
      await site.post('/v1/batch', {
        batch: ['anna', 'bert'].map((userId) => ({
          type: 'identify',
          userId,
          context: { consents: topics.map((topic) => ({ topic, channel: 'email', given: true })) },
        })),
      });
      await world.settle();
      await world.advance('PT1M');
      await site.post('/v1/batch', {
        batch: topics.map((topic) => ({
          type: 'identify',
          userId: 'anna',
          traits: { email: 'bert@example.com' },
          context: { consents: [{ topic, channel: 'email', given: false }] },
        })),
      });
      await world.settle();
      expect(killed).toBeGreaterThan(2);
      for (const person of ['anna', 'bert']) {
        const consents = await consentsOf(world, person);
        expect(consents.toSorted()).toEqual(
          topics.map((topic) => `${topic}/email false`).toSorted(),
        );
      }
      const bert = await personOf(world, 'bert');
      expect(bert.identifiers.email).toBe('bert@example.com');
      expect(world.deadLetters()).toEqual([]);
    });
  },
);
