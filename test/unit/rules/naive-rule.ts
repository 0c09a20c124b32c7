import { Temporal } from 'temporal-polyfill';
import { bucketOf } from '../../../shared/domain/rules/bucket.ts';
import type { Rule } from '../../../shared/domain/rules/rule.ts';

/** Something a person did, as the naive reading of rules sees it. */
export type Deed = { name: string; at: number; properties: Record<string, unknown> };
export type Person = {
  id: string;
  timeZone: string;
  attributes: Record<string, unknown>;
  identifiers: Record<string, unknown>;
  deeds: Deed[];
};

type Words = Record<string, unknown>;

/** What is the same for everybody: the company's zone, other segments, and what triggered. */
export type Around = {
  company: string;
  segments: Readonly<Record<string, Rule>>;
  trigger: { event: string; at: number };
};

/** Rules read plainly, from the whole history, on Temporal: what the compiled ones must equal. */
export function naive(rule: Rule, person: Person, now: number, around: Around): boolean {
  const { company } = around;
  const words = rule as Words;
  const again = (child: Rule): boolean => naive(child, person, now, around);
  if ('all' in rule) return rule.all.every(again);
  if ('any' in rule) return rule.any.some(again);
  if ('not' in rule) return !again(rule.not);
  const zone = zoneOf(words['timeZone'], person, company);
  if ('attribute' in rule) {
    const value = person.identifiers[rule.attribute] ?? read(person.attributes, rule.attribute);
    return value_(value, words, now, zone);
  }
  if ('age' in rule) return age(person.attributes[rule.age], words, now, zone);
  if ('has' in rule) {
    const elements = person.attributes[rule.has];
    return (
      Array.isArray(elements) &&
      elements.some((element: Words) =>
        (rule.where ?? []).every((condition) =>
          value_(
            element[condition.attribute],
            condition as Words,
            now,
            zoneOf(condition.timeZone, person, company),
          ),
        ),
      )
    );
  }
  if ('in' in rule) return again(around.segments[rule.in] ?? { any: [] });
  if ('bucket' in rule) {
    const { salt, from, to } = rule.bucket;
    const place = bucketOf(salt, person.id);
    return from <= place && place < to;
  }
  return behaviour(words, { ...person, deeds: deedsSince(words, person, around) }, now, zone);
}

function read(fields: Words, name: string): unknown {
  if (fields[name] !== undefined) return fields[name];
  const [first = '', ...rest] = name.split('.');
  const inner = fields[first];
  const isObject = typeof inner === 'object' && inner !== null;
  return rest.length > 0 && isObject ? read(inner as Words, rest.join('.')) : undefined;
}

function deedsSince(words: Words, { deeds }: Person, { trigger }: Around): Deed[] {
  if (words['since'] === undefined) return deeds;
  return deeds.filter(
    ({ name, at }) => at > trigger.at || (at === trigger.at && name !== trigger.event),
  );
}

const zoneOf = (word: unknown, person: Person, company: string): string =>
  word === 'person' ? person.timeZone : ((word as string | undefined) ?? company);

function behaviour(words: Words, person: Person, now: number, zone: string): boolean {
  const name = words['did'] ?? words['didNot'] ?? words['last'] ?? words['first'];
  const where = (words['where'] ?? []) as Words[];
  const past = person.deeds
    .filter((deed) => deed.name === name && deed.at <= now)
    .filter((deed) => {
      const products = (deed.properties['products'] ?? []) as Words[];
      return [{}, ...products].some((product) => {
        const fields: Words = { ...deed.properties, ...product };
        return where.every((one) => value_(fields[one['property'] as string], one, now, zone));
      });
    })
    .sort((a, b) => a.at - b.at);
  if ('last' in words || 'first' in words) {
    const edge = 'last' in words ? past.at(-1) : past[0];
    return edge !== undefined && dated(edge.at, words, now, zone);
  }
  const inside = past.filter((deed) => dated(deed.at, words, now, zone));
  if ('didNot' in words) return inside.length === 0;
  if (words['sum'] === undefined) {
    const bare = !['atLeast', 'atMost', 'above', 'below', 'equals'].some((word) => word in words);
    return bare ? inside.length > 0 : compared(BigInt(inside.length) * 1000n, words);
  }
  let thousandths = 0n;
  for (const deed of inside) {
    const value = deed.properties[words['sum'] as string];
    if (typeof value === 'number') thousandths += BigInt(Math.round(value * 1000));
  }
  return compared(thousandths, words);
}

