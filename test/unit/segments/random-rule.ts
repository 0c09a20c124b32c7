import { rfmCells } from '../../../shared/domain/rules/rfm/rfm-cell.ts';
import type { Rule } from '../../../shared/domain/rules/rule.ts';
import type { Dice } from '../../support/dice.ts';
import type { Word } from '../rules/naive-rule.ts';
import {
  aWindow,
  bounds,
  events,
  isDated,
  onAnniversary,
  onDate,
  onValue,
  type Words,
  where,
  zoned,
} from './random-words.ts';

/** Rules of every word the language has, by the dice. A new word is one entry of `leaves`. */

/** What a rule may name, and the instant around which its dates lie. */
export type Around = {
  readonly segments: readonly string[];
  readonly lists: readonly string[];
  readonly computed: readonly string[];
  readonly near: number;
};

type Make = (dice: Dice, around: Around) => Words | undefined;

/** The date attributes a person has, and the others with their types. */
const dateNames = ['born', 'boughtAt', 'profile.renewsAt'];
const valueNames: readonly (readonly [string, 'text' | 'number'])[] = [
  ['city', 'text'],
  ['address.city', 'text'],
  ['tags', 'text'],
  ['email', 'text'],
  ['externalId', 'text'],
  ['timeZone', 'text'],
  ['visits', 'number'],
  ['score', 'number'],
  ['constructor', 'text'],
];

function onAttribute(dice: Dice, around: Around): Words {
  if (dice.chance(0.4)) {
    const [attribute, type] = dice.pick(valueNames);
    return { attribute, ...onValue(dice, type) };
  }
  const isYearly = dice.chance(0.35);
  return zoned(dice, {
    attribute: dice.pick(dateNames),
    ...(isYearly ? onAnniversary(dice) : onDate(dice, around.near)),
    ...(dice.chance(0.1) && { exists: true }),
  });
}

/** A behaviour's words, with a calendar where one of them asks for it. */
function behaviour(dice: Dice, words: Words): Words {
  const conditions = (words['where'] ?? []) as readonly Words[]; // as `where` makes them
  return isDated(words) || conditions.some(isDated) ? zoned(dice, words) : words;
}

function onElement(dice: Dice, around: Around): Words {
  const condition = (): Words => {
    if (dice.chance(0.5)) return { attribute: 'model', ...onValue(dice, 'text') };
    const isYearly = dice.chance(0.2);
    const words = isYearly ? onAnniversary(dice) : onDate(dice, around.near);
    return zoned(dice, { attribute: 'boughtAt', ...words });
  };
  return dice.chance(0.9) ? { where: dice.some(dice.between(1, 3), condition) } : {};
}

type LeafWord = Exclude<Word, 'all' | 'any' | 'not'>;

/** Every word that is a leaf, how often it is wanted, and how to make one. Undefined: not here. */
const leaves: Readonly<Record<LeafWord, { readonly weight: number; readonly make: Make }>> = {
  attribute: { weight: 4, make: onAttribute },
  age: {
    weight: 1,
    make: (dice) =>
      zoned(dice, { age: dice.pick(dateNames), ...bounds(dice, [0, 1, 2, 18, 30, 2.5]) }),
  },
  has: { weight: 1, make: (dice, around) => ({ has: 'cars', ...onElement(dice, around) }) },
  did: {
    weight: 5,
    make: (dice, around) => {
      const amount = dice.between(0, 2);
      return behaviour(dice, {
        did: dice.pick(events),
        ...(dice.chance(0.75) && aWindow(dice)),
        ...(amount === 1 && bounds(dice, [0, 1, 2, 3, 1.5])),
        ...(amount === 2 && {
          sum: 'total',
          ...bounds(dice, [0, 0.1, 0.3, 10, 49.5, 29.53, 2 ** 52]),
        }),
        ...where(dice, around.near),
      });
    },
  },
  didNot: {
    weight: 2,
    make: (dice, around) =>
      behaviour(dice, {
        didNot: dice.pick(events),
        ...(dice.chance(0.8) && aWindow(dice)),
        ...where(dice, around.near),
      }),
  },
  last: {
    weight: 2,
    make: (dice, around) =>
      behaviour(dice, {
        last: dice.pick(events),
        ...pastDate(dice, around),
        ...where(dice, around.near),
      }),
  },
  first: {
    weight: 2,
    make: (dice, around) =>
      behaviour(dice, {
        first: dice.pick(events),
        ...pastDate(dice, around),
        ...where(dice, around.near),
      }),
  },
  in: {
    weight: 3,
    make: (dice, { segments }) => (segments.length === 0 ? undefined : { in: dice.pick(segments) }),
  },
  list: {
    weight: 1,
    make: (dice, { lists }) => (lists.length === 0 ? undefined : { list: dice.pick(lists) }),
  },
  computed: {
    weight: 3,
    make: (dice, { computed }) =>
      computed.length === 0
        ? undefined
        : { computed: dice.pick(computed), ...onValue(dice, dice.pick(['text', 'number'])) },
  },
  rfm: {
    weight: 2,
    make: (dice) => ({ rfm: dice.chance(0.4) ? dice.pick(rfmCells) : onScores(dice) }),
  },
  bucket: {
    weight: 1,
    make: (dice) => {
      const from = dice.between(0, 99);
      const salt = dice.pick(['spring', 'autumn', 'ā']);
      return { bucket: { salt, from, to: dice.between(from + 1, 100) } };
    },
  },
};

function onScores(dice: Dice): Words {
  const one = (): Words => ({
    [dice.pick(['recency', 'frequency', 'monetary'])]: bounds(dice, [1, 2, 3, 4, 5]),
  });
  return dice.chance(0.3) ? { ...one(), ...one() } : one();
}

/** `last` and `first` are not asked of the future. */
function pastDate(dice: Dice, around: Around): Words {
  const { inNext: _, ...words } = onDate(dice, around.near);
  return Object.keys(words).length > 0 ? words : aWindow(dice);
}

const bag = Object.values(leaves).flatMap(({ weight, make }) =>
  Array.from({ length: weight }, () => make),
);

function aLeaf(dice: Dice, around: Around): Words {
  for (;;) {
    const leaf = dice.pick(bag)(dice, around);
    if (leaf !== undefined) return leaf;
  }
}

/** Groups within groups, this many levels at most. */
const deepest = 5;

/** A random rule; the deeper the rarer. */
export function aRule(dice: Dice, around: Around, depth = 0): Rule {
  const isGroup = depth < deepest - 1 && dice.chance(depth === 0 ? 0.5 : 0.4);
  // Every leaf has the words of its kind.
  if (!isGroup) return aLeaf(dice, around) as Rule;
  const inner = (): Rule => aRule(dice, around, depth + 1);
  const kind = dice.between(0, 4);
  if (kind === 0) return { not: inner() };
  const rules = dice.some(dice.between(1, 3), inner);
  return kind <= 2 ? { all: rules } : { any: rules };
}
