import { type Profile, timeZoneOf } from '../profiles/profile.ts';
import { member, until } from '../rules/answer.ts';
import type { Subject } from '../rules/compile.ts';
import { decodeLedger, type Ledger } from '../rules/ledger.ts';
import type { Instant } from '../time/instant.ts';
import { isTimeZone } from '../time/zone.ts';
import { missingMetrics } from './history.ts';
import { isMemberBy, parseMark } from './membership.ts';
import type { Ruleset } from './ruleset.ts';

/** A person as the rules see them. */
export function subjectOf(profile: Profile, ledger: Ledger, ruleset: Ruleset): Subject {
  const { attributes, identifiers, id, lists } = profile;
  const timeZone = timeZoneOf(profile, ruleset.companyTimeZone, isTimeZone);
  return { attributes, identifiers, id, timeZone, lists, ledger };
}

/**
 * Whether `decidePerson` would change nothing about a stored person, all rules asked: true of nearly
 * everybody whom a pass looks at, and found without drafting a decision. When in doubt, false.
 */
export function isSettled(profile: Profile, ruleset: Ruleset, now: Instant): boolean {
  const dueAt = profile.dueAt ?? Number.POSITIVE_INFINITY;
  if (profile.version === 0 || dueAt <= now) return false;
  const ledger = decodeLedger(profile.ledger);
  if (missingMetrics(ruleset, ledger).length > 0) return false;
  const subject = subjectOf(profile, ledger, ruleset);
  const marks = new Map(profile.segments.map(parseMark).map((mark) => [mark.segment, mark]));
  return ruleset.segments.every((segment) => {
    const { id, serving, version } = segment;
    const answer = segment.now(subject, now);
    const next = version === serving ? answer : segment.next(subject, now);
    const mark = marks.get(id);
    return (
      (mark !== undefined && isMemberBy(mark, serving)) === member(answer) &&
      (mark !== undefined && isMemberBy(mark, version)) === member(next) &&
      until(answer) >= dueAt &&
      until(next) >= dueAt
    );
  });
}
