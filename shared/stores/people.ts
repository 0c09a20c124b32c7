import type { Identifier } from '../domain/identity/identifier.ts';
import type { Profile } from '../domain/profiles/profile.ts';
import type { TimelineEntry } from '../domain/profiles/timeline-entry.ts';
import type { MemberChange, PersonDecision } from '../domain/segments/person-decision.ts';
import { isoInstant } from '../domain/time/instant.ts';
import type { Input } from '../domain/tracking/input.ts';
import type { Check, Table, Write, WriteResult } from '../ports/table.ts';
import { deviceClaims } from './device-owners.ts';
import { identityClaim } from './identities.ts';
import { memberWrite } from './members.ts';
import { markerPut } from './message-markers.ts';
import { profileWrites } from './profiles.ts';
import { timelineEntry } from './timeline.ts';

/** What one transaction about one person writes. */
export type PersonChange = {
  readonly before: Profile;
  readonly decision: PersonDecision;
  /** Inputs recorded by it: each leaves a marker. */
  readonly inputs: readonly Input[];
  readonly claims: readonly Identifier[];
  /** Entries besides those of the decision. */
  readonly notes: readonly TimelineEntry[];
  /** Rows of static lists that the person comes into or goes out of. */
  readonly listRows: readonly Write[];
  readonly now: number;
  /** How many days the timeline keeps what people did; undefined: for ever. */
  readonly timelineDays: number | undefined;
};

export const maxActions = 100;

/** `repeated`: these inputs (positions) were recorded before. `clash`: somebody else changed the person or took an identifier: load again. */
export type PersonResult =
  | { readonly kind: 'written' }
  | { readonly kind: 'repeated'; readonly inputs: readonly number[] }
  | { readonly kind: 'clash' }
  | { readonly kind: 'contended' };

/** The writes but for `moves`, markers first so that a repeated input is told by its position. */
export function personWrites(change: PersonChange): readonly (Write | Check)[] {
  const { before, decision, inputs, claims, notes, listRows, now, timelineDays } = change;
  const { profile } = decision;
  return [
    ...inputs.map((input) => markerPut(input.source, input.messageId, now)),
    ...(decision.changed ? profileWrites(before, profile) : []),
    ...deviceClaims(before.devices, profile.devices, profile.id),
    ...claims.map((identifier) => identityClaim(identifier, profile.id)),
    ...[...decision.entries, ...notes].map((entry) => timelineEntry(entry, { timelineDays })),
    ...decision.members.map((member) => rowWrite(profile, member)),
    ...listRows,
  ];
}

const rowWrite = (profile: Profile, member: MemberChange): Write =>
  memberWrite(profile.id, member, { zone: zoneOf(profile) });

/** The row of somebody who stays a member and has gone to another time zone. */
const moveWrite = (profile: Profile, move: MemberChange, now: number): Write =>
  memberWrite(profile.id, move, { zone: zoneOf(profile), movedAt: isoInstant(now) });

function zoneOf({ attributes }: Profile): string | undefined {
  const zone = attributes['timeZone'];
  return typeof zone === 'string' ? zone : undefined;
}

/** Writes a decided person: one transaction, or a plain write when it is one item. */
export async function writePerson(table: Table, change: PersonChange): Promise<PersonResult> {
  const { profile, moves } = change.decision;
  const own = personWrites(change);
  const room = Math.max(0, maxActions - own.length);
  const ahead = await moveAhead(table, change, moves.slice(room));
  if (ahead.kind !== 'written') return ahead;
  const writes = [
    ...own,
    ...moves.slice(0, room).map((move) => moveWrite(profile, move, change.now)),
  ];
  const result = await (writes.length === 1 &&
  writes[0]?.kind !== 'check' &&
  writes[0] !== undefined
    ? table.write(writes[0])
    : table.transact(writes));
  return resultOf(result, change.inputs.length);
}

/**
 * Moves that do not fit go before: they change no membership, and what is cut off here is done again
 * with the inputs, whose markers are not yet written.
 */
async function moveAhead(
  table: Table,
  { before, decision, now }: PersonChange,
  moves: readonly MemberChange[],
): Promise<PersonResult> {
  const isSame: Check = {
    kind: 'check',
    table: 'profiles',
    key: { pk: before.id },
    when: { attribute: 'version', equals: before.version },
  };
  for (let from = 0; from < moves.length; from += maxActions - 1) {
    const some = moves.slice(from, from + maxActions - 1);
    const rows = some.map((move) => moveWrite(decision.profile, move, now));
    const result = resultOf(await table.transact([isSame, ...rows]), 0);
    if (result.kind !== 'written') return result;
  }
  return { kind: 'written' };
}

function resultOf(result: WriteResult, markers: number): PersonResult {
  if (result.kind !== 'refused') return result;
  const repeated = result.failed.filter((position) => position < markers);
  return repeated.length > 0 ? { kind: 'repeated', inputs: repeated } : { kind: 'clash' };
}
