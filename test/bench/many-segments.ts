import { itemSize } from '../../shared/adapters/item-size.ts';
import type { Profile } from '../../shared/domain/profiles/profile.ts';
import type { Subject } from '../../shared/domain/rules/compile.ts';
import { decodeLedger, encodeLedger, readMetric } from '../../shared/domain/rules/ledger/ledger.ts';
import { type PastEvent, recordEvent } from '../../shared/domain/segments/history.ts';
import { decidePerson } from '../../shared/domain/segments/person-decision.ts';
import { evaluateSegments, type Ruleset } from '../../shared/domain/segments/ruleset.ts';
import { subjectOf } from '../../shared/domain/segments/settled.ts';
import { newProfile, profileWrites } from '../../shared/stores/profiles.ts';
import { aPerson, dayMs, numbersFrom, rulesetOf, start } from './people.ts';
import { cpuMs, median, type Row, rounded, tell } from './row.ts';
import { rules as shopRules } from './stored-people.ts';

/** A hundred segments asked about one person, and the bytes that a typical person takes. */

const people = 500;
const rounds = 5;
const cities = ['Riga', 'Tallinn', 'Vilnius', 'Tartu', 'Kaunas', 'Liepaja', 'Narva', 'Jelgava'];

/** Five conditions each, of every kind that a shop has: facts, a date, counts, sums and pauses in windows. */
const hundred = Object.fromEntries(
  Array.from({ length: 100 }, (_, n): [string, unknown] => {
    const city = { attribute: 'city', oneOf: [cities[n % 8], cities[(n + 3) % 8]] };
    const views = { did: 'Page Viewed', within: `P${7 + (n % 60)}D`, atLeast: 1 + (n % 5) };
    const days = `P${30 + 3 * n}D`;
    const spent = { did: 'Order Completed', within: days, sum: 'total', atLeast: 20 + n };
    const pause = { didNot: 'Order Completed', within: `P${1 + (n % 20)}D` };
    const adult = { age: 'birthDate', atLeast: 18 + (n % 30) };
    const points = { attribute: 'points', atLeast: n * 5 };
    // In every second one all parts are asked of everybody.
    const rule =
      n % 2 === 0
        ? { all: [views, spent, pause, adult, points] }
        : { any: [{ all: [city, spent] }, { all: [views, pause] }, adult] };
    return [`segment-${n}`, rule];
  }),
);

const ruleset = rulesetOf(hundred);
const stored = Array.from({ length: people }, (_, index) => aPerson(index, ruleset));

function decoded(profile: Profile): Subject {
  const ledger = decodeLedger(profile.ledger);
  for (const id of ledger.metrics.keys()) readMetric(ledger, id);
  return subjectOf(profile, ledger, ruleset);
}

/** Microseconds of CPU to ask all segments about one person. */
async function timed(subjects: () => Iterable<Subject>): Promise<number> {
  const spent: number[] = [];
  let members = 0;
  for (let round = 0; round < rounds + 2; round += 1) {
    const ms = await cpuMs(() => {
      for (let again = 0; again < 10; again += 1) {
        for (const subject of subjects()) {
          // Another instant each time, so that nothing is remembered.
          const now = start + again;
          for (const standing of evaluateSegments(ruleset, subject, { now }).standings.values()) {
            if (standing.now) members += 1;
          }
        }
      }
    });
    if (round >= 2) spent.push((ms * 1000) / 10 / people);
  }
  if (members === 0) throw new Error('Nobody is a member: the rules measure nothing.');
  return median(spent);
}

const subjects = stored.map(decoded);
const onDecoded = await timed(() => subjects);
const texts = stored.map(({ ledger, ...rest }) => ({ text: JSON.stringify(rest), ledger }));
const onStored = await timed(function* () {
  for (const { text, ledger } of texts) {
    const profile = { ...JSON.parse(text), ledger } as Profile; // as it was made
    yield decoded(profile);
  }
});

/** The bytes that DynamoDB counts of a person with 50 orders in two years and 200 page views in one. */
function bytesOf(index: number, of: Ruleset, unitMs: number): { item: number; ledger: number } {
  const random = numbersFrom(index + 1);
  const ago = (days: number): number =>
    start - Math.floor((random() * days * dayMs) / unitMs) * unitMs - unitMs;
  const events: PastEvent[] = [
    ...Array.from({ length: 50 }, () => ({
      name: 'Order Completed',
      occurredAt: ago(730),
      properties: { total: Math.round(random() * 15_000) / 100 },
    })),
    ...Array.from({ length: 200 }, () => ({
      name: 'Page Viewed',
      occurredAt: ago(365),
      properties: {},
    })),
  ];
  const ledger = { metrics: new Map() };
  for (const event of events) recordEvent(ledger, of, event, start);
  const profile = { ...aPerson(index, of), ledger: encodeLedger(ledger) };
  const situation = { profile, inputs: [], ruleset: of, now: start, newId: () => '' };
  const { profile: after } = decidePerson({ ...situation, everything: true });
  const [put] = profileWrites(newProfile(profile.id, start), after);
  if (put?.kind !== 'put') throw new Error('A person is put as an item.');
  return { item: itemSize(put.item), ledger: profile.ledger.length };
}

function typical(of: Ruleset, unitMs: number): { item: number; ledger: number } {
  const sizes = Array.from({ length: 100 }, (_, index) => bytesOf(index, of, unitMs));
  return {
    item: Math.round(median(sizes.map(({ item }) => item))),
    ledger: Math.round(median(sizes.map(({ ledger }) => ledger))),
  };
}

const shop = typical(rulesetOf(shopRules), 1);
const everything = rulesetOf({
  orders: { did: 'Order Completed', within: 'P2Y', sum: 'total', atLeast: 100 },
  views: { did: 'Page Viewed', within: 'P1Y', atLeast: 5 },
});
const whole = typical(everything, 1);
const inMinutes = typical(everything, 60_000);

const rows: Row[] = [
  {
    work: '100 segments of 5 conditions each against one decoded profile',
    value: rounded(onDecoded),
    unit: 'us CPU',
    reference: 'none',
    ratio: null,
    budget: '<= 100 us',
    ok: onDecoded <= 100,
  },
  {
    work: '100 segments of 5 conditions each against one stored profile, decoding included',
    value: rounded(onStored),
    unit: 'us CPU',
    reference: `the same on a decoded profile: ${rounded(onDecoded)} us`,
    ratio: rounded(onStored / onDecoded),
    budget: 'none, printed',
    ok: null,
  },
  {
    work: 'bytes of a typical stored profile: 50 orders in 2 years, 200 page views in 1, 5 segments',
    value: shop.item,
    unit: 'bytes by the rules for DynamoDB items',
    reference: `its packed ledger: ${shop.ledger} bytes`,
    ratio: null,
    budget: '< 1 KB',
    ok: shop.item < 1024,
  },
];
tell({
  rows,
  notes: [
    'half of the hundred are "all" of five conditions, half "any" of groups of them; windows of 1 to 327 days; every answer is member and until',
    `a profile is its key, 8 attributes, a consent, segments, due instant and the ledger; the ledger keeps singly what a window can see, plus 45 days, and the rest in totals`,
    `with windows that see all 250 events, each to the millisecond: ${whole.item} bytes, ledger ${whole.ledger}; to the minute: ${inMinutes.item}, ledger ${inMinutes.ledger}`,
  ],
});