function compared(thousandths: bigint, words: Words): boolean {
  const of = (word: string): bigint => BigInt(Math.round((words[word] as number) * 1000));
  return (
    (words['atLeast'] === undefined || thousandths >= of('atLeast')) &&
    (words['atMost'] === undefined || thousandths <= of('atMost')) &&
    (words['above'] === undefined || thousandths > of('above')) &&
    (words['below'] === undefined || thousandths < of('below')) &&
    (words['equals'] === undefined || thousandths === of('equals'))
  );
}

const add = (at: number, duration: string, zone: string): number =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).add(duration)
    .epochMilliseconds;

function dated(at: number, words: Words, now: number, zone: string): boolean {
  const { within, olderThan, between, inNext, before, after } = words as {
    [word: string]: string | undefined;
  };
  const [longer = '', shorter = ''] = (between ?? []) as unknown as string[];
  const ahead = (duration: string): number =>
    Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).subtract(duration)
      .epochMilliseconds;
  return (
    (within === undefined || (at <= now && now <= add(at, within, zone))) &&
    (olderThan === undefined || now > add(at, olderThan, zone)) &&
    (between === undefined || (add(at, shorter, zone) < now && now <= add(at, longer, zone))) &&
    (inNext === undefined || (ahead(inNext) <= now && now < at)) &&
    (before === undefined || at < instantOf(before, zone)) &&
    (after === undefined || at > instantOf(after, zone))
  );
}

function instantOf(text: string, zone: string): number {
  if (text.endsWith('Z')) return Temporal.Instant.from(text).epochMilliseconds;
  return text.length === 10
    ? Temporal.PlainDate.from(text).toZonedDateTime(zone).epochMilliseconds
    : Temporal.PlainDateTime.from(text).toZonedDateTime(zone).epochMilliseconds;
}

const dateWords = ['within', 'olderThan', 'between', 'inNext', 'before', 'after'];

function value_(value: unknown, words: Words, now: number, zone: string): boolean {
  const { equals, notEquals, oneOf, contains, startsWith, exists } = words;
  const { atLeast, atMost, above, below } = words as { [word: string]: number | undefined };
  const isNumber = typeof value === 'number';
  const isDate = typeof value === 'string' && /^\d{4}-\d\d-\d\d/.test(value);
  const hasDate = dateWords.some((word) => word in words);
  return (
    (equals === undefined || value === equals) &&
    (notEquals === undefined || value !== notEquals) &&
    (oneOf === undefined || (oneOf as unknown[]).includes(value)) &&
    (contains === undefined ||
      (typeof value === 'string' || Array.isArray(value)
        ? value.includes(contains as string)
        : false)) &&
    (startsWith === undefined ||
      (typeof value === 'string' && value.startsWith(startsWith as string))) &&
    (exists === undefined || (value !== undefined && value !== null) === exists) &&
    (atLeast === undefined || (isNumber && value >= atLeast)) &&
    (atMost === undefined || (isNumber && value <= atMost)) &&
    (above === undefined || (isNumber && value > above)) &&
    (below === undefined || (isNumber && value < below)) &&
    (!hasDate || (isDate && dated(instantOf(value, zone), words, now, zone))) &&
    (words['anniversary'] === undefined ||
      (isDate && anniversary(value, words['anniversary'], now, zone)))
  );
}

const dayOf = (text: string, zone: string): Temporal.PlainDate =>
  text.endsWith('Z')
    ? Temporal.Instant.from(text).toZonedDateTimeISO(zone).toPlainDate()
    : Temporal.PlainDate.from(text.slice(0, 10));

function anniversary(text: string, word: unknown, now: number, zone: string): boolean {
  const born = dayOf(text, zone);
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone).toPlainDate();
  for (let years = 1; years < 60; years++) {
    const day = born.add({ years });
    if (word === 'today') {
      if (day.equals(today)) return true;
      continue;
    }
    const at = day.toZonedDateTime(zone).epochMilliseconds;
    const { inNext } = word as { inNext: string };
    if (dated(at, { inNext }, now, zone)) return true;
  }
  return false;
}

function age(value: unknown, words: Words, now: number, zone: string): boolean {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d/.test(value)) return false;
  if (instantOf(value, zone) > now) return false;
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone).toPlainDate();
  const born = dayOf(value, zone);
  let years = 0;
  while (Temporal.PlainDate.compare(born.add({ years: years + 1 }), today) <= 0) years++;
  return compared(BigInt(years) * 1000n, words);
}
