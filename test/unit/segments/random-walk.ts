import type { ComputedDefinition } from '../../../shared/domain/rules/computed/computed.ts';
import type { RfmCuts, RfmModel, RfmSettings } from '../../../shared/domain/rules/rfm/rfm.ts';
import type { Rule } from '../../../shared/domain/rules/rule.ts';
import { type Dice, diceOf } from '../../support/dice.ts';
import { aSaid, firstSaid, type Said } from './random-inputs.ts';
import { aComputed, rfmCuts, rfmSettings } from './random-named.ts';
import { aRule } from './random-rule.ts';
import { durations, zones } from './random-words.ts';

/** What happens around one person, as plain data: it can be printed, cut down and run again. */
export type WalkPlan = {
  readonly company: string;
  readonly start: number;
  /** By id, in order: a rule names earlier ones only. */
  readonly segments: readonly Named[];
  readonly computed: readonly NamedValue[];
  readonly lists: readonly string[];
  readonly rfm: (RfmModel & { readonly cuts: RfmCuts }) | undefined;
  readonly steps: readonly Step[];
};

export type Named = { readonly id: string; readonly rule: Rule | undefined };
export type NamedValue = {
  readonly id: string;
  readonly definition: ComputedDefinition | undefined;
};

/** A change of the rules, or of what they name. Without a rule or a definition it is deleted. */
export type Edit =
  | { readonly kind: 'define'; readonly segment: Named; readonly notify: boolean }
  | { readonly kind: 'compute'; readonly value: NamedValue }
  | { readonly kind: 'list'; readonly id: string; readonly isThere: boolean }
  | { readonly kind: 'orders'; readonly settings: RfmSettings }
  | { readonly kind: 'recut'; readonly cuts: RfmCuts }
  /** RFM is switched off. */
  | { readonly kind: 'off' };

export type Step =
  | Edit
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
  | { readonly kind: 'listed'; readonly add: readonly string[]; readonly remove: readonly string[] }
  /** The minute tick: whoever is due is reviewed. Between two ticks may lie an outage. */
  | { readonly kind: 'tick' }
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

/** Instants at which the clock of a zone skips or repeats something. */
const clockChanges: readonly (readonly [zone: string, at: string])[] = [
  ['Europe/Riga', '2025-03-30T01:00:00Z'],
  ['Europe/Riga', '2025-10-26T01:00:00Z'],
  ['America/New_York', '2025-03-09T07:00:00Z'],
  ['America/New_York', '2025-11-02T06:00:00Z'],
  ['Australia/Lord_Howe', '2025-04-05T15:00:00Z'],
  ['America/Sao_Paulo', '2017-10-15T03:00:00Z'],
  ['America/Sao_Paulo', '2018-02-18T02:00:00Z'],
  ['America/St_Johns', '2010-11-07T02:31:00Z'],
  ['Pacific/Apia', '2011-12-30T10:00:00Z'],
];

/** More than change in one transaction. */
const manySegments = 40;

const lists = ['l0', 'l1'];
const values = ['v0', 'v1', 'v2'];

