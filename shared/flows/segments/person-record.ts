import { isCanary } from '../../domain/canary/canary.ts';
import type { Identifier } from '../../domain/identity/identifier.ts';
import type { ListsChange } from '../../domain/lists/static-list.ts';
import type { Profile } from '../../domain/profiles/profile.ts';
import type { TimelineEntry } from '../../domain/profiles/timeline-entry.ts';
import { decodeLedger } from '../../domain/rules/ledger/ledger.ts';
import { missingMetrics, type PastEvent } from '../../domain/segments/history.ts';
import {
  decidePerson,
  type PersonDecision,
  type PersonSituation,
} from '../../domain/segments/person-decision.ts';
import type { Ruleset } from '../../domain/segments/ruleset.ts';
import { movedDueAt } from '../../domain/segments/settled.ts';
import { isoInstant } from '../../domain/time/instant.ts';
import type { AssignedInput, Assignment } from '../../domain/tracking/assignment.ts';
import type { Input } from '../../domain/tracking/input.ts';
import type { Ports } from '../../ports/ports.ts';
import { InvalidRequest, type Table, type Write } from '../../ports/table.ts';
import { maxActions, type PersonChange, personWrites, writePerson } from '../../stores/people.ts';
import { newProfile, writeProfile } from '../../stores/profiles.ts';
import { currentRuleset } from '../../stores/segments.ts';
import { personHistory } from './person-history.ts';

/** Something cannot be processed because of what it holds: trying again will not help. */
export class ContentError extends Error {
  override readonly name = 'ContentError';
}

type World = {
  readonly ruleset: Ruleset;
  readonly ports: Pick<Ports, 'table' | 'clock' | 'ids' | 'settings'>;
};

/** Inputs put into one transaction at first; fewer when they do not fit. */
const inputsAtOnce = 25;
const bytesAtOnce = 1024 * 1024;

/**
 * Records one person's inputs in order of time, in as few transactions as hold them, each complete by
 * itself. Answers the inputs to look at again because somebody else changed the person meanwhile.
 */
export async function recordInputs(
  assignment: Assignment,
  situation: World & { readonly profile: Profile | undefined },
): Promise<readonly Input[]> {
  const { ports } = situation;
  let profile = situation.profile ?? newProfile(assignment.person, ports.clock.now());
  let open = assignment.inputs;
  while (open.length > 0) {
    const result = await recordSome(profile, open, situation);
    open = result.open;
    if (result.kind === 'again') break;
    profile = result.profile;
  }
  return open.map(({ original }) => original);
}

/** What is still to be recorded: on this profile, or after another look at who is meant. */
type Step =
  | {
      readonly kind: 'recorded';
      readonly profile: Profile;
      readonly open: readonly AssignedInput[];
    }
  | { readonly kind: 'again'; readonly open: readonly AssignedInput[] };

async function recordSome(
  before: Profile,
  open: readonly AssignedInput[],
  world: World,
): Promise<Step> {
  let some = open.slice(0, fitting(open));
  for (;;) {
    const change = await changeOf(before, { inputs: some }, world);
    if (change.decision.behind) {
      return stepOf(await settlePerson(before, world), open);
    }
    if (personWrites(change).length > maxActions && some.length > 1) {
      some = some.slice(0, some.length >> 1);
      continue;
    }
    const result = await write(world.ports.table, change);
    switch (result.kind) {
      case 'written': {
        const { decision } = change;
        const profile = decision.more
          ? await settlePerson(decision.profile, world)
          : decision.profile;
        return stepOf(profile, open.slice(some.length));
      }
      case 'repeated': {
        const repeated = some.filter((_, position) => result.inputs.includes(position));
        // Whoever recorded it first may have claimed its identifiers for another person.
        const isKnown = repeated.every(({ claims }) => claims.length === 0);
        return stepOf(
          isKnown ? before : undefined,
          open.filter((input) => !repeated.includes(input)),
        );
      }
      case 'clash':
      case 'contended':
        return { kind: 'again', open };
    }
  }
}

const stepOf = (profile: Profile | undefined, open: readonly AssignedInput[]): Step =>
  profile === undefined ? { kind: 'again', open } : { kind: 'recorded', profile, open };

/** How many of the inputs to try in one transaction. */
function fitting(open: readonly AssignedInput[]): number {
  let bytes = 0;
  const beyond = open.findIndex(({ original }, position) => {
    bytes += JSON.stringify(original).length;
    return position >= inputsAtOnce || (position > 0 && bytes > bytesAtOnce);
  });
  return beyond < 0 ? open.length : beyond;
}

/**
 * Takes over what time and the rules say of a person, with no new input. Answers the profile as it
 * stands then, or undefined when somebody else changed it meanwhile.
 */
export const settlePerson = (before: Profile, world: World): Promise<Profile | undefined> =>
  takeOver(before, { inputs: [], everything: true }, world);

/** Takes over what time alone has changed of a person; undefined as above. */
export async function reviewPerson(before: Profile, world: World): Promise<Profile | undefined> {
  const now = world.ports.clock.now();
  const dueAt = movedDueAt(before, await rulesFor(before, world), now);
  return dueAt === undefined
    ? takeOver(before, { inputs: [] }, world)
    : moveDue(before, dueAt, world);
}

