import type { Dice } from '../../support/dice.ts';

/** What stands beside the words of a rule, by the dice. */

export type Words = Readonly<Record<string, unknown>>;

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

export const events = ['Order Completed', 'Order Completed', 'Page Viewed'];
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
export function onValue(dice: Dice, type: 'text' | 'number'): Words {
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

export function aWindow(dice: Dice): Words {
  const word = dice.pick(['within', 'olderThan', 'between']);
  return { [word]: dice.pick<unknown>(word === 'between' ? betweens : durations) };
}

export function onDate(dice: Dice, near: number): Words {
  const one = (): Words => {
    const word = dice.between(0, 5);
    if (word === 0) return { inNext: dice.pick(durations) };
    if (word === 1) return { before: aDate(dice, near, 400) };
    return word === 2 ? { after: aDate(dice, near, 400) } : aWindow(dice);
  };
  return dice.chance(0.15) ? { ...one(), ...one() } : one();
}

export const onAnniversary = (dice: Dice): Words => ({
  anniversary: dice.chance(0.5) ? 'today' : { inNext: dice.pick(underYear) },
});

export function bounds(dice: Dice, of: readonly number[]): Words {
  const isRange = dice.chance(0.25);
  return {
    [dice.pick(['atLeast', 'above', 'equals', 'below', 'atMost'])]: dice.pick(of),
    ...(isRange && { atMost: dice.pick(of) }),
  };
}

/** Whose calendar: mostly the company's. Only beside a word that needs one. */
export const zoned = (dice: Dice, words: Words): Words =>
  dice.chance(0.4) ? { ...words, timeZone: dice.chance(0.7) ? 'person' : dice.pick(zones) } : words;

export const isDated = (words: Words): boolean =>
  ['within', 'olderThan', 'between', 'inNext', 'before', 'after'].some((word) => word in words);

export function where(dice: Dice, near: number): Words {
  if (dice.chance(0.75)) return {};
  const condition = (): Words => {
    const kind = dice.between(0, 3);
    if (kind === 0) return { property: 'deliveredAt', ...onDate(dice, near) };
    if (kind === 1) return { property: 'shipping.city', ...onValue(dice, 'text') };
    if (kind === 2) return { property: 'total', ...onValue(dice, 'number') };
    return { property: 'category', ...onValue(dice, 'text') };
  };
  return { where: dice.some(dice.between(1, 2), condition) };
}
