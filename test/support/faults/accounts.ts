import { isInAudience } from '../../../shared/domain/campaigns/condition.ts';
import { isOpen } from '../../../shared/domain/messaging/ledger.ts';
import type { Message } from '../../../shared/domain/messaging/message.ts';
import { messageId } from '../../../shared/domain/messaging/message.ts';
import { findOwners } from '../../../shared/stores/identities.ts';
import { listMessages } from '../../../shared/stores/messages.ts';
import { getProfile, getProfiles } from '../../../shared/stores/profiles.ts';
import { allRuns } from '../../../shared/stores/runs.ts';
import { currentRuleset } from '../../../shared/stores/segments.ts';
import { queryTimeline } from '../../../shared/stores/timeline.ts';
import type { Life } from './life.ts';

/** Every row of every run of the life's campaigns. */
async function ledger({ world, promises }: Life): Promise<readonly Message[]> {
  const rows: Message[] = [];
  for (const id of promises.launched.keys()) {
    for await (const run of allRuns(world.ports.table, id)) {
      const found = await listMessages(world.ports.table, run.id, { after: null, limit: 100_000 });
      if (found === 'wrong-cursor') throw new Error('No cursor was given.');
      rows.push(...found.rows);
    }
  }
  return rows;
}

/** Everything that is not as it was promised, in sentences; nothing when all is well. */
export async function brokenPromises(life: Life): Promise<readonly string[]> {
  const rows = await ledger(life);
  return [
    ...(await lostLeads(life)),
    ...sentTwice(life, rows),
    ...stranded(rows),
    ...(await sentToSuppressed(life)),
    ...sentAgainstWill(life),
    ...sentTooOften(life, rows),
    ...sentWithoutRow(life, rows),
    ...(await forgotten(life, rows)),
    ...(await wrongReports(life, rows)),
    ...unfinished(life),
  ];
}

/** An accepted lead is stored, once. */
async function lostLeads({ world, promises }: Life): Promise<readonly string[]> {
  const { table } = world.ports;
  const broken: string[] = [];
  for (const name of new Set(promises.leads.values())) {
    const owners = await findOwners(table, [{ kind: 'externalId', value: name }]);
    const [id = ''] = owners.values();
    const profile = await getProfile(table, id);
    const { entries } = await queryTimeline(table, id, { limit: 1000 });
    const told = entries.filter(({ type }) => type === 'lead.captured').length;
    const own = [...promises.leads].filter(([, who]) => who === name).map(([lead]) => lead);
    for (const lead of own) {
      if (profile?.attributes[lead] !== true)
        broken.push(`The accepted ${lead} of ${name} is lost.`);
    }
    if (told !== own.length) broken.push(`${own.length} leads of ${name} are told ${told} times.`);
  }
  return broken;
}

/**
 * The provider is handed each message at most once, but for what the campaign itself let be sent again; a
 * push message goes to each device once. Whoever receives a webhook knows a repeat by its id.
 */
function sentTwice(life: Life, rows: readonly Message[]): readonly string[] {
  const allowed = new Map(rows.map((row) => [messageId(row), 1 + (row.resent ?? 0)]));
  const once = life.outbox().filter(({ channel }) => channel !== 'webhook');
  const times = Map.groupBy(once, ({ id, to, channel }) =>
    channel === 'push' ? `${id} ${to}` : id,
  );
  return [...times.values()].flatMap((sent) => {
    const { id = '', at = '', to = '' } = sent.at(-1) ?? {};
    const most = allowed.get(id) ?? 1;
    return sent.length > most ? [`Sent ${sent.length} times to ${to}, last at ${at}: ${id}`] : [];
  });
}

const stranded = (rows: readonly Message[]): readonly string[] =>
  rows
    .filter(({ state }) => isOpen(state))
    .map(
      ({ run, profileId, state, reason = '', dueAt = 'never' }) =>
        `Stranded in ${run}: ${profileId} ${state} ${reason}, due ${dueAt}.`,
    );

/** A call that is on its way at the withdrawal, at a provider that answers late, may still end. */
const onItsWayMs = 10 * 60_000;

/** Nothing goes out after it was confirmed that a person wants no more. */
function sentAgainstWill(life: Life): readonly string[] {
  return life.outbox().flatMap(({ to, at }) => {
    const withdrawn = life.promises.withdrawn.get(to);
    const isLate = withdrawn !== undefined && Date.parse(at) > withdrawn + onItsWayMs;
    return isLate ? [`Sent to ${to}, who wants no more, at ${at}.`] : [];
  });
}

/** How long what a provider tells may take to be read. */
const readMs = 60 * 60_000;

/** Nothing goes to an address that has bounced, complained or opted out. */
async function sentToSuppressed(life: Life): Promise<readonly string[]> {
  const { items } = await life.insist('GET', '/admin/suppressions');
  const suppressions = items as readonly { readonly address: string; readonly at: string }[]; // as documented
  const since = new Map(suppressions.map(({ address, at }) => [address, Date.parse(at)]));
  return life.outbox().flatMap(({ to, at }) => {
    const isLate = Date.parse(at) > (since.get(to) ?? Infinity) + readMs;
    return isLate ? [`Sent to the suppressed ${to} at ${at}.`] : [];
  });
}

