import { type Answer, always, never } from '../../shared/domain/rules/answer.ts';
import { compileRule, type Subject } from '../../shared/domain/rules/compile.ts';
import { decodeLedger, readMetric } from '../../shared/domain/rules/ledger/ledger.ts';
import type { Metric } from '../../shared/domain/rules/ledger/metric-history.ts';
import { type RfmModel, rfmSpec } from '../../shared/domain/rules/rfm/rfm.ts';
import { type Rule, ruleSchema } from '../../shared/domain/rules/rule.ts';
import { findMetric } from '../../shared/domain/segments/metric-registry.ts';
import { aPerson, dayMs, rulesetOf, start } from './people.ts';
import { cpuMs, median, type Row, rounded, tell } from './row.ts';

/** Compiled rules against what one would write by hand, on the same decoded people. */

const people = 2000;
const rounds = 15;

const flat = {
  all: [
    { attribute: 'city', oneOf: ['Riga', 'Tallinn'] },
    { attribute: 'language', notEquals: 'en' },
    { attribute: 'plan', equals: 'plus' },
    { attribute: 'points', atLeast: 100, atMost: 900 },
    { attribute: 'subscribed', equals: true },
  ],
};
const nested = {
  any: [
    {
      all: [
        { attribute: 'city', equals: 'Riga' },
        {
          not: {
            any: [
              { attribute: 'plan', equals: 'free' },
              { attribute: 'points', below: 200 },
            ],
          },
        },
        { did: 'Order Completed', atLeast: 3, within: 'P1Y' },
      ],
    },
    {
      all: [
        { attribute: 'subscribed', equals: true },
        {
          has: 'cars',
          where: [
            { attribute: 'model', equals: '3' },
            { attribute: 'boughtAt', olderThan: 'P4Y' },
          ],
        },
        { not: { did: 'Page Viewed', atLeast: 30, within: 'P90D' } },
      ],
    },
  ],
};
const windows = {
  all: [
    { did: 'Page Viewed', within: 'P30D', atLeast: 5 },
    { did: 'Order Completed', within: 'P180D', sum: 'total', atLeast: 100 },
    { didNot: 'Order Completed', within: 'P14D' },
  ],
};
const rfm = {
  rfm: { recency: { atLeast: 3 }, frequency: { atLeast: 2 }, monetary: { atLeast: 3 } },
};

/** Ten orders each: of those who come, two fifths are left by each of the rule's three scores. */
const model: RfmModel = {
  settings: { event: 'Order Completed', value: 'total' },
  cuts: {
    recencyMs: [15, 34, 60, 110].map((days) => days * dayMs),
    frequency: [9, 10, 11, 12],
    monetary: [620.5, 705, 790.25, 880],
  },
};

const ruleset = rulesetOf({ flat, nested, windows, rfm }, model);
const metricOf = (rule: unknown): number => {
  const [spec] = compileRule(ruleSchema.parse(rule), context).metrics;
  return spec === undefined ? 0 : context.metricId(spec);
};
const context = {
  companyTimeZone: 'UTC',
  rfm: model,
  metricId: (spec: Parameters<typeof findMetric>[1]) => findMetric(ruleset.registry, spec)?.id ?? 0,
  segment: () => () => never,
};
const viewsId = metricOf(nested.any[1]?.all[2]?.not ?? {});
const yearOrdersId = metricOf(nested.any[0]?.all[2] ?? {});
const recentViewsId = metricOf(windows.all[0]);
const halfYearOrdersId = metricOf(windows.all[1]);
const recentOrdersId = metricOf(windows.all[2]);
const ordersId = context.metricId(rfmSpec(model.settings));

const profiles = Array.from({ length: people }, (_, index) => aPerson(index, ruleset));
const subjects = profiles.map(({ id, attributes, identifiers, ledger }): Subject => {
  const decoded = decodeLedger(ledger);
  for (const metric of decoded.metrics.keys()) readMetric(decoded, metric);
  return { id, attributes, identifiers, timeZone: 'UTC', lists: [], ledger: decoded };
});

