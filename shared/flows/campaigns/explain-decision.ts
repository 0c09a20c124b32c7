import { type Campaign, templatesOf } from '../../domain/campaigns/campaign.ts';
import {
  type DecisionInput,
  decisionInputs,
  type ExplainedCase,
} from '../../domain/campaigns/decision-explanation.ts';
import { plannedFor, plannedRun } from '../../domain/campaigns/preflight/planned-run.ts';
import { outcomeOf, type PreflightOutcome } from '../../domain/campaigns/preflight/preflight.ts';
import { mainStep, type Run } from '../../domain/campaigns/run.ts';
import { isEventSchedule, isOnceSchedule } from '../../domain/campaigns/schedule.ts';
import { isLive } from '../../domain/campaigns/transition.ts';
import { addressOf } from '../../domain/messaging/decision.ts';
import { type Message, messageId } from '../../domain/messaging/message.ts';
import type { Profile } from '../../domain/profiles/profile.ts';
import { isoInstant } from '../../domain/time/instant.ts';
import type { Ports } from '../../ports/ports.ts';
import { getContact } from '../../stores/contacts.ts';
import { getLastPlanned } from '../../stores/enrolments.ts';
import { personMessages } from '../../stores/person-messages.ts';
import { allRuns } from '../../stores/runs.ts';
import { currentRuleset } from '../../stores/segments.ts';
import { getPolicy } from '../../stores/sending-policy.ts';
import { getSuppression } from '../../stores/suppressions.ts';
import { getTemplate } from '../../stores/templates.ts';
import { decidePlanned } from './launch/preflight-campaign.ts';
import { stillWanted } from './unless.ts';

type Reach = Pick<Ports, 'table' | 'queue' | 'clock' | 'settings'>;

/** Why a person gets a campaign's message or not. */
export type DecisionExplanation = {
  readonly verdict: string;
  readonly outcome: PreflightOutcome;
  readonly inputs: readonly DecisionInput[];
  /** What stands in the ledger already, of the newest runs. */
  readonly messages: readonly Readonly<Record<string, unknown>>[];
};

/** Runs that are looked into for what exists already, the newest first; and rows of each. */
const newestRuns = 20;
const rowsOfRun = 20;

/** The whole decision about one person as of now, by the functions that reserve messages; writes nothing. */
export async function explainDecision(
  campaign: Campaign,
  profile: Profile,
  reach: Reach,
): Promise<DecisionExplanation> {
  const { table, clock, settings } = reach;
  const now = clock.now();
  const at = { now, companyTimeZone: settings.timeZone };
  const runs = await newestRunsOf(campaign.id, reach);
  const run =
    standingRun(campaign, runs) ?? plannedRun(campaign, await versionsOf(campaign, reach), at);
  const [row] = await decidePlanned(run, [profile], { reach, now });
  if (row === undefined) throw new Error('A candidate was given no row.');
  const { serving } = await currentRuleset(table, settings.timeZone);
  const address = addressOf(profile, row.channel);
  const about: ExplainedCase = {
    ...at,
    campaign,
    run,
    profile,
    serving,
    policy: await getPolicy(table),
    contact: await getContact(table, profile.id),
    suppression:
      address === undefined ? undefined : await getSuppression(table, row.channel, address),
    row,
    ...(await eventPart(campaign, profile, reach)),
    plannedAt: plannedFor(run, profile.attributes['timeZone'], at),
  };
  const inputs = decisionInputs(about);
  const rows = await rowsOf(runs, profile.id, reach);
  const outcome = outcomeOf(row, now);
  return {
    verdict: verdictOf(campaign, {
      inputs,
      outcome,
      row,
      standing: rows.find((one) => one.run === run.id),
    }),
    outcome,
    inputs,
    messages: rows.map(messageShown),
  };
}

async function newestRunsOf(campaign: string, { table }: Reach): Promise<readonly Run[]> {
  const runs: Run[] = [];
  for await (const run of allRuns(table, campaign)) {
    runs.push(run);
    if (runs.length >= newestRuns) break;
  }
  return runs;
}

