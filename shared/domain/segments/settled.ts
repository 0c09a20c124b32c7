import { type Profile, timeZoneOf } from '../profiles/profile.ts';
import { member, until } from '../rules/answer.ts';
import type { Subject } from '../rules/compile.ts';
import { decodeLedger, type Ledger } from '../rules/ledger.ts';
import type { Instant } from '../time/instant.ts';
import { isTimeZone } from '../time/zone.ts';
import { missingMetrics } from './history.ts';
import { isMemberBy, type Mark, parseMark } from './membership.ts';
import { newsFor, type Ruleset } from './ruleset.ts';

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
  const looked = dueAt <= now ? undefined : lookAt(profile, ruleset);
  const until = looked === undefined ? undefined : standsUntil(looked, ruleset, now);
  return until !== undefined && until >= dueAt;
}

/** Instants of one person that are looked at one by one; whoever has more is decided in full. */
const maxSteps = 100;

/**
 * The due instant that is all `decidePerson` would change about a person whose time has come: true of
 * whoever was armed for nothing, as after an input that moved the instant. When in doubt, undefined.
 */
export function movedDueAt(profile: Profile, ruleset: Ruleset, now: Instant): Instant | undefined {
  const looked = lookAt(profile, ruleset);
  let at = profile.dueAt;
  if (looked === undefined || at === undefined) return undefined;
  // Every instant on the way counts: who left and came back has left.
  for (let step = 0; at !== undefined && at <= now; step += 1) {
    at = step < maxSteps ? standsUntil(looked, ruleset, at) : undefined;
  }
  return at;
}

type Looked = { readonly subject: Subject; readonly marks: ReadonlyMap<string, Mark> };

/** Undefined when there is more to do about the person than to ask the rules. */
function lookAt(profile: Profile, ruleset: Ruleset): Looked | undefined {
  if (profile.version === 0 || isToBeTold(profile, ruleset)) return undefined;
  const ledger = decodeLedger(profile.ledger);
  if (missingMetrics(ruleset, ledger).length > 0) return undefined;
  const marks = new Map<string, Mark>();
  for (const text of profile.segments) {
    const mark = parseMark(text);
    marks.set(mark.segment, mark);
  }
  return { subject: subjectOf(profile, ledger, ruleset), marks };
}

/** Until when all membership stands as it is stored; undefined when at that instant it does not. */
function standsUntil(
  { subject, marks }: Looked,
  ruleset: Ruleset,
  at: Instant,
): Instant | undefined {
  let soonest = Number.POSITIVE_INFINITY;
  for (const segment of ruleset.segments) {
    const { id, serving, version } = segment;
    const answer = segment.now(subject, at);
    const next = version === serving ? answer : segment.next(subject, at);
    const mark = marks.get(id);
    if ((mark !== undefined && isMemberBy(mark, serving)) !== member(answer)) return undefined;
    if ((mark !== undefined && isMemberBy(mark, version)) !== member(next)) return undefined;
    soonest = Math.min(soonest, until(answer), until(next));
  }
  return soonest;
}

/** Whether an edit has re-labelled somebody who has not been told yet. */
export const isToBeTold = ({ segments }: Profile, ruleset: Ruleset): boolean =>
  ruleset.announcements.size > 0 &&
  segments.some((mark) => newsFor(parseMark(mark), ruleset) !== undefined);
