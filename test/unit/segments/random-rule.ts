import type { Rule } from '../../../shared/domain/rules/rule.ts';
import type { Dice } from '../../support/dice.ts';

/** Rules of every word the language has, by the dice. A new word is one entry of `leaves`. */

/** What a rule may name, and the instant around which its dates lie. */
export type Around = {
  readonly segments: readonly string[];
  readonly lists: readonly string[];
  readonly near: number;
};

type Words = Readonly<Record<string, unknown>>;
type Make = (dice: Dice, around: Around) => Words;

const dayMs = 86_400_000;

export const zones = [
  'Europe/Riga',
  'America/New_York',
  'UTC',
  'Pacific/Apia',
  'Australia/Lord_Howe',
  'America/Sao_Paulo',
  'Pacific/Auckland',
  'Pacific/Honolulu',
  'Asia/Kathmandu',
  'Africa/Casablanca',
  'America/St_Johns',
];

export const durations = [
  'P1D',
  'P7D',
  'P2W',
  'P30D',
  'P1M',
  'P3M',
  'P90D',
  'P11M',
  'P1Y',
  'P4Y',
  'P1M2DT3H',
  'PT36H',
  'PT1H',
  'PT90M',
  'PT1S',
];
const underYear = ['P1D', 'P7D', 'P1M', 'P30D', 'P11M', 'PT36H', 'P6M1D'];

const betweens = [
  ['P1Y', 'P11M'],
  ['P13M', 'P11M'],
  ['P3M', 'P1M'],
  ['P60D', 'P1W'],
  ['P1M1D', 'P1M'],
  ['P1M', 'P30D'],
  ['P1D', 'PT23H'],
  ['P2D', 'PT1S'],
];

export const events = ['Order Completed', 'Page Viewed', 'Signed In'];
export const cities = ['Riga', 'Rome', 'Oslo', ''];
export const categories = ['shoes', 'hats', 'winter shoes'];
export const totals = [0, 0.1, 0.2, 29.33, 10, -10, 49.5, 0.005, 1e-7, 2 ** 52, 12345678.9, '7'];
const texts = [...cities, ...categories, 'ri', 'o', 'vip'];
const numbers = [0, 1, 2, 3, 5, 0.1, 0.3, -10, 49.5];

/** A date as people write them: a day, a wall clock, an instant. */
export function aDate(dice: Dice, near: number, days: number): string {
  const at = near + dice.between(-days, days) * dayMs + dice.between(0, dayMs - 1);
  const text = new Date(dice.chance(0.3) ? at - (at % dayMs) : at).toISOString();
  const form = dice.between(0, 3);
  if (form === 0) return text.slice(0, 10);
  if (form === 1) return text.slice(0, 19);
  return form === 2 ? text : text.replace('Z', dice.pick(['+03:00', '-05:30', '+14:00']));
}

/** Words on a value: usually of the type it has, sometimes of another. */
function onValue(dice: Dice, type: 'text' | 'number'): Words {
  if (dice.chance(0.1)) return { exists: dice.chance(0.5) };
  if (dice.chance(0.1)) return onValue(dice, type === 'text' ? 'number' : 'text');
  if (type === 'number') {
    const some = (word: string): Words => ({ [word]: dice.pick(numbers) });
    const isRange = dice.chance(0.3);
    return {
      ...some(dice.pick(['atLeast', 'above', 'equals', 'notEquals'])),
      ...(isRange && some(dice.pick(['atMost', 'below']))),
    };
  }
  const word = dice.pick(['equals', 'notEquals', 'oneOf', 'contains', 'startsWith']);
  return {
    [word]:
      word === 'oneOf' ? dice.some(dice.between(1, 10), () => dice.pick(texts)) : dice.pick(texts),
  };
}

function aWindow(dice: Dice): Words {
  const word = dice.pick(['within', 'olderThan', 'between']);
  return { [word]: dice.pick<unknown>(word === 'between' ? betweens : durations) };
}

