import type { Rule } from '../../../shared/domain/rules/rule.ts';
import { type Dice, diceOf } from '../../support/dice.ts';
import {
  aDate,
  aRule,
  categories,
  cities,
  durations,
  events,
  totals,
  zones,
} from './random-rule.ts';

/** What happens around one person, as plain data: it can be printed, cut down and run again. */
export type WalkPlan = {
  readonly company: string;
  readonly start: number;
  /** By id, in order: a rule names earlier ones only. */
  readonly segments: readonly Named[];
  readonly steps: readonly Step[];
};

export type Named = { readonly id: string; readonly rule: Rule | undefined };

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

export type Step =
  | { readonly kind: 'wait'; readonly ms: number }
  /** To the instant at which the person is due, or next to it. */
  | { readonly kind: 'due'; readonly offset: number }
  /** To where a duration after something dated ends, which the product was not asked for. */
  | {
      readonly kind: 'border';
      readonly pick: number;
      readonly duration: string;
      readonly offset: number;
    }
  /** `early`: a worker of before the last edit records it, if one may still run. */
  | { readonly kind: 'said'; readonly inputs: readonly Said[]; readonly early: boolean }
  /** The minute tick: whoever is due is reviewed. Between two ticks may lie an outage. */
  | { readonly kind: 'tick' }
  | { readonly kind: 'define'; readonly segment: Named }
  /** The pass over everybody comes by this person. */
  | { readonly kind: 'pass' }
  /** The pass is done: what was to come serves. */
  | { readonly kind: 'settle' };

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** Where calendars are hard, and anywhere. */
const starts = [
  '2010-11-06',
  '2011-12-29',
  '2017-10-14',
  '2024-01-31',
  '2024-02-28',
  '2024-03-30',
  '2024-10-26',
  '2024-11-02',
  '2025-02-28',
  '2025-03-08',
  '2026-11-25',
];

/** More than change in one transaction. */
const manySegments = 40;

/** The walk of a seed. */
export function aWalk(seed: number): WalkPlan {
  const dice = diceOf(seed);
  const company = dice.pick(zones);
  const start = Date.parse(dice.pick(starts)) + dice.between(-3 * dayMs, 3 * dayMs);
  const count = dice.chance(0.02) ? manySegments : dice.pick([1, 2, 2, 3, 3, 4, 5, 7]);
  const ids = Array.from({ length: count }, (_, n) => `s${n}`);
  const ruleFor = (id: string): Rule =>
    aRule(dice, { segments: ids.slice(0, ids.indexOf(id)), lists: [], near: start });
  const segments = ids.map((id) => ({ id, rule: ruleFor(id) }));
  const steps: Step[] = [{ kind: 'said', inputs: [firstSaid(dice, start)], early: false }];
  const length = dice.between(4, count === manySegments ? 8 : 20);
  while (steps.length < length) steps.push(...aStep(dice, start, { ids, ruleFor }));
  return { company, start, segments, steps };
}

type Segments = { readonly ids: readonly string[]; readonly ruleFor: (id: string) => Rule };

function aStep(dice: Dice, near: number, { ids, ruleFor }: Segments): Step[] {
  const kind = dice.between(0, 99);
  if (kind < 30) return withTick(dice, aJump(dice));
  if (kind < 42) return withTick(dice, aWait(dice));
  if (kind < 80) {
    const inputs = dice.some(dice.pick([1, 1, 1, 2, 4]), () => aSaid(dice, near));
    return [{ kind: 'said', inputs, early: dice.chance(0.3) }];
  }
  if (kind < 89) {
    const id = dice.pick(ids);
    return [{ kind: 'define', segment: { id, rule: dice.chance(0.2) ? undefined : ruleFor(id) } }];
  }
  if (kind < 94) return [{ kind: 'pass' }];
  return kind < 98 ? [{ kind: 'pass' }, { kind: 'settle' }] : [{ kind: 'settle' }];
}

/** After most waits the tick comes at once. */
const withTick = (dice: Dice, step: Step): Step[] =>
  dice.chance(0.8) ? [step, { kind: 'tick' }] : [step];

const aWait = (dice: Dice): Step => ({
  kind: 'wait',
  ms: dice.pick([
    1,
    dice.between(1, 1000),
    dice.between(1, 90) * minuteMs,
    dice.between(1, 48) * hourMs,
    dice.between(1, 40) * dayMs,
    dice.between(1, 14) * 30 * dayMs,
  ]),
});

const aJump = (dice: Dice): Step =>
  dice.chance(0.6)
    ? { kind: 'due', offset: dice.pick([-1, 0, 0, 1]) }
    : {
        kind: 'border',
        pick: dice.between(0, 99),
        duration: dice.pick(durations),
        offset: dice.pick([-1, 0, 1, 2]),
      };

/** What somebody is known by and as, from the beginning. */
const firstSaid = (dice: Dice, near: number): Said => ({
  agoMs: 0,
  identifiers: { externalId: dice.pick(['Oslo-1', 'c-42']) },
  attributes: Object.assign({}, ...dice.some(4, () => aTrait(dice, near))),
});

function aSaid(dice: Dice, near: number): Said {
  const agoMs = dice.pick<number | 'same'>([
    0,
    0,
    'same',
    dice.between(0, 2 * hourMs),
    dice.between(0, 40 * dayMs),
    dice.between(0, 500 * dayMs),
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
      ...(dice.chance(0.3) && { shipping: { city: dice.pick(cities) } }),
      ...(dice.chance(0.3) && { products: dice.some(dice.between(0, 3), product) }),
    },
  };
}
