import { isDeepStrictEqual } from 'node:util';
import { isLive } from '../../../shared/domain/campaigns/transition.ts';
import type { QueueName } from '../../../shared/ports/queue.ts';
import type { Listener } from '../../../shared/ports/schedules.ts';
import { busListener, type ListenerKind } from '../../../shared/stores/listeners.ts';
import { type Asked, mapped } from '../asked.ts';
import { command, type Finding, judged, ok, warning, wrong } from '../finding.ts';
import { type CampaignFacts, isSettling } from './marketing.ts';
import { settledAgain } from './settled-again.ts';

export type RuleFacts = {
  readonly name: string;
  readonly isDisabled: boolean;
  /** JSON, as the bus tells it. */
  readonly pattern: string | undefined;
};

/** The rules of the bus that put events on a queue of the stack. */
export type TargetFacts = {
  readonly queue: QueueName;
  readonly arn: string;
  readonly rules: readonly string[];
};

export type RulesFacts = {
  readonly campaigns: Asked<readonly CampaignFacts[]>;
  readonly rules: Asked<readonly RuleFacts[]>;
  readonly targets: Asked<readonly TargetFacts[]>;
};

type Place = {
  readonly now: number;
  /** Rules that the bus may have. */
  readonly quota: number;
  readonly url: string;
  /** Undefined: the local world, where nobody disables a rule, and goals after the end are not told. */
  readonly bus: string | undefined;
};

/** Campaigns share a rule per event name: each that one needs must be there and hand its events over. */
export const checkRules = (
  { campaigns, rules, targets }: RulesFacts,
  place: Place,
): readonly Finding[] =>
  judged('event rules', rules, (found) => {
    const needs = mapped(campaigns, (all) => neededRules(all, place.now));
    const fed = targets.kind === 'known' ? targets.value : undefined;
    const others = mapped(needs, (all) => {
      const names = new Set(all.map(({ rule }) => rule.name));
      return found.filter(({ name }) => !names.has(name));
    });
    const [idle, strangers] =
      others.kind === 'known'
        ? [others.value.filter(isCampaigns), others.value.filter((rule) => !isCampaigns(rule))]
        : [[], found];
    return [
      ...judged('event rules', needs, (all) =>
        all.flatMap((need) => neededFindings(need, { found, fed }, place)),
      ),
      ...judged('event rules', targets, () => []),
      ...strangers
        .filter(({ isDisabled }) => isDisabled)
        .map((rule) => strangerFinding(rule, place)),
      countFinding(
        found.length,
        place.bus === undefined ? [] : idle.map(({ name }) => name),
        place.quota,
      ),
    ];
  });

type Need = {
  readonly kind: ListenerKind;
  readonly event: string;
  readonly rule: Listener;
  /** Who listens by it; `isOver`: only for the conversions that may still come. */
  readonly users: readonly { readonly campaign: CampaignFacts; readonly isOver: boolean }[];
};

/** By rule; whoever was changed just now may still be without, and has nothing said of it. */
function neededRules(campaigns: readonly CampaignFacts[], now: number): readonly Need[] {
  const wanted = campaigns.flatMap((campaign) => {
    const { schedule, goals, keptGoals, state } = campaign;
    const live = isLive(state) ? goals : [];
    const kept = keptGoals
      .filter(({ event, until }) => Date.parse(until) > now && !live.includes(event))
      .map(({ event }) => event);
    const starts = isLive(state) && 'on' in schedule ? [schedule.on] : [];
    const use = (kind: ListenerKind, isOver: boolean) => (event: string) => ({
      kind,
      event,
      rule: busListener(kind, event),
      user: { campaign, isOver },
    });
    return [
      ...starts.map(use('trigger', false)),
      ...live.map(use('goal', false)),
      ...kept.map(use('goal', true)),
    ];
  });
  const groups = Map.groupBy(wanted, ({ rule }) => rule.name);
  return [...groups.values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [{ ...first, users: [first, ...others].map(({ user }) => user) }],
  );
}

type Bus = {
  readonly found: readonly RuleFacts[];
  readonly fed: readonly TargetFacts[] | undefined;
};