function onDate(dice: Dice, around: Around): Words {
  const one = (): Words => {
    const word = dice.between(0, 5);
    if (word === 0) return { inNext: dice.pick(durations) };
    if (word === 1) return { before: aDate(dice, around.near, 400) };
    return word === 2 ? { after: aDate(dice, around.near, 400) } : aWindow(dice);
  };
  return dice.chance(0.15) ? { ...one(), ...one() } : one();
}

const onAnniversary = (dice: Dice): Words => ({
  anniversary: dice.chance(0.5) ? 'today' : { inNext: dice.pick(underYear) },
});

function bounds(dice: Dice, of: readonly number[]): Words {
  const isRange = dice.chance(0.25);
  return {
    [dice.pick(['atLeast', 'above', 'equals', 'below', 'atMost'])]: dice.pick(of),
    ...(isRange && { atMost: dice.pick(of) }),
  };
}

/** Whose calendar: mostly the company's. Only beside a word that needs one. */
const zoned = (dice: Dice, words: Words): Words =>
  dice.chance(0.4) ? { ...words, timeZone: dice.chance(0.7) ? 'person' : dice.pick(zones) } : words;

const isDated = (words: Words): boolean =>
  ['within', 'olderThan', 'between', 'inNext', 'before', 'after'].some((word) => word in words);

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
    ...(isYearly ? onAnniversary(dice) : onDate(dice, around)),
    ...(dice.chance(0.1) && { exists: true }),
  });
}

function where(dice: Dice, around: Around): Words {
  if (dice.chance(0.65)) return {};
  const condition = (): Words => {
    const kind = dice.between(0, 3);
    if (kind === 0) return { property: 'deliveredAt', ...onDate(dice, around) };
    if (kind === 1) return { property: 'shipping.city', ...onValue(dice, 'text') };
    if (kind === 2) return { property: 'total', ...onValue(dice, 'number') };
    return { property: 'category', ...onValue(dice, 'text') };
  };
  return { where: dice.some(dice.between(1, 2), condition) };
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
    const words = isYearly ? onAnniversary(dice) : onDate(dice, around);
    return zoned(dice, { attribute: 'boughtAt', ...words });
  };
  return dice.chance(0.9) ? { where: dice.some(dice.between(1, 3), condition) } : {};
}

/** Every word that is a leaf, how often it is wanted, and how to make one. Undefined: not here. */
export const leaves: Readonly<
  Record<
    string,
    { readonly weight: number; readonly make: (...of: Parameters<Make>) => Words | undefined }
  >
> = {
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
        ...where(dice, around),
      });
    },
  },
  didNot: {
    weight: 2,
    make: (dice, around) =>
      behaviour(dice, {
        didNot: dice.pick(events),
        ...(dice.chance(0.8) && aWindow(dice)),
        ...where(dice, around),
      }),
  },
  last: {
    weight: 2,
    make: (dice, around) =>
      behaviour(dice, {
        last: dice.pick(events),
        ...pastDate(dice, around),
        ...where(dice, around),
      }),
  },
  first: {
    weight: 2,
    make: (dice, around) =>
      behaviour(dice, {
        first: dice.pick(events),
        ...pastDate(dice, around),
        ...where(dice, around),
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
  bucket: {
    weight: 1,
    make: (dice) => {
      const from = dice.between(0, 99);
      const salt = dice.pick(['spring', 'autumn', 'ā']);
      return { bucket: { salt, from, to: dice.between(from + 1, 100) } };
    },
  },
};

/** `last` and `first` are not asked of the future. */
function pastDate(dice: Dice, around: Around): Words {
  const { inNext: _, ...words } = onDate(dice, around);
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
  const isGroup = depth < deepest - 1 && dice.chance(depth === 0 ? 0.6 : 0.4);
  // Every leaf has the words of its kind.
  if (!isGroup) return aLeaf(dice, around) as Rule;
  const inner = (): Rule => aRule(dice, around, depth + 1);
  const kind = dice.between(0, 4);
  if (kind === 0) return { not: inner() };
  const rules = dice.some(dice.between(1, 3), inner);
  return kind <= 2 ? { all: rules } : { any: rules };
}