/** Nothing has changed about a person but when to look again. */
async function moveDue(
  before: Profile,
  dueAt: number,
  { ports }: World,
): Promise<Profile | undefined> {
  const version = before.version + 1;
  const profile = { ...before, version, dueAt: Number.isFinite(dueAt) ? dueAt : undefined };
  const result = await writeProfile(ports.table, before, profile);
  return result.kind === 'written' ? profile : undefined;
}

/** Lists to change, and the rows to write for those that really change. */
type Listing = {
  readonly change: ListsChange;
  readonly rows: (changed: ListsChange) => readonly Write[];
};

/** Puts a person into static lists and takes them out, and into and out of what follows from it; undefined as above. */
export const listPerson = (
  before: Profile,
  lists: Listing,
  world: World,
): Promise<Profile | undefined> => takeOver(before, { inputs: [], lists }, world);

async function takeOver(before: Profile, what: What, world: World): Promise<Profile | undefined> {
  let profile = before;
  for (;;) {
    const change = await changeOf(profile, what, world);
    const result = await write(world.ports.table, change);
    if (result.kind !== 'written') return undefined;
    profile = change.decision.profile;
    if (!change.decision.more) return profile;
  }
}

/** Nobody is decided about by older rules than before: that would undo what the newer ones have made of them. */
const rulesFor = async (before: Profile, { ruleset, ports }: World): Promise<Ruleset> =>
  (before.rules ?? 0) > ruleset.revision
    ? currentRuleset(ports.table, ruleset.companyTimeZone)
    : ruleset;

type What = {
  readonly inputs: readonly AssignedInput[];
  readonly everything?: boolean;
  readonly lists?: Listing;
};

async function changeOf(before: Profile, what: What, world: World): Promise<PersonChange> {
  const { ports } = world;
  const ruleset = await rulesFor(before, world);
  const now = ports.clock.now();
  const newId = (): string => ports.ids.next();
  const inputs = what.inputs.map(({ input }) => input);
  const decision = decide({
    profile: before,
    inputs,
    lists: what.lists?.change,
    ruleset,
    now,
    newId,
    past: await pastOf(before, ruleset, ports.table),
    everything: what.everything ?? false,
  });
  if (inputs.length > 0) assertFits(before, decision.profile);
  const notes = what.inputs.flatMap((input) => duplicateNotes(before.id, input, { newId, now }));
  const claims: readonly Identifier[] = what.inputs.flatMap((input) => input.claims);
  const isListed = decision.lists.add.length + decision.lists.remove.length > 0;
  const listRows = isListed ? (what.lists?.rows(decision.lists) ?? []) : [];
  const { timelineDays } = ports.settings;
  return { before, decision, inputs, claims, notes, listRows, now, timelineDays };
}

/**
 * JSON bytes of what is known of one person. In the tables it can take half as much again, and the
 * item of 400 KB keeps room for the ledger and 500 segments: a pass can always be written.
 */
const maxKnownBytes = 192 * 1024;

function assertFits(before: Profile, { attributes, consents }: Profile): void {
  if (attributes === before.attributes && consents === before.consents) return;
  const json = JSON.stringify([attributes, consents]);
  if (json.length * 3 > maxKnownBytes && Buffer.byteLength(json) > maxKnownBytes)
    throw new ContentError(
      `does not fit: of one person ${maxKnownBytes / 1024} KB are kept; remove attributes first`,
    );
}

function decide(situation: PersonSituation): PersonDecision {
  try {
    return decidePerson(situation);
  } catch (cause) {
    throw new ContentError(`cannot be applied: ${messageOf(cause)}`, { cause });
  }
}

async function write(table: Table, change: PersonChange): ReturnType<typeof writePerson> {
  if (personWrites(change).length === 0) return { kind: 'written' };
  try {
    return await writePerson(table, change);
  } catch (cause) {
    if (!(cause instanceof InvalidRequest)) throw cause;
    throw new ContentError(`cannot be stored: ${cause.message}`, { cause });
  }
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/** All that the person ever did, when a metric's history is missing from the ledger. */
async function pastOf(
  profile: Profile,
  ruleset: Ruleset,
  table: Table,
): Promise<readonly PastEvent[]> {
  if (profile.version === 0 || isCanary(profile.id)) return [];
  if (ruleset.unfilled.length === 0) return [];
  if (missingMetrics(ruleset, decodeLedger(profile.ledger)).length === 0) return [];
  return personHistory(table, profile.id);
}

/** Says on the timeline that an input's identifier belongs to somebody else too. Behaviour alone is not worth a note. */
function duplicateNotes(
  profileId: string,
  { input, conflicts }: AssignedInput,
  at: { readonly newId: () => string; readonly now: number },
): TimelineEntry[] {
  if (input.kind === 'event') return [];
  return conflicts.map(({ kind, person }) => ({
    id: at.newId(),
    profileId,
    type: 'duplicate.suspected',
    occurredAt: input.occurredAt,
    recordedAt: isoInstant(at.now),
    data: { identifier: kind, profile: person },
  }));
}
