import { performance } from 'node:perf_hooks';
import { approvalView } from '../../../domain/campaigns/approval.ts';
import type { Campaign } from '../../../domain/campaigns/campaign.ts';
import { plannedFor, plannedRun } from '../../../domain/campaigns/preflight/planned-run.ts';
import {
  countOutcome,
  type Funnel,
  funnelOf,
  newTally,
  outcomeOf,
  type PreflightOutcome,
  type PreflightTally,
} from '../../../domain/campaigns/preflight/preflight.ts';
import {
  type CostTally,
  costOf,
  countMessage,
  type PreflightCost,
} from '../../../domain/campaigns/preflight/preflight-cost.ts';
import {
  type PreflightStop,
  stopsOf,
} from '../../../domain/campaigns/preflight/preflight-stops.ts';
import type { Run } from '../../../domain/campaigns/run.ts';
import { isEventSchedule, isOnceSchedule } from '../../../domain/campaigns/schedule.ts';
import { addressOf } from '../../../domain/messaging/decision.ts';
import type { Message } from '../../../domain/messaging/message.ts';
import { limitsOf } from '../../../domain/messaging/policy/launch-limits.ts';
import type { SendingPolicy } from '../../../domain/messaging/policy/sending-policy.ts';
import { countryOf } from '../../../domain/messaging/policy/sms-price.ts';
import type { Profile } from '../../../domain/profiles/profile.ts';
import { shuffled } from '../../../domain/segments/cluster-sample.ts';
import type { Template } from '../../../domain/templates/template.ts';
import type { Ports } from '../../../ports/ports.ts';
import { inParallel } from '../../../runtime/parallel.ts';
import { whenFree } from '../../../runtime/when-free.ts';
import { currentRuleset } from '../../../stores/segments.ts';
import { getPolicy } from '../../../stores/sending-policy.ts';
import { decideRows } from '../reserve-messages.ts';
import { type AudienceParts, audienceParts } from './audience-parts.ts';
import { type RenderSample, renderSample } from './render-sample.ts';

type Reach = Pick<Ports, 'table' | 'queue' | 'clock' | 'settings'>;

/** What a launch now would bring: who would get a message and who not, what it would cost, and what stops it. */
export type Preflight = Funnel & {
  /** Whether it may be launched as it stands, but for an approval. */
  readonly ok: boolean;
  /** The planned instant the funnel is for; for recipients' local times that time written as if UTC. */
  readonly plannedAt: string;
  readonly cost: PreflightCost;
  readonly stops: readonly PreflightStop[];
  readonly approval: Readonly<Record<string, unknown>>;
};

/** People of an audience that are looked at: beyond, those who were stand for the rest. */
const mostPeople = 100_000;
/** An answer of the HTTP API may take 30 seconds: this leaves room for what was begun, and for a launch. */
const timeMs = 18_000;
const parallelParts = 8;
/** Without two parts nothing can be said of how parts differ. */
const fewestParts = 2;

/**
 * Decides about everybody who is in the audience now just as the run's own reservation does, each as of
 * the instant their message is planned for, and writes nothing.
 */
export async function preflightCampaign(
  campaign: Campaign,
  templates: readonly Template[],
  reach: Reach,
): Promise<Preflight> {
  const { definition } = campaign;
  const endsAt = performance.now() + timeMs;
  const { table, clock, settings } = reach;
  const policy = await getPolicy(table);
  const { serving } = await currentRuleset(table, settings.timeZone);
  const now = clock.now();
  const versions = Object.fromEntries(templates.map(({ id, version }) => [id, version]));
  const run = plannedRun(campaign, versions, { now, companyTimeZone: settings.timeZone });
  const looking: Looking = {
    run,
    now,
    reach,
    costs: new Map(),
    sample: await renderSample(run, templates, reach),
  };
  const audience = await audienceParts(definition.audience, serving, reach);
  const tallies = await lookAt(audience, looking, () => performance.now() > endsAt);
  const funnel = funnelOf(audience.parts, tallies);
  return judged(campaign, { funnel, run, policy, costs: looking.costs });
}

