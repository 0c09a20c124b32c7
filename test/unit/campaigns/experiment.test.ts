import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { campaignSchema } from '../../../shared/domain/campaigns/campaign.ts';
import {
  type Experiment,
  experimentSchema,
  isTester,
  variantOf,
} from '../../../shared/domain/campaigns/experiments/experiment.ts';
import type { Winner } from '../../../shared/domain/campaigns/experiments/winner.ts';
import {
  awaitsWinner,
  contentFor,
  contentOfWinner,
  namedWait,
  waitFor,
} from '../../../shared/domain/campaigns/message/message-content.ts';
import type { Run } from '../../../shared/domain/campaigns/run.ts';
import { isControl } from '../../../shared/domain/messaging/policy/control-group.ts';
import { bucketOf } from '../../../shared/domain/rules/bucket.ts';
import { aDefinition, aDefinitionInput } from './a-campaign.ts';

const variants = [
  { id: 'short', template: 'short-one', weight: 3 },
  { id: 'long', template: 'long-one', weight: 1 },
];
const test = { share: 0.2, metric: 'click', wait: 'PT4H' };

const anExperiment = (changes: Readonly<Record<string, unknown>> = {}): Experiment =>
  experimentSchema.parse({ variants, ...changes });

const people = Array.from({ length: 20_000 }, (_, n) => `person-${n}`);

/** How far counts are from what is expected, as chi² (K. Pearson, 1900). */
const chiSquare = (observed: readonly number[], expected: readonly number[]): number =>
  observed.reduce(
    (sum, count, n) => sum + (count - (expected[n] ?? 0)) ** 2 / (expected[n] ?? 1),
    0,
  );

/** What chi² exceeds once in a million, for 1 to 3 degrees of freedom. */
const onceInAMillion = [23.9, 27.6, 30.7];

describe('the split of an experiment', () => {
  it('gives everybody the same variant every time, and one of those there are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 2, maxLength: 10 }),
        fc.string(),
        fc.string(),
        (weights, campaign, person) => {
          const experiment = anExperiment({
            variants: weights.map((weight, n) => ({ id: `v${n}`, template: `t${n}`, weight })),
          });
          const variant = variantOf(experiment, campaign, person);
          expect(experiment.variants).toContain(variant);
          expect(variantOf(experiment, campaign, person)).toBe(variant);
        },
      ),
    );
  });

  it.each(['march', 'april', 'a'])(
    'is in proportion to the weights, in campaign %s',
    (campaign) => {
      const experiment = anExperiment({
        variants: [1, 2, 3, 4].map((weight) => ({ id: `v${weight}`, template: 't', weight })),
      });
      const counts = [0, 0, 0, 0];
      for (const person of people) {
        const { weight } = variantOf(experiment, campaign, person);
        counts[weight - 1] = (counts[weight - 1] ?? 0) + 1;
      }
      const expected = [1, 2, 3, 4].map((weight) => (people.length * weight) / 10);
      expect(chiSquare(counts, expected)).toBeLessThan(onceInAMillion[2] ?? 0);
    },
  );

  const inTest = anExperiment({ variants: variants.map((one) => ({ ...one, weight: 1 })), test });
  const control = { share: 0.3, salt: 'control' };
  const shares: readonly (readonly [string, number, (person: string) => boolean])[] = [
    ['the testers', 0.2, (person) => isTester(inTest, 'march', person)],
    ['the hold-out', 0.25, (person) => bucketOf('march', person) < 25],
    ['the control group', 0.3, (person) => isControl(control, person)],
    ['the variants of another campaign', 0.5, (person) => isShort('april', person)],
  ];
  const isShort = (campaign: string, person: string): boolean =>
    variantOf(inTest, campaign, person).id === 'short';

  it.each(shares)('is independent of %s', (_, share, isIn) => {
    const observed = [0, 0, 0, 0];
    for (const person of people) {
      const cell = (isIn(person) ? 2 : 0) + (isShort('march', person) ? 1 : 0);
      observed[cell] = (observed[cell] ?? 0) + 1;
    }
    const half = people.length / 2;
    const expected = [half * (1 - share), half * (1 - share), half * share, half * share];
    expect(chiSquare(observed, expected)).toBeLessThan(onceInAMillion[2] ?? 0);
  });

  it('tries the variants on so many as the share says, and on everybody without a test', () => {
    const testers = people.filter((person) => isTester(inTest, 'march', person)).length;
    const expected = [people.length * 0.2, people.length * 0.8];
    const observed = [testers, people.length - testers];
    expect(chiSquare(observed, expected)).toBeLessThan(onceInAMillion[0] ?? 0);
    expect(people.every((person) => isTester(anExperiment(), 'march', person))).toBe(true);
  });
});

const decisionAt = '2027-03-08T14:00:00.000Z';
const now = Date.parse('2027-03-08T10:00:00.000Z');