const windowDays: Readonly<Record<string, number>> = { day: 1, week: 7 };
const dayMs = 24 * 60 * 60_000;

/** A webhook reaches a system; what the provider did not even take gives its room back. */
const counts = ({ channel, state, acceptedAt }: Message): boolean =>
  channel !== 'webhook' && (state !== 'rejected' || acceptedAt !== undefined);

/** Nobody is counted more often than the cap allows, on any of their own days, and who was sent to is counted. */
function sentTooOften(life: Life, rows: readonly Message[]): readonly string[] {
  const { cap } = life.promises;
  if (cap === undefined) return [];
  const sent = new Set(life.outbox().map(({ id }) => id));
  const broken = rows.flatMap((row) =>
    sent.has(messageId(row)) && row.countedOn === undefined && counts(row)
      ? [`Sent to ${row.profileId} and counted on no day: ${messageId(row)}`]
      : [],
  );
  const counted = rows.filter(({ countedOn }) => countedOn !== undefined);
  for (const [person, own] of Map.groupBy(counted, ({ profileId }) => profileId)) {
    const days = own.map(({ countedOn = '' }) => Date.parse(countedOn));
    for (const last of new Set(days)) {
      const first = last - ((windowDays[cap.per] ?? 1) - 1) * dayMs;
      const count = days.filter((day) => day >= first && day <= last).length;
      if (count > cap.limit) {
        const on = new Date(last).toISOString().slice(0, 10);
        broken.push(`${person} is sent ${count} messages in the ${cap.per} to ${on}.`);
      }
    }
  }
  return broken;
}

/** Who was there from the beginning has a row in each run that has read its audience. */
async function forgotten(life: Life, rows: readonly Message[]): Promise<readonly string[]> {
  const { table, settings } = life.world.ports;
  const { serving } = await currentRuleset(table, settings.timeZone);
  const owners = await findOwners(
    table,
    life.promises.founders.map((value) => ({ kind: 'externalId', value })),
  );
  const profiles = [...(await getProfiles(table, [...owners.values()])).values()];
  const broken: string[] = [];
  for (const id of life.promises.launched.keys()) {
    for await (const run of allRuns(table, id)) {
      if (run.state !== 'completed') continue;
      const has = new Set(rows.filter((row) => row.run === run.id).map((row) => row.profileId));
      for (const profile of profiles) {
        const isMeant = isInAudience(run.definition.audience, profile, serving);
        if (isMeant && !has.has(profile.id)) broken.push(`${run.id} has forgotten ${profile.id}.`);
        if (!isMeant && has.has(profile.id)) broken.push(`${run.id} is not for ${profile.id}.`);
      }
    }
  }
  return broken;
}

/** What went out has a row that says so. */
function sentWithoutRow(life: Life, rows: readonly Message[]): readonly string[] {
  const byId = new Map(rows.map((row) => [messageId(row), row]));
  return [...new Set(life.outbox().map(({ id }) => id))].flatMap((id) => {
    const row = byId.get(id);
    if (row === undefined) return life.isForgotten(id) ? [] : [`Sent without a row: ${id}`];
    // A webhook whose answer was lost is only tried again: it may be stopped before the next call.
    if (life.isForgotten(id) || row.channel === 'webhook') return [];
    const isUnsent =
      row.state === 'withheld' || (row.state === 'failed' && row.reason !== 'no-answer');
    return isUnsent ? [`Sent, but ${row.state} (${row.reason}): ${id}`] : [];
  });
}

/** Rows by state, in one order, and how many they are in all. */
const standing = (states: readonly (readonly [string, number])[], all: number): string =>
  `${states
    .map(([state, rows]) => `${state} ${rows}`)
    .toSorted((one, other) => one.localeCompare(other))
    .join(', ')}; ${all} in all`;

/** A report counts each row once, in the state in which it stands. */
async function wrongReports(life: Life, rows: readonly Message[]): Promise<readonly string[]> {
  const broken: string[] = [];
  for (const id of life.promises.launched.keys()) {
    const report = await life.insist('GET', `/admin/campaigns/${id}/report`);
    const states = report['states'] as Record<string, number>; // as documented
    const own = rows.filter(({ campaign }) => campaign === id);
    const told = standing(Object.entries(states), Number(report['audience']));
    const counted = [...Map.groupBy(own, ({ state }) => state)];
    const stands = standing(
      counted.map(([state, all]) => [state, all.length]),
      own.length,
    );
    if (told !== stands) broken.push(`The report of ${id} says ${told}, the rows ${stands}.`);
  }
  return broken;
}

const unfinished = ({ world }: Life): readonly string[] =>
  world.deadLetters().map(({ queue, body }) => `A dead letter in ${queue}: ${body}`);
