import { describe, expect, it } from 'vitest';
import { type Asked, known } from '../../../infra/doctor/asked.ts';
import type { CampaignFacts } from '../../../infra/doctor/checks/marketing.ts';
import {
  checkRules,
  type RuleFacts,
  type RulesFacts,
  type TargetFacts,
} from '../../../infra/doctor/checks/rules.ts';
import { busListener, type ListenerKind } from '../../../shared/stores/listeners.ts';
import { aCampaign, now } from './accounts.ts';
import { refused, statesOf, textOf } from './states.ts';

const place = { now, quota: 300, url: 'https://api.shop.example', bus: 'Perennial' };

const aRule = (kind: ListenerKind, event: string, changes: Partial<RuleFacts> = {}): RuleFacts => {
  const { name, pattern } = busListener(kind, event);
  return { name, isDisabled: false, pattern: JSON.stringify(pattern), ...changes };
};

const start = aRule('trigger', 'Cart Left');
const goal = aRule('goal', 'Order Completed');
const arn = (queue: string) => `arn:aws:sqs:eu-west-1:123456789012:${queue}`;

/** Each rule feeds the queue that its name stands for. */
const targetsOf = (rules: readonly RuleFacts[]): readonly TargetFacts[] => {
  const named = (start: string) =>
    rules.map(({ name }) => name).filter((name) => name.startsWith(start));
  return [
    { queue: 'triggers', arn: arn('triggers'), rules: named('on-') },
    { queue: 'conversions', arn: arn('conversions'), rules: named('goal-') },
  ];
};

const onEvent = (changes: Partial<CampaignFacts> = {}): CampaignFacts =>
  aCampaign({ id: 'cart', state: 'running', schedule: { on: 'Cart Left' }, ...changes });

const rulesOf = (
  campaigns: readonly CampaignFacts[],
  rules: readonly RuleFacts[],
  changes: Partial<RulesFacts> = {},
) =>
  checkRules(
    {
      campaigns: known(campaigns),
      rules: known(rules),
      targets: known(targetsOf(rules)),
      ...changes,
    },
    place,
  );

describe('a rule that a campaign needs', () => {
  const broken = { [`rule: ${start.name}`]: 'wrong', 'event rules': 'ok' };
  const well = { 'event rules': 'ok' };
  const other = JSON.stringify(busListener('trigger', 'Cart Filled').pattern);

  it.each([
    ['is there', {}, [start], well],
    ['is gone', {}, [], broken],
    ['is gone while it is paused', { state: 'paused' }, [], broken],
    ['is disabled', {}, [{ ...start, isDisabled: true }], broken],
    ['hears another event', {}, [{ ...start, pattern: other }], broken],
    ['hears nothing but the clock', {}, [{ ...start, pattern: undefined }], broken],
    ['hears it in other words', {}, [{ ...start, pattern: reordered(start.pattern) }], well],
    ['is not there just yet', { updatedAt: '2026-11-22T11:58:00.000Z' }, [], well],
    ['is of a draft', { state: 'draft' }, [], well],
    ['is of a campaign that is over', { state: 'completed' }, [], well],
    ['is of one that goes by the clock', { schedule: { cron: '0 10 * * ? *' } }, [], well],
  ] as const)('%s', (_, changes, rules, states) => {
    expect(statesOf(rulesOf([onEvent(changes)], rules))).toEqual(states);
  });

  it.each([
    ['nowhere', []],
    ['to another queue of the stack', [{ ...target('conversions'), rules: [start.name] }]],
    ['to the queue of another stack', [{ ...target('triggers'), rules: ['on-other-00000000'] }]],
  ] as const)('hands events over %s', (_, found) => {
    const targets = known([target('triggers'), ...found].toReversed());
    const findings = rulesOf([onEvent()], [start], { targets });
    expect(statesOf(findings)).toEqual(broken);
    expect(textOf(findings)).toContain('does not hand the event over to the queue "triggers"');
  });

  it('says who is sent nothing, and how the rule comes back without holding anybody', () => {
    const [finding] = rulesOf([onEvent({ id: 'old', state: 'paused' }), onEvent()], []);
    expect(finding?.what).toBe(
      'Nobody is sent what campaigns "old", "cart" should send on "Cart Left": ' +
        'the rule that hands the event over is gone.',
    );
    expect(finding?.fix).toContain(
      'curl -fsS -X POST https://api.shop.example/admin/campaigns/cart/launch ',
    );
    expect(finding?.fix).toContain('RepublishCommand');
  });

  it('says how it comes back for campaigns that stay paused', () => {
    const text = textOf(rulesOf([onEvent({ state: 'paused' })], []));
    expect(text).toContain('/admin/campaigns/cart/pause ');
    expect(text).not.toContain('/launch');
  });

  it('is told of once, with the first of many campaigns', () => {
    const campaigns = Array.from({ length: 7 }, (_, place) => onEvent({ id: `c-${place}` }));
    const found = rulesOf(campaigns, []);
    expect(found).toHaveLength(2);
    expect(found[0]?.what).toContain('campaigns "c-0", "c-1", "c-2", "c-3", "c-4", 2 more should');
  });
});

