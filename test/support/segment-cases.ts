import { expect } from 'vitest';
import type { World } from '../../infra/local/world.ts';
import type { Hostility } from '../../shared/adapters/embedded/hostility.ts';
import { segmentsOf } from '../../shared/domain/segments/membership.ts';
import { currentRuleset } from '../../shared/stores/segments.ts';
import { type aSite, membersOf, personOf } from './site.ts';

const dayMs = 86_400_000;

/** Somebody, and all that they ever did. */
export type Person = {
  readonly key: string;
  city: string;
  born: string;
  readonly orders: { readonly at: number; readonly cents: number }[];
};

/** A rule, and the same read plainly from all that a person ever did. */
export type Case = {
  readonly rule: unknown;
  readonly holds: (person: Person, now: number) => boolean;
};

const cents = (person: Person, now: number, days: number): number[] =>
  person.orders
    .filter(({ at }) => at <= now && now <= at + days * dayMs)
    .map((order) => order.cents);
const sum = (amounts: readonly number[]): number => amounts.reduce((all, one) => all + one, 0);

/** Who lives there. */
export const inCity = (city: string): Case => ({
  rule: { attribute: 'city', equals: city },
  holds: (person) => person.city === city,
});
/** Who ordered at least so often in the last days. */
export const orders = (days: number, atLeast: number): Case => ({
  rule: { did: 'Order Completed', within: `P${days}D`, atLeast },
  holds: (person, now) => cents(person, now, days).length >= atLeast,
});
/** Who spent at least so many euros in the last days. */
export const spent = (days: number, euros: number): Case => ({
  rule: { did: 'Order Completed', within: `P${days}D`, sum: 'total', atLeast: euros },
  holds: (person, now) => sum(cents(person, now, days)) >= euros * 100,
});
const lapsed = (days: number): Case => ({
  rule: {
    all: [{ did: 'Order Completed' }, { didNot: 'Order Completed', within: `P${days}D` }],
  },
  holds: (person, now) =>
    person.orders.some(({ at }) => at <= now) && cents(person, now, days).length === 0,
});
const birthday: Case = {
  rule: { attribute: 'born', anniversary: 'today' },
  holds: ({ born }, now) => new Date(now).toISOString().slice(5, 10) === born.slice(5, 10),
};

const cities = ['Riga', 'Oslo', 'Rome'];
/** One of them, by the dice. */
export const pick = <T>(dice: Hostility, values: readonly [T, ...T[]] | readonly T[]): T => {
  const value = values[dice.integer(values.length)];
  if (value === undefined) throw new Error('There is nothing to pick from.');
  return value;
};

/** Segments of every kind, with numbers that differ at each edit. */
export function someCases(dice: Hostility): Record<string, Case> {
  const city = inCity(pick(dice, cities));
  const loyal = orders(pick(dice, [10, 30, 60]), pick(dice, [1, 2]));
  return {
    city,
    loyal,
    spender: spent(pick(dice, [20, 45]), pick(dice, [20, 50])),
    lapsed: lapsed(pick(dice, [15, 30])),
    birthday,
    nested: {
      rule: { all: [{ in: 'loyal' }, { not: { in: 'city' } }] },
      holds: (person, now) => loyal.holds(person, now) && !city.holds(person, now),
    },
  };
}

/** Members and profiles are exactly those whom the plain reading finds now. */
export async function expectMembers(
  world: World,
  cases: Readonly<Record<string, Case>>,
  people: readonly Person[],
): Promise<void> {
  const now = world.clock.now();
  const { serving } = await currentRuleset(world.ports.table, 'UTC');
  const profiles = await Promise.all(people.map(({ key }) => personOf(world, key)));
  for (const [id, { holds }] of Object.entries(cases)) {
    const expected = profiles.filter((_, index) => {
      const person = people[index];
      return person !== undefined && holds(person, now);
    });
    expect([id, world.now(), await membersOf(world, id)]).toEqual([
      id,
      world.now(),
      expected.map((profile) => profile.id).toSorted(),
    ]);
    const marked = profiles.filter(({ segments }) => segmentsOf(segments, serving).includes(id));
    expect(marked).toEqual(expected);
  }
}

type Site = Awaited<ReturnType<typeof aSite>>;

/** Something a random person does, in the past, now, or soon. */
export async function act(
  world: World,
  site: Site,
  person: Person,
  dice: Hostility,
): Promise<void> {
  if (dice.chance(0.25)) {
    person.city = pick(dice, cities);
    person.born = new Date(world.clock.now() + dice.integer(40) * dayMs).toISOString().slice(0, 10);
    person.born = `1990${person.born.slice(4)}`;
    const traits = { city: person.city, born: person.born };
    await site.post('/v1/identify', { userId: person.key, traits });
    // Two answers about the same thing may overtake each other: one at a time.
    await world.settle();
    return;
  }
  const days = dice.chance(0.6) ? 0 : dice.integer(110) - 5;
  const at = world.clock.now() - days * dayMs - dice.integer(5) * 3_600_000;
  const order = { at, cents: 500 + dice.integer(3000) };
  person.orders.push(order);
  await site.post('/v1/track', {
    userId: person.key,
    event: 'Order Completed',
    timestamp: new Date(at).toISOString(),
    properties: { total: order.cents / 100 },
  });
}

/** People of three cities, in turns. */
export async function somePeople(site: Site, count: number): Promise<readonly Person[]> {
  const people = Array.from({ length: count }, (_, index): Person => {
    const city = cities[index % cities.length] ?? '';
    return { key: `c-${index}`, city, born: '1990-02-28', orders: [] };
  });
  const traits = people.map(({ key, city, born }) => ({
    type: 'identify',
    userId: key,
    traits: { city, born },
  }));
  await site.post('/v1/batch', { batch: traits });
  // Of what is said about the same thing, the last to arrive counts: nothing may overtake this.
  await site.settle();
  return people;
}

/** What a fault kept from its minute is done in one of the next. */
export async function caughtUp(world: World): Promise<void> {
  await world.settle();
  for (let minute = 0; minute < 20; minute += 1) {
    const due = world.embedded.table.nextDueAt();
    if (due === undefined || Date.parse(due) > world.clock.now()) return;
    await world.advance('PT1M');
  }
}