/** What only event campaigns ask, as if the event came now. */
async function eventPart(
  { id, definition }: Campaign,
  profile: Profile,
  reach: Reach,
): Promise<Pick<ExplainedCase, 'unless' | 'lastPlanned'>> {
  const { schedule } = definition;
  if (!isEventSchedule(schedule)) return { unless: undefined, lastPlanned: undefined };
  const now = reach.clock.now();
  const event = { id: 'explain', name: schedule.on, occurredAt: isoInstant(now), properties: {} };
  const isWanted = await stillWanted({ message: { event }, definition, profile, now }, reach);
  const { plannedAt: lastPlanned } = await getLastPlanned(reach.table, id, profile.id);
  return { unless: schedule.unless === undefined ? undefined : !isWanted, lastPlanned };
}

/** The run that a live campaign's next message would stand in, if there is one; a recurring one's comes with each firing. */
function standingRun(
  { state, definition: { schedule }, run: id }: Campaign,
  runs: readonly Run[],
): Run | undefined {
  if (!isLive(state)) return undefined;
  if (isEventSchedule(schedule)) return runs.find((run) => run.id === id);
  return isOnceSchedule(schedule)
    ? runs.find((run) => run.state === 'running' || run.state === 'paused')
    : undefined;
}

/** The versions pinned at launch, else the latest. */
async function versionsOf(
  { state, templates, definition }: Campaign,
  { table }: Reach,
): Promise<Run['templates']> {
  if (isLive(state) && templates !== undefined) return templates;
  const found = templatesOf(definition).map(async ({ id }) => {
    const template = await getTemplate(table, id);
    return [id, template?.version ?? 0] as const;
  });
  return Object.fromEntries(await Promise.all(found));
}

async function rowsOf(
  runs: readonly Run[],
  profileId: string,
  { table }: Reach,
): Promise<readonly Message[]> {
  const found = runs.map(({ id: run }) =>
    personMessages(table, { run, step: mainStep, profileId }, rowsOfRun),
  );
  return (await Promise.all(found)).flat();
}

const messageShown = (row: Message): Readonly<Record<string, unknown>> => ({
  id: messageId(row),
  run: row.run,
  state: row.state,
  reason: row.reason ?? null,
  channel: row.channel,
  variant: row.variant ?? null,
  plannedAt: row.plannedAt,
  dueAt: row.dueAt ?? null,
  at: row.at,
});

function verdictOf(
  { state, definition }: Campaign,
  about: {
    readonly inputs: readonly DecisionInput[];
    readonly outcome: PreflightOutcome;
    readonly row: Message;
    /** The row that stands in the run that was decided about. */
    readonly standing: Message | undefined;
  },
): string {
  const { inputs, outcome, row, standing } = about;
  const { schedule } = definition;
  if (standing !== undefined && (!isEventSchedule(schedule) || schedule.repeat === 'once')) {
    const why = standing.reason === undefined ? '' : ` (${standing.reason})`;
    return `The message stands as ${standing.state}${why} since ${standing.at}.`;
  }
  const against = inputs.find(
    ({ input, passes }) => passes === false && beforeReserving.includes(input),
  );
  if (against !== undefined) return `Gets nothing: ${lowerFirst(against.says)}`;
  const begin = state === 'draft' ? 'If it were launched now, the message ' : 'The message ';
  switch (outcome.kind) {
    case 'lost':
      return `${begin}would be withheld: ${outcome.reason}.`;
    case 'now':
      return `${begin}would be sent at once.`;
    case 'later':
      return outcome.reason === 'planned'
        ? `${begin}would be sent at ${row.plannedAt}.`
        : `${begin}would wait until ${row.dueAt}: ${outcome.reason}.`;
  }
}

/** Inputs that are asked before a message is reserved. */
const beforeReserving = ['campaign', 'audience', 'unless', 'cooldown'];

const lowerFirst = (text: string): string => text.slice(0, 1).toLowerCase() + text.slice(1);