/** The walk of a seed. */
export function aWalk(seed: number): WalkPlan {
  const dice = diceOf(seed);
  const atChange = dice.chance(0.25);
  const [company, day] = atChange ? dice.pick(clockChanges) : [dice.pick(zones), dice.pick(starts)];
  const spread = atChange ? 2 * hourMs : 3 * dayMs;
  const start = Date.parse(day) + dice.between(-spread, spread);
  const count = dice.chance(0.02) ? manySegments : dice.pick([1, 2, 2, 3, 3, 4, 5, 7]);
  const ids = Array.from({ length: count }, (_, n) => `s${n}`);
  const ruleFor = (id: string): Rule =>
    aRule(dice, { segments: ids.slice(0, ids.indexOf(id)), lists, computed: values, near: start });
  // Some begin with few rules or none: what older ones do not know at all is what newer ones may miss.
  const isFull = dice.chance(0.6);
  const computed = values
    .filter(() => isFull || dice.chance(0.1))
    .map((id) => ({ id, definition: aComputed(dice, start) }));
  const segments = ids
    .map((id) => ({ id, rule: ruleFor(id) }))
    .filter(() => isFull || dice.chance(0.1));
  const isScored = isFull && dice.chance(0.7);
  const rfm = isScored ? { settings: rfmSettings(dice), cuts: rfmCuts(dice) } : undefined;
  const past = dice.some(dice.between(1, 5), () => aSaid(dice, start));
  const inputs = [firstSaid(dice, start), ...past];
  const steps: Step[] = [{ kind: 'said', inputs, early: false }, listing(dice)];
  const length = dice.between(5, count === manySegments ? 8 : 22);
  const edit = (): Edit => anEdit(dice, start, { ids, ruleFor });
  if (!isFull) steps.push(...anEditing(dice, start, edit));
  while (steps.length < length) steps.push(...aStep(dice, start, edit));
  const there = lists.filter(() => isFull || dice.chance(0.3));
  return { company, start, segments, computed, lists: there, rfm, steps };
}

function aStep(dice: Dice, near: number, edit: () => Edit): Step[] {
  const kind = dice.between(0, 99);
  if (kind < 42) return withTick(dice, aJump(dice));
  if (kind < 54) return withTick(dice, aWait(dice));
  if (kind < 84) return [saying(dice, near, dice.chance(0.3))];
  if (kind < 88) return [listing(dice)];
  if (kind < 97) return anEditing(dice, near, edit);
  return [dice.chance(0.5) ? { kind: 'pass' } : { kind: 'settle' }];
}

function listing(dice: Dice): Step {
  const id = dice.pick(lists);
  return dice.chance(0.7)
    ? { kind: 'listed', add: [id], remove: [] }
    : { kind: 'listed', add: [], remove: [id] };
}

function saying(dice: Dice, near: number, early: boolean): Step {
  const inputs = dice.some(dice.pick([1, 1, 1, 2, 4]), () => aSaid(dice, near));
  return { kind: 'said', inputs, early };
}

/** An edit with all that may come between it and the end of its pass, in any mixture. */
function anEditing(dice: Dice, near: number, edit: () => Edit): Step[] {
  const maybe = (probability: number, make: () => Step[]): Step[] =>
    dice.chance(probability) ? make() : [];
  return [
    edit(),
    ...maybe(0.6, () => [saying(dice, near, false)]),
    ...maybe(0.3, () => [listing(dice)]),
    ...maybe(0.6, () => [saying(dice, near, true)]),
    ...maybe(0.2, () => [edit()]),
    ...maybe(0.3, () => withTick(dice, aJump(dice))),
    ...maybe(0.9, () => [{ kind: 'pass' }]),
    ...maybe(0.4, () => [saying(dice, near, false)]),
    ...maybe(0.3, () => withTick(dice, aJump(dice))),
    ...maybe(0.8, () => [{ kind: 'settle' }]),
    ...maybe(0.7, () => [saying(dice, near, false)]),
  ];
}

type Segments = { readonly ids: readonly string[]; readonly ruleFor: (id: string) => Rule };

function anEdit(dice: Dice, near: number, { ids, ruleFor }: Segments): Edit {
  const kind = dice.between(0, 12);
  if (kind === 12) return { kind: 'off' };
  if (kind === 0 || kind > 9)
    return { kind: 'list', id: dice.pick(lists), isThere: dice.chance(0.5) };
  if (kind === 1) return { kind: 'orders', settings: rfmSettings(dice) };
  if (kind === 2) return { kind: 'recut', cuts: rfmCuts(dice) };
  if (kind <= 4) {
    const definition = dice.chance(0.2) ? undefined : aComputed(dice, near);
    return { kind: 'compute', value: { id: dice.pick(values), definition } };
  }
  const id = dice.pick(ids);
  const rule = dice.chance(0.2) ? undefined : ruleFor(id);
  return { kind: 'define', segment: { id, rule }, notify: dice.chance(0.6) };
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