/** As they lie in the tables: both sides parse, and unpack of the ledger what they read. */
const stored = profiles.map(({ ledger, ...rest }) => ({ text: JSON.stringify(rest), ledger }));
const decode = ({ text, ledger }: (typeof stored)[number]): Subject => {
  const person: Subject = JSON.parse(text); // as it was made
  return { ...person, timeZone: 'UTC', lists: [], ledger: decodeLedger(ledger) };
};

const none: Pick<Metric, 'times' | 'values'> = { times: [], values: [] };
const metricIn = (subject: Subject, id: number) => readMetric(subject.ledger, id) ?? none;

/** At least so many in the past days, and until when. */
function countWithin(times: readonly number[], days: number, least: number, now: number): Answer {
  let count = 0;
  let until = never;
  for (let index = times.length - 1; index >= 0; index -= 1) {
    const at = times[index] ?? 0;
    if (at > now) continue;
    if (at + days * dayMs < now) break;
    count += 1;
    if (count === least) until = at + days * dayMs + 1;
  }
  return until;
}

/** The sum of the past days stays at least `least` until enough of the oldest have left. */
function sumWithin(
  metric: Pick<Metric, 'times' | 'values'>,
  days: number,
  least: number,
  now: number,
): Answer {
  let sum = 0;
  let until = never;
  for (let index = metric.times.length - 1; index >= 0; index -= 1) {
    const at = metric.times[index] ?? 0;
    if (at > now) continue;
    if (at + days * dayMs < now) break;
    const before = sum;
    sum += Number(metric.values[index]);
    if (before < least && sum >= least) until = at + days * dayMs + 1;
  }
  return until;
}

const soonest = (...answers: readonly Answer[]): Answer => Math.min(...answers);

const addYears = (day: string, years: number): number =>
  Date.UTC(Number(day.slice(0, 4)) + years, Number(day.slice(5, 7)) - 1, Number(day.slice(8, 10)));

const byHand: Readonly<Record<string, (subject: Subject, now: number) => Answer>> = {
  flat: ({ attributes: a }) =>
    (a['city'] === 'Riga' || a['city'] === 'Tallinn') &&
    a['language'] !== 'en' &&
    a['plan'] === 'plus' &&
    typeof a['points'] === 'number' &&
    a['points'] >= 100 &&
    a['points'] <= 900 &&
    a['subscribed'] === true
      ? always
      : never,
  nested: (subject, now) => {
    const a = subject.attributes;
    const points = a['points'];
    const isBarred = a['plan'] === 'free' || (typeof points === 'number' && points < 200);
    let first = never;
    if (a['city'] === 'Riga' && !isBarred) {
      // A year from now back, in calendar days: the hand-written loop knows only this one zone.
      const { times } = metricIn(subject, yearOrdersId);
      const at = times[times.length - 3];
      const closes =
        at === undefined ? never : new Date(at).setUTCFullYear(new Date(at).getUTCFullYear() + 1);
      first = closes < now ? never : closes + 1;
    }
    let second = never;
    if (a['subscribed'] === true) {
      let ofCars = never;
      for (const car of Array.isArray(a['cars']) ? a['cars'] : []) {
        if (car.model !== '3') continue;
        const old = addYears(String(car.boughtAt), 4) + 1;
        const answer = now >= old ? always : -old;
        ofCars = ofCars > 0 || answer > 0 ? always : Math.max(ofCars, answer);
      }
      const views = -countWithin(metricIn(subject, viewsId).times, 90, 30, now);
      second =
        ofCars > 0
          ? views > 0
            ? soonest(ofCars, views)
            : views
          : views > 0
            ? ofCars
            : Math.min(ofCars, views);
    }
    return Math.max(first, second);
  },
  windows: (subject, now) => {
    const views = countWithin(metricIn(subject, recentViewsId).times, 30, 5, now);
    const sums = metricIn(subject, halfYearOrdersId);
    const scale = readMetric(subject.ledger, halfYearOrdersId)?.scale ?? 0;
    const sum = sumWithin(sums, 180, 100 * 10 ** scale, now);
    const pause = -countWithin(metricIn(subject, recentOrdersId).times, 14, 1, now);
    return views > 0 && sum > 0 && pause > 0 ? soonest(views, sum, pause) : never;
  },
  RFM: (subject, now) => {
    const metric = readMetric(subject.ledger, ordersId);
    if (metric === undefined) return never;
    let { count, last } = metric;
    let sum = Number(metric.sum);
    for (let index = 0; index < metric.times.length; index += 1) {
      const at = metric.times[index] ?? 0;
      if (at > now) break;
      count += 1;
      sum += Number(metric.values[index]);
      last = Math.max(last, at);
    }
    // The second fifth begins above 9 orders, the third above 705, and ends after 60 days.
    const until = last + 60 * dayMs + 1;
    return count > 9 && sum > 705 * 10 ** metric.scale && now < until ? until : never;
  },
};

