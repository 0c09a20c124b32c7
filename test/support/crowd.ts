import { expect } from 'vitest';
import type { BusEvent } from '../../events/envelope.ts';
import type { AroundPorts } from '../../infra/local/load-functions.ts';
import { createHostility } from '../../shared/adapters/embedded/hostility.ts';
import { aBusListener } from './bus-listener.ts';
import { dying } from './dying-table.ts';
import { act, type Case, caughtUp, type Person, pick, somePeople } from './segment-cases.ts';
import { aSite, built, personOf } from './site.ts';
import { aWorld } from './world.ts';

const workers = [
  'functions/segments/pass-over-profiles.ts',
  'functions/segments/review-profiles.ts',
  'functions/tracking/ingest-inputs.ts',
  'functions/time/sweep-due-slots.ts',
];

/** A dozen people, whose workers die at this risk, and what was told of them on the bus, each event once. */
export async function aCrowd(options: { hostile: number | undefined; risk: number; seed: number }) {
  const { hostile, risk, seed } = options;
  const dice = createHostility(seed);
  const bus = aBusListener();
  let killed = 0;
  let isDangerous = false;
  const around: AroundPorts = (row, ports) => {
    const dies = () => isDangerous && dice.chance(risk) && (killed += 1) > 0;
    const table = workers.includes(row.file) ? dying(ports.table, dies) : ports.table;
    return bus.around(row, { ...ports, table });
  };
  const world = await aWorld({ hostile, around, settings: { rulesSettleSeconds: 60 } });
  const site = await aSite(world);
  const people = await somePeople(site, 12);
  isDangerous = risk > 0;
  const edit = async (cases: Readonly<Record<string, Case>>, notify: (id: string) => boolean) => {
    for (const [id, { rule }] of Object.entries(cases)) {
      const body = { name: id, rule, notify: notify(id) };
      const answer = await site.admin('PUT', `/admin/segments/${id}`, body);
      if (answer.status !== 200) throw new Error(answer.text);
    }
  };
  return {
    world,
    site,
    dice,
    people,
    edit,
    killed: () => killed,
    /** Some people do something. */
    acts: async (most: number): Promise<void> => {
      for (let acts = dice.integer(most); acts > 0; acts -= 1) {
        await act(world, site, pick(dice, people), dice);
      }
    },
    /** Until everything is built and everybody has been told. */
    quiet: async () => {
      await world.advance('PT2M');
      await built(world);
      await caughtUp(world);
      await world.advance('PT30M');
      await caughtUp(world);
    },
    /** Of one person and segment: what was told, in order. */
    told: async (person: Person, segment: string) => {
      const { id } = await personOf(world, person.key);
      return [...bus.published.values()]
        .filter(({ type }) => type.startsWith('segment.'))
        .filter(({ profileId, data }) => profileId === id && data['segment'] === segment)
        .toSorted((one, other) => (orderOf(one) < orderOf(other) ? -1 : 1))
        .map(({ type }) => type);
    },
    [Symbol.asyncDispose]: async () => {
      // A part of a pass that dies ten times in a row is handed out again by the tick.
      const dead = world.deadLetters().filter(({ queue }) => queue !== 'segment-passes');
      expect(risk > 0 ? dead : world.deadLetters()).toEqual([]);
      await world.close();
    },
  };
}

const orderOf = ({ occurredAt, id }: BusEvent): string => `${occurredAt}#${id}`;