describe('the rule of a goal', () => {
  const broken = { [`rule: ${goal.name}`]: 'wrong', 'event rules': 'ok' };
  const wants = aCampaign({ goals: ['Order Completed'] });
  const over = (until: string) =>
    aCampaign({ state: 'completed', keptGoals: [{ event: 'Order Completed', until }] });

  it.each([
    ['is there', wants, [goal], { 'event rules': 'ok' }],
    ['is gone', wants, [], broken],
    [
      'is needed by nobody who is over',
      { ...wants, state: 'completed' },
      [],
      { 'event rules': 'ok' },
    ],
    ['is gone while conversions still come', over('2026-11-23T12:00:00.000Z'), [], broken],
    [
      'is gone when none comes any more',
      over('2026-11-22T11:00:00.000Z'),
      [],
      { 'event rules': 'ok' },
    ],
  ] as const)('%s', (_, campaign, rules, states) => {
    expect(statesOf(rulesOf([campaign], rules))).toEqual(states);
  });

  it('says whose conversions are not counted', () => {
    expect(rulesOf([wants], [])[0]?.what).toBe(
      'Conversions by "Order Completed" are missing from the reports of campaign "win-back": ' +
        'the rule that hands the event over is gone.',
    );
  });

  it('is made by hand where no campaign makes it any more, whatever the event is called', () => {
    const event = "Order's “end”\n$(rm -rf /)";
    const keptGoals = [{ event, until: '2026-11-23T12:00:00.000Z' }];
    const [finding] = rulesOf([aCampaign({ state: 'cancelled', keptGoals })], []);
    const { name, pattern } = busListener('goal', event);
    const [, rule = '', target = ''] = finding?.fix?.split('\n') ?? [];
    const word = / --event-pattern '(.*)'$/.exec(rule)?.[1] ?? '';
    // Within single quotes a shell takes everything as it stands but their end.
    expect(word.replaceAll(String.raw`'\''`, '')).not.toContain("'");
    expect(JSON.parse(word.replaceAll(String.raw`'\''`, "'"))).toEqual(pattern);
    expect(rule).toContain(`aws events put-rule --event-bus-name Perennial --name ${name} `);
    expect(target).toContain(`--rule ${name} --targets Id=queue,Arn=${arn('conversions')}`);
  });

  it('is made by a live campaign that shares it with one that is over', () => {
    const campaigns = [over('2026-11-23T12:00:00.000Z'), aCampaign({ ...wants, id: 'live' })];
    expect(textOf(rulesOf(campaigns, []))).toContain('/admin/campaigns/live/launch ');
  });
});

describe('the rules of the bus', () => {
  const rules = (count: number) =>
    Array.from({ length: count }, (_, place) => ({ ...start, name: `rule-${place}` }));

  it.each([
    ['are few', 239, 'ok'],
    ['are many', 240, 'warning'],
    ['are all that there may be', 300, 'wrong'],
  ] as const)('%s', (_, count, state) => {
    expect(statesOf(rulesOf([], rules(count)))).toEqual({ 'event rules': state });
  });

  it('that no campaign needs are named, and do no harm', () => {
    const [finding, ...others] = rulesOf([onEvent()], [start, { ...goal, isDisabled: true }]);
    expect(others).toEqual([]);
    expect(finding?.state).toBe('ok');
    expect(finding?.what).toBe(
      `2 of 300 rules of the bus are used; no campaign needs "${goal.name}" any more.`,
    );
  });

  it('are not called unneeded in the local world, which tells of no goals after the end', () => {
    const facts = { campaigns: known([]), rules: known([goal]), targets: known([]) };
    expect(textOf(checkRules(facts, { ...place, bus: undefined }))).not.toContain('needs');
  });

  it("that are not campaigns', such as the canary's, are named when disabled, with the command", () => {
    const found = rulesOf([], [{ ...start, name: 'Canary-1', isDisabled: true }]);
    expect(statesOf(found)).toEqual({ 'rule: Canary-1': 'wrong', 'event rules': 'ok' });
    expect(textOf(found)).toContain(
      'aws events enable-rule --event-bus-name Perennial --name Canary-1',
    );
    expect(textOf(found)).not.toContain('no campaign needs');
  });

  it('are judged as far as they may be asked about', () => {
    const off = { ...start, isDisabled: true };
    const seen = (rules: readonly RuleFacts[], changes: Partial<RulesFacts>) =>
      rulesOf([onEvent()], rules, changes).map(({ check, state }) => [check, state]);
    const nobody: Asked<never> = refused;
    expect(seen([start], { rules: nobody })).toEqual([['event rules', 'unknown']]);
    expect(seen([start], { campaigns: nobody })).toEqual([
      ['event rules', 'unknown'],
      ['event rules', 'ok'],
    ]);
    expect(seen([off], { campaigns: nobody })).toContainEqual([`rule: ${off.name}`, 'wrong']);
    expect(seen([], { targets: nobody })).toEqual([
      [`rule: ${start.name}`, 'wrong'],
      ['event rules', 'unknown'],
      ['event rules', 'ok'],
    ]);
  });
});

function target(queue: 'triggers' | 'conversions'): TargetFacts {
  return { queue, arn: arn(queue), rules: [] };
}

/** The same pattern, its fields the other way round. */
function reordered(pattern: string | undefined): string {
  const fields: object = JSON.parse(pattern ?? '{}');
  return JSON.stringify(Object.fromEntries(Object.entries(fields).toReversed()), null, 2);
}