type Form = 'decoded' | 'stored';
type Evaluate = (subject: Subject, now: number) => Answer;

/** Milliseconds of CPU per evaluation. */
async function timed(form: Form, evaluate: Evaluate): Promise<number> {
  const passes = form === 'decoded' ? 60 : 5;
  let members = 0;
  const spent = await cpuMs(() => {
    for (let pass = 0; pass < passes; pass += 1) {
      if (form === 'stored') {
        for (const one of stored) if (evaluate(decode(one), start) > 0) members += 1;
      } else for (const subject of subjects) if (evaluate(subject, start) > 0) members += 1;
    }
  });
  if (members === 0) throw new Error('Nobody is a member: the rule measures nothing.');
  return spent / passes / people;
}

function refuseDifferences(name: string, rule: Rule): void {
  const compiled = compileRule(rule, context);
  for (const subject of subjects) {
    const [ours, theirs] = [compiled.evaluate(subject, start), byHand[name]?.(subject, start) ?? 0];
    if (ours > 0 !== theirs > 0 || (ours > 0 && ours !== theirs)) {
      throw new Error(`${name}: ${subject.id} is ${ours} by the rule and ${theirs} by hand.`);
    }
  }
}

async function measured(name: string, budget: number, form: Form): Promise<Row> {
  const rule = ruleSchema.parse(rules[name]);
  refuseDifferences(name, rule);
  const compiled = compileRule(rule, context);
  const hand = byHand[name] ?? (() => never);
  const [ours, theirs, ratios]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < rounds + 3; round += 1) {
    const [one, other] = [
      await timed(form, (subject, now) => compiled.evaluate(subject, now)),
      await timed(form, hand),
    ];
    if (round < 3) continue; // the compiler warms up
    ours.push(one);
    theirs.push(other);
    ratios.push(one / other);
  }
  const ratio = median(ratios);
  return {
    work: `segment evaluation per ${form} profile: ${name}`,
    value: rounded(median(ours) * 1e6),
    unit: 'ns CPU per profile',
    reference: `hand-written loop: ${rounded(median(theirs) * 1e6)} ns`,
    ratio: rounded(ratio),
    budget: `<= ${budget}x`,
    ok: ratio <= budget,
  };
}

const rules: Readonly<Record<string, unknown>> = { flat, nested, windows, RFM: rfm };
const rows: Row[] = [];
for (const form of ['decoded', 'stored'] as const) {
  for (const name of Object.keys(rules)) {
    rows.push(await measured(name, name === 'flat' ? 1.5 : 2, form));
  }
}
tell({
  rows,
  notes: [
    `${people} people with 10 orders and 40 page views each; both sides answer member and until, and decode what is stored; windows in UTC`,
  ],
});