const aRun = (changes: Partial<Run> = {}, experiment: unknown = { variants, test }): Run => ({
  id: 'march@x',
  campaign: 'march',
  plannedAt: '2027-03-08T10:00:00Z',
  launchedAt: '2027-03-01T10:00:00.000Z',
  state: 'running',
  definition: aDefinition({ message: { channel: 'email' }, experiment }),
  templates: { 'short-one': 3, 'long-one': 5 },
  revision: 1,
  waves: [],
  startedWaves: ['2027-03-08T10:00:00Z'],
  walk: undefined,
  checks: 0,
  closedShards: 0,
  dueAt: undefined,
  decisionAt,
  ...changes,
});

const aWinner = (variant: string | null): Winner => ({
  variant,
  metric: 'click',
  decidedAt: decisionAt,
  arms: [],
  pValue: null,
  confidence: 0.95,
  enough: variant !== null,
  currency: null,
});

const tester = people.find((id) => isTester(anExperiment({ test }), 'march', id)) ?? '';
const other = people.find((id) => !isTester(anExperiment({ test }), 'march', id)) ?? '';
const own = variantOf(anExperiment(), 'march', other).id;

describe('what a person gets of an experiment', () => {
  it('is their own variant at once when it is tried on them, and the pinned version of its template', () => {
    const { variant, template, templateVersion } = contentFor(aRun(), { id: tester });
    expect(variant).toBe(variantOf(anExperiment(), 'march', tester).id);
    expect(templateVersion).toBe(template === 'short-one' ? 3 : 5);
    expect(contentFor(aRun({ winner: aWinner('long') }), { id: tester }).variant).toBe(variant);
  });

  it('is nothing yet for the others, then the winner', () => {
    const waiting = contentFor(aRun(), { id: other });
    expect(waiting).toMatchObject({ variant: undefined, template: 'short-one' });
    expect(awaitsWinner(aRun(), waiting)).toBe(true);
    expect(contentOfWinner(aRun(), { profileId: other })).toBeUndefined();
    const decided = aRun({ winner: aWinner('long') });
    const content = { variant: 'long', template: 'long-one', templateVersion: 5 };
    expect(contentOfWinner(decided, { profileId: other })).toMatchObject(content);
  });

  it('is their own variant, or the one named, when nothing is sure', () => {
    const unsure = { winner: aWinner(null) };
    expect(contentFor(aRun(unsure), { id: other }).variant).toBe(own);
    const named = { variants, test: { ...test, otherwise: 'long' } };
    expect(contentFor(aRun(unsure, named), { id: other }).variant).toBe('long');
  });

  it('waits for nobody without an experiment', () => {
    const run = { definition: aDefinition() };
    expect(awaitsWinner(run, { variant: undefined })).toBe(false);
  });
});

describe('the wait for the winner', () => {
  const at = { plannedAt: now, now, companyTimeZone: 'UTC' };
  const minute = 60_000;
  const decision = Date.parse(decisionAt);

  it('is none for those it is tried on', () => {
    expect(waitFor(aRun(), tester, at)).toEqual({ plannedAt: now, notBefore: now });
  });

  it('lasts until a minute after the choice, and until their own hour when that is later', () => {
    const found = waitFor(aRun(), other, at);
    expect(found).toEqual({ plannedAt: decision, notBefore: decision + minute });
    const late = { ...at, plannedAt: decision + 10 * minute };
    const { plannedAt } = late;
    expect(waitFor(aRun(), other, late)).toEqual({ plannedAt, notBefore: plannedAt });
  });

  it('goes on as long as the choice has not been made', () => {
    const overdue = { ...at, now: decision + 5 * minute };
    expect(waitFor(aRun(), other, overdue).notBefore).toBe(decision + 6 * minute);
    const decided = aRun({ winner: aWinner('long') });
    expect(waitFor(decided, other, overdue).notBefore).toBe(decision);
  });

  it('is named by its reason, unless they wait for their own hour', () => {
    const wait = { kind: 'deferred', until: decision, reason: 'local-time' } as const;
    const named = namedWait(wait, { plannedAt: now, notBefore: decision });
    expect(named).toEqual({ ...wait, reason: 'experiment' });
    expect(namedWait(wait, { plannedAt: decision, notBefore: decision })).toBe(wait);
  });
});

describe('the metric of a test', () => {
  const goal = { event: 'Order Completed', within: 'P7D' };
  const issuesOf = (metric: string, changes: Readonly<Record<string, unknown>>) => {
    const experiment = { variants, test: { ...test, metric } };
    const input = aDefinitionInput({ message: { channel: 'email' }, experiment, ...changes });
    const { error } = campaignSchema.safeParse(input);
    return (error?.issues ?? []).map(({ path }) => path.join('.'));
  };
  const sms = { channel: 'sms' };
  const metric = 'experiment.test.metric';

  it.each([
    ['open', {}, []],
    ['open', { message: sms }, [metric]],
    ['click', {}, []],
    ['click', { message: sms }, [metric]],
    ['click', { message: sms, links: { track: true } }, []],
    ['conversion', {}, ['goal']],
    ['conversion', { goal }, []],
    ['revenue', { goal }, ['goal.value']],
    ['revenue', { goal: { ...goal, value: 'total' } }, []],
  ])('by %s with %o is refused at %o: it could never be told', (of, changes, paths) => {
    expect(issuesOf(of, changes)).toEqual(paths);
  });
});
