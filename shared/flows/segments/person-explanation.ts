import type { Profile } from '../../domain/profiles/profile.ts';
import { decodeLedger } from '../../domain/rules/ledger.ts';
import { explainSegment, type SegmentExplanation } from '../../domain/segments/explanation.ts';
import { fillMetrics, missingMetrics } from '../../domain/segments/history.ts';
import { compileRuleset } from '../../domain/segments/ruleset.ts';
import { subjectOf } from '../../domain/segments/settled.ts';
import type { Ports } from '../../ports/ports.ts';
import { loadRules } from '../../stores/segments.ts';
import { personHistory } from './person-history.ts';

/** Why a person is in a segment or not; undefined when there is no such segment. What the ledger lacks is read from the timeline. */
export async function explainPerson(
  profile: Profile,
  segment: string,
  { table, clock, settings }: Pick<Ports, 'table' | 'clock' | 'settings'>,
): Promise<SegmentExplanation | undefined> {
  const source = await loadRules(table);
  const ruleset = compileRuleset(source, settings.timeZone);
  const now = clock.now();
  const ledger = decodeLedger(profile.ledger);
  const missing = missingMetrics(ruleset, ledger);
  if (missing.length > 0) {
    fillMetrics(ledger, missing, { events: await personHistory(table, profile.id), now });
  }
  const subject = subjectOf(profile, ledger, ruleset);
  return explainSegment(segment, { source, ruleset, subject, now });
}