function judged(
  campaign: Campaign,
  found: {
    readonly funnel: Funnel;
    readonly run: Run;
    readonly policy: SendingPolicy;
    readonly costs: CostTally;
  },
): Preflight {
  const { funnel, run, policy, costs } = found;
  const { definition } = campaign;
  const isOnce = isOnceSchedule(definition.schedule);
  const stops = stopsOf(funnel.steps, {
    limits: limitsOf(definition.limits, policy.limits),
    isOnce,
  });
  const messages = funnel.now.people + funnel.later.people;
  return {
    ok: stops.length === 0,
    ...funnel,
    plannedAt: run.plannedAt,
    cost: costOf(costs, { prices: policy.prices, messages }),
    stops,
    approval: approvalView(campaign, policy, funnel.steps[0]?.people),
  };
}

type Looking = {
  readonly run: Run;
  readonly now: number;
  readonly reach: Reach;
  readonly costs: CostTally;
  readonly sample: RenderSample;
};

/** Part by part in a random order, until all are looked at, enough people are, or the time is over. */
async function lookAt(
  { parts, read }: AudienceParts,
  looking: Looking,
  isOutOfTime: () => boolean,
): Promise<readonly PreflightTally[]> {
  const tallies: PreflightTally[] = [];
  let people = 0;
  const isOver = (): boolean =>
    tallies.length >= fewestParts && (people >= mostPeople || isOutOfTime());
  const waiting = shuffled(parts, looking.run.campaign);
  const worker = async (): Promise<void> => {
    for (const part of waiting) {
      if (isOver()) return;
      const tally = newTally();
      for await (const profiles of read(part)) {
        await lookAtPage(profiles, looking, tally);
        people += profiles.length;
      }
      tallies.push(tally);
    }
  };
  await inParallel(Array.from({ length: parallelParts }), parallelParts, worker);
  return tallies;
}

async function lookAtPage(
  profiles: readonly Profile[],
  looking: Looking,
  tally: PreflightTally,
): Promise<void> {
  const people = new Map(profiles.map((profile) => [profile.id, profile]));
  for (const row of await decidePlanned(looking.run, profiles, looking)) {
    const profile = people.get(row.profileId);
    if (profile === undefined) continue;
    const outcome = outcomeOf(row, looking.now);
    countOutcome(tally, row.profileId, outcome);
    if (outcome.kind !== 'lost') countSendable({ row, profile, outcome }, looking, tally);
  }
}

/** The rows that people would get, each decided as of the instant it is planned for. */
export async function decidePlanned(
  run: Run,
  profiles: readonly Profile[],
  { reach, now }: Pick<Looking, 'reach' | 'now'>,
): Promise<readonly Message[]> {
  const at = { now, companyTimeZone: reach.settings.timeZone };
  const trigger = isEventSchedule(run.definition.schedule) ? 'preflight' : '';
  const candidates = profiles.map((profile) => {
    const plannedAt = plannedFor(run, profile.attributes['timeZone'], at);
    return { profile, plannedAt, trigger };
  });
  const groups = Map.groupBy(candidates, ({ plannedAt }) => Math.max(plannedAt, now));
  const rows: Message[] = [];
  for (const [instant, group] of groups) {
    const then = { ...reach, clock: { ...reach.clock, now: () => instant } };
    const drafts = await whenFree(() => decideRows(run, group, then), reach.clock);
    rows.push(...drafts.map(({ row }) => row));
  }
  return rows;
}

type Sendable = {
  readonly row: Message;
  readonly profile: Profile;
  readonly outcome: PreflightOutcome;
};

function countSendable(
  { row, profile, outcome }: Sendable,
  { sample, costs }: Looking,
  tally: PreflightTally,
): void {
  const { channel } = row;
  const rendered = sample.render({ row, profile, outcome }, tally);
  if (rendered === 'failed') return;
  const phone = channel === 'sms' ? addressOf(profile, 'sms') : undefined;
  countMessage(costs, {
    channel,
    ...(phone !== undefined && { country: countryOf(phone) }),
    parts: rendered?.parts,
  });
}
