import type { World } from '../../infra/local/world.ts';
import { campaignSchema } from '../../shared/domain/campaigns/campaign.ts';
import { type Run, type RunState, runId } from '../../shared/domain/campaigns/run.ts';
import { type MessageDraft, newMessage } from '../../shared/domain/messaging/ledger.ts';
import { type Message, messageId } from '../../shared/domain/messaging/message.ts';
import type { Profile } from '../../shared/domain/profiles/profile.ts';
import { nextVersion, templateContentSchema } from '../../shared/domain/templates/template.ts';
import { listMessages, reserveMessage } from '../../shared/stores/messages.ts';
import { newProfile, profileWrites } from '../../shared/stores/profiles.ts';
import { getRun, saveRun } from '../../shared/stores/runs.ts';
import { saveTemplate } from '../../shared/stores/templates.ts';
import { queryTimeline } from '../../shared/stores/timeline.ts';

type Channel = 'email' | 'sms';

const contents = {
  email: {
    name: 'Spring',
    channel: 'email',
    subject: 'Hello {{ profile.attributes.firstName | default: "you" }}',
    html: '<p>Hello {{ profile.attributes.firstName | default: "you" }}</p>',
  },
  sms: {
    name: 'Spring',
    channel: 'sms',
    text: 'Hello {{ profile.attributes.firstName | default: "you" }}',
  },
} as const;

/** A run of a campaign with its template, as if launched; messages are reserved by the test. */
export async function aRun(
  world: World,
  options: {
    readonly channel?: Channel;
    readonly campaign?: string;
    readonly definition?: Readonly<Record<string, unknown>>;
    readonly template?: Readonly<Record<string, unknown>>;
  } = {},
): Promise<Run> {
  const { channel = 'email', campaign = 'spring' } = options;
  const now = world.now();
  const content = templateContentSchema.parse({ ...contents[channel], ...options.template });
  const template = nextVersion(campaign, content, { head: undefined, now: world.clock.now() });
  await saveTemplate(world.ports.table, template);
  const run: Run = {
    id: runId(campaign, now),
    campaign,
    plannedAt: now,
    launchedAt: now,
    state: 'running',
    definition: campaignSchema.parse({
      name: 'Spring sale',
      kind: 'marketing',
      topic: 'offers',
      audience: { include: ['everyone'] },
      schedule: { at: '2026-11-25T12:00', timeZone: 'UTC' },
      message: { channel, template: campaign },
      ...options.definition,
    }),
    templates: { [campaign]: 1 },
    revision: 0,
    waves: [],
    startedWaves: [],
    walk: undefined,
    checks: 0,
    closedShards: 0,
    dueAt: undefined,
  };
  const saved = await saveRun(world.ports.table, run, {});
  if (saved === undefined) throw new Error('This run is there already.');
  return saved;
}

export async function moveRun(world: World, id: string, state: RunState): Promise<void> {
  const run = await getRun(world.ports.table, id);
  if (run === undefined) throw new Error('There is no such run.');
  await saveRun(world.ports.table, run, { state });
}

/** Stored people with consent to offers on both channels. */
export async function somePeople(
  world: World,
  count: number,
  profile: (index: number) => Partial<Profile> = () => ({}),
): Promise<readonly Profile[]> {
  const said = { given: true, at: '2026-01-01T00:00:00.000Z', source: 'form' };
  const people = Array.from({ length: count }, (_, index): Profile => {
    const id = `person-${String(index).padStart(4, '0')}`;
    return {
      ...newProfile(id, world.clock.now()),
      version: 1,
      identifiers: { email: `p${index}@example.com`, phone: `+3712${String(1_000_000 + index)}` },
      attributes: { firstName: `Anna ${index}` },
      consents: { 'offers/email': said, 'offers/sms': said },
      updatedAt: world.now(),
      ...profile(index),
    };
  });
  for (const person of people) await changePerson(world, newProfile(person.id, 0), person);
  return people;
}

export async function changePerson(world: World, before: Profile, after: Profile): Promise<void> {
  await world.ports.table.transact(profileWrites(before, after));
}

/** Reserves a message for each person, without handing it to a sender. */
export async function reserve(
  world: World,
  run: Run,
  people: readonly Profile[],
  draft: Partial<MessageDraft> = {},
): Promise<readonly Message[]> {
  const { kind, topic, priority, message } = run.definition;
  const { channel } = message;
  if (channel === 'best') throw new Error('Name the channel of the message.');
  const rows = people.map(({ id: profileId }) =>
    newMessage(
      {
        run: run.id,
        step: 'main',
        profileId,
        trigger: '',
        campaign: run.campaign,
        way: channel,
        channel,
        variant: undefined,
        template: message.template ?? '',
        templateVersion: 1,
        kind,
        topic,
        priority,
        plannedAt: run.plannedAt,
        deadline: undefined,
        event: undefined,
        ...draft,
      },
      { kind: 'send' },
      world.clock.now(),
    ),
  );
  for (const row of rows) await world.ports.table.write(reserveMessage(row));
  return rows;
}

/** Hands reserved messages to their sender, fifty at a time. */
export async function handOver(world: World, rows: readonly Message[]): Promise<void> {
  const queue = rows[0]?.channel === 'sms' ? 'texts' : 'emails';
  const ids = rows.map(messageId);
  for (let at = 0; at < ids.length; at += 50) {
    await world.ports.queue.send(queue, [{ body: { messages: ids.slice(at, at + 50) } }]);
  }
}

/** A run's ledger, by person. */
export async function ledgerOf(world: World, run: Run): Promise<readonly Message[]> {
  const found = await listMessages(world.ports.table, run.id, { after: null, limit: 10_000 });
  if (found === 'wrong-cursor') throw new Error('No cursor was given.');
  return found.rows.toSorted((left, right) => (left.profileId < right.profileId ? -1 : 1));
}

/** How rows stand, such as `withheld(no-consent)`. */
export const standing = (rows: readonly Message[]): string[] =>
  rows.map(({ state, reason }) => (reason === undefined ? state : `${state}(${reason})`));

/** What stands on a person's timeline: type and data of each entry, oldest first. */
export async function timelineOf(world: World, profileId: string) {
  const { entries } = await queryTimeline(world.ports.table, profileId);
  return entries.map(({ type, data }) => ({ type, data }));
}