function neededFindings(need: Need, bus: Bus, place: Place): readonly Finding[] {
  const settled = need.users.filter(
    ({ campaign, isOver }) => isOver || !isSettling(campaign, place.now),
  );
  const trouble = troubleOf(need, bus);
  if (trouble === undefined || settled.length === 0) return [];
  const { rule, kind, event, users } = need;
  const by = `${users.length === 1 ? 'campaign' : 'campaigns'} ${listed(users.map(({ campaign }) => campaign.id))}`;
  const loss =
    kind === 'trigger'
      ? `Nobody is sent what ${by} should send on ${JSON.stringify(event)}`
      : `Conversions by ${JSON.stringify(event)} are missing from the reports of ${by}`;
  const fix = [fixOf({ ...need, users: settled }, bus, place), ...meanwhile(place)].join('\n');
  return [wrong(`rule: ${rule.name}`, `${loss}: ${trouble}.`, fix)];
}

function troubleOf({ rule }: Need, { found, fed }: Bus): string | undefined {
  const standing = found.find(({ name }) => name === rule.name);
  if (standing === undefined) return 'the rule that hands the event over is gone';
  if (standing.isDisabled) return 'the rule that hands the event over is disabled';
  if (!isSamePattern(standing.pattern, rule)) return 'the rule was changed to hear something else';
  const target = fed?.find(({ queue }) => queue === rule.queue);
  if (target === undefined || target.rules.includes(rule.name)) return undefined;
  return `the rule does not hand the event over to the queue "${rule.queue}"`;
}

function isSamePattern(text: string | undefined, { pattern }: Listener): boolean {
  try {
    return isDeepStrictEqual(JSON.parse(text ?? ''), pattern);
  } catch {
    // A rule by the clock has none.
    return false;
  }
}

/** Whoever is live makes the rule anew; nobody does that any more for one that is over. */
function fixOf({ rule, users }: Need, { fed }: Bus, { url, bus }: Place): string {
  const live = users.filter(({ isOver }) => !isOver).map(({ campaign }) => campaign);
  const user = live.find(({ state }) => state !== 'paused') ?? live[0];
  if (user !== undefined) return settledAgain(user, { what: 'its rule', url });
  const arn = fed?.find(({ queue }) => queue === rule.queue)?.arn;
  const at = `--event-bus-name ${bus}`;
  return command(
    'Who needs it is over, so no campaign makes it anew. By hand:',
    `aws events put-rule ${at} --name ${rule.name} --state ENABLED --event-pattern ${quoted(JSON.stringify(rule.pattern))}`,
    `aws events put-targets ${at} --rule ${rule.name} --targets Id=queue,Arn=${arn ?? `<ARN of the queue ${rule.queue}>`}`,
  );
}

/** An event's name may be any text; what is copied into a shell must stay one word. */
const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

const meanwhile = ({ bus }: Place): readonly string[] =>
  bus === undefined
    ? []
    : [
        'What happened meanwhile is in the timeline, and counts once it is published again: the output RepublishCommand ("Publish again" in infra/README.md).',
      ];

const shownNames = 5;

function listed(names: readonly string[]): string {
  const shown = names.slice(0, shownNames).map((name) => `"${name}"`);
  const more = names.length - shown.length;
  return [...shown, ...(more > 0 ? [`${more} more`] : [])].join(', ');
}

/** What `busListener` names rules by. */
const isCampaigns = ({ name }: RuleFacts): boolean => /^(on|goal)-.*-[0-9a-f]{8}$/.test(name);

/** The canary's, or the company's own; a campaign's only where it is not known what campaigns need. */
const strangerFinding = ({ name }: RuleFacts, { bus }: Place): Finding =>
  wrong(
    `rule: ${name}`,
    'It is disabled: whoever waits for its events does not hear of them.',
    command('Enable it:', `aws events enable-rule --event-bus-name ${bus} --name ${name}`),
  );

function countFinding(count: number, idle: readonly string[], quota: number): Finding {
  const unneeded = idle.length === 0 ? '' : `; no campaign needs ${listed(idle)} any more`;
  const text = `${count} of ${quota} rules of the bus are used${unneeded}`;
  const fix = command(
    'Cancel campaigns that are over, or ask AWS for more:',
    'aws service-quotas request-service-quota-increase --service-code events --quota-code L-244521F2 --desired-value 1000',
  );
  if (count >= quota) {
    return wrong('event rules', `${text}: no campaign on another event can be launched.`, fix);
  }
  return count >= quota * 0.8
    ? warning('event rules', `${text}.`, fix)
    : ok('event rules', `${text}.`);
}
