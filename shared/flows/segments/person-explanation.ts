import type { Profile } from '../../domain/profiles/profile.ts';
import { decodeLedger } from '../../domain/rules/ledger/ledger.ts';
import { explainSegment, type SegmentExplanation } from '../../domain/segments/explanation.ts';
import { fillMetrics, missingMetrics } from '../../domain/segments/history.ts';
import { compileRuleset } from '../../domain/segments/ruleset.ts';
import { subjectOf } from '../../domain/segments/settled.ts';
import type { Ports } from '../../ports/ports.ts';
import type { Table } from '../../ports/table.ts';
import { loadRules } from '../../stores/segments.ts';
import { personEntries } from '../../stores/timeline.ts';
import { personHistory } from './person-history.ts';

export type PersonExplanation = SegmentExplanation & {
  /** When the person last entered, or for who is no member left, by their timeline; null: it does not say. */
  readonly since: string | null;
};

/** Why a person is in a segment or not; undefined when there is no such segment. What the ledger lacks is read from the timeline. */
export async function explainPerson(
  profile: Profile,
  segment: string,
  { table, clock, settings }: Pick<Ports, 'table' | 'clock' | 'settings'>,
): Promise<PersonExplanation | undefined> {
  const source = await loadRules(table);
  const ruleset = compileRuleset(source, settings.timeZone);
  const now = clock.now();
  const ledger = decodeLedger(profile.ledger);
  const missing = missingMetrics(ruleset, ledger);
  if (missing.length > 0) {
    fillMetrics(ledger, missing, { events: await personHistory(table, profile.id), now });
  }
  const subject = subjectOf(profile, ledger, ruleset);
  const explanation = explainSegment(segment, { source, ruleset, subject, now });
  if (explanation === undefined) return undefined;
  const turn = { profileId: profile.id, segment, isMember: explanation.member };
  return { ...explanation, since: await sinceWhen(table, turn) };
}

/** So many of the newest entries are looked through. */
const mostEntries = 1000;

async function sinceWhen(
  table: Table,
  turn: { readonly profileId: string; readonly segment: string; readonly isMember: boolean },
): Promise<string | null> {
  let entries = 0;
  for await (const entry of personEntries(table, turn.profileId, { descending: true })) {
    entries += 1;
    if (entries > mostEntries) return null;
    const isTurn = entry.type === 'segment.entered' || entry.type === 'segment.left';
    if (!isTurn || entry.data['segment'] !== turn.segment) continue;
    // An edit that re-labels people may say nothing of it.
    return (entry.type === 'segment.entered') === turn.isMember ? entry.occurredAt : null;
  }
  return null;
}
