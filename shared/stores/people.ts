import type { Identifier } from '../domain/identity/identifier.ts';
import type { Profile } from '../domain/profiles/profile.ts';
import type { TimelineEntry } from '../domain/profiles/timeline-entry.ts';
import type { PersonDecision } from '../domain/segments/person-decision.ts';
import type { Input } from '../domain/tracking/input.ts';
import type { Check, Table, Write, WriteResult } from '../ports/table.ts';
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
  readonly now: number;
};

export const maxActions = 100;

/** `repeated`: these inputs (positions) were recorded before. `clash`: somebody else changed the person or took an identifier: load again. */
export type PersonResult =
  | { readonly kind: 'written' }
  | { readonly kind: 'repeated'; readonly inputs: readonly number[] }
  | { readonly kind: 'clash' }
  | { readonly kind: 'contended' };

/** The writes, markers first so that a repeated input is told by its position. */
export function personWrites(change: PersonChange): readonly (Write | Check)[] {
  const { before, decision, inputs, claims, notes, now } = change;
  const { profile } = decision;
  const zone = profile.attributes['timeZone'];
  return [
    ...inputs.map((input) => markerPut(input.source, input.messageId, now)),
    ...(decision.changed ? profileWrites(before, profile) : []),
    ...claims.map((identifier) => identityClaim(identifier, profile.id)),
    ...[...decision.entries, ...notes].map((entry) => timelineEntry(entry)),
    ...decision.members.map((member) =>
      memberWrite(profile.id, member, typeof zone === 'string' ? zone : undefined),
    ),
  ];
}

/** Writes a decided person: one transaction, or a plain write when it is one item. */
export async function writePerson(table: Table, change: PersonChange): Promise<PersonResult> {
  const writes = personWrites(change);
  const result = await (writes.length === 1 &&
  writes[0]?.kind !== 'check' &&
  writes[0] !== undefined
    ? table.write(writes[0])
    : table.transact(writes));
  return resultOf(result, change.inputs.length);
}

function resultOf(result: WriteResult, markers: number): PersonResult {
  if (result.kind !== 'refused') return result;
  const repeated = result.failed.filter((position) => position < markers);
  return repeated.length > 0 ? { kind: 'repeated', inputs: repeated } : { kind: 'clash' };
}
