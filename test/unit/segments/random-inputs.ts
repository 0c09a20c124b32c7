import type { Dice } from '../../support/dice.ts';
import { aDate, categories, cities, events, totals, zones } from './random-words.ts';

/** What people say and do, by the dice. */

/** One thing said of the person, `agoMs` before it arrives (negative: its clock is ahead). */
export type Said = {
  /** `same`: at the very instant of the event before. */
  readonly agoMs: number | 'same';
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly identifiers?: Readonly<Record<string, string>>;
  readonly event?: {
    readonly name: string;
    readonly properties: Readonly<Record<string, unknown>>;
  };
};

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** What somebody is known by and as, from the beginning. */
export const firstSaid = (dice: Dice, near: number): Said => ({
  agoMs: 0,
  identifiers: { externalId: dice.pick(['Oslo-1', 'c-42']) },
  attributes: Object.assign({}, ...dice.some(9, () => aTrait(dice, near))),
});

export function aSaid(dice: Dice, near: number): Said {
  const agoMs = dice.pick<number | 'same'>([
    0,
    0,
    'same',
    dice.between(0, 2 * hourMs),
    dice.between(0, 40 * dayMs),
    dice.between(0, 500 * dayMs),
    // At about the same time of another day.
    dice.pick([1, 1, 7, 30]) * dayMs + dice.between(-2 * hourMs, 2 * hourMs),
    -dice.between(1, 40 * dayMs),
  ]);
  if (dice.chance(0.65)) return { agoMs, event: anEvent(dice, near) };
  const identifiers = dice.chance(0.2)
    ? { email: dice.pick(['vip@rome.example', 'o@x.example']) }
    : {};
  return { agoMs, identifiers, attributes: aTrait(dice, near) };
}

/** One attribute, sometimes taken away. */
function aTrait(dice: Dice, near: number): Record<string, unknown> {
  const [name, make] = dice.pick(traits);
  return { [name]: dice.chance(0.1) ? null : make(dice, near) };
}

type Make = (dice: Dice, near: number) => unknown;

const birthDates = ['1988-02-29', '1990-12-30', '2000-03-31', '1999-10-15', '2024-02-29'];

const traits: readonly (readonly [string, Make])[] = [
  ['city', (dice) => dice.pick<unknown>([...cities, 7, true])],
  ['address', (dice) => dice.pick<unknown>(['Riga', { city: 'Riga' }, { city: 'Oslo' }, {}])],
  ['address.city', (dice) => dice.pick(cities)],
  ['tags', (dice) => dice.pick<unknown>(['vip', ['vip', 'o'], ['shoes'], []])],
  ['visits', (dice) => dice.pick<unknown>([0, 1, 2, 3, 5, '4'])],
  ['score', (dice) => dice.pick<unknown>([0.1, 0.3, -10, 49.5])],
  ['timeZone', (dice) => dice.pick([...zones, 'Mars/Olympus'])],
  ['timeZone', (dice) => dice.pick(zones)],
  ['born', (dice, near) => (dice.chance(0.6) ? yearsAgo(dice, near) : dice.pick(birthDates))],
  ['boughtAt', (dice, near) => (dice.chance(0.1) ? 'soon' : aDate(dice, near, 400))],
  ['profile', (dice, near) => ({ renewsAt: aDate(dice, near, 60) })],
  ['cars', (dice, near) => dice.some(dice.between(0, 3), () => aCar(dice, near))],
];

/** A day whose return is near. */
function yearsAgo(dice: Dice, near: number): string {
  const text = aDate(dice, near, 20);
  return `${Number(text.slice(0, 4)) - 4 * dice.between(0, 10)}${text.slice(4)}`;
}

const aCar = (dice: Dice, near: number): unknown =>
  dice.chance(0.1)
    ? 'a horse'
    : { model: dice.pick([...cities, 'shoes']), boughtAt: aDate(dice, near, 400) };

function anEvent(dice: Dice, near: number): NonNullable<Said['event']> {
  const product = (): Record<string, unknown> => ({
    ...(dice.chance(0.7) && { category: dice.pick(categories) }),
    ...(dice.chance(0.5) && { deliveredAt: aDate(dice, near, 60) }),
  });
  return {
    name: dice.pick(events),
    properties: {
      ...(dice.chance(0.8) && { total: dice.pick<unknown>(totals) }),
      ...product(),
      ...(dice.chance(0.7) && { currency: dice.pick(['USD', 'EUR']) }),
      ...(dice.chance(0.3) && { shipping: { city: dice.pick(cities) } }),
      ...(dice.chance(0.3) && { products: dice.some(dice.between(0, 3), product) }),
    },
  };
}
