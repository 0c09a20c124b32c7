import { type Profile, timeZoneOf } from '../profiles/profile.ts';
import { member, until } from '../rules/answer.ts';
import type { Subject } from '../rules/compile.ts';
import { decodeLedger, type Ledger } from '../rules/ledger/ledger.ts';
import type { Instant } from '../time/instant.ts';
import { isTimeZone } from '../time/zone.ts';
import { missingMetrics } from './history.ts';
import { isMemberBy, parseMark } from './membership.ts';
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

type Looked = {
  readonly subject: Subject;
  /** By position of the segment: how the person's marks say they stand. */
  readonly stands: Uint8Array;
};

/** Undefined when there is more to do about the person than to ask the rules. */
function lookAt(profile: Profile, ruleset: Ruleset): Looked | undefined {
  if (profile.version === 0 || isToBeTold(profile, ruleset)) return undefined;
  const ledger = decodeLedger(profile.ledger);
  if (missingMetrics(ruleset, ledger).length > 0) return undefined;
  const stands = standsByMarks(profile.segments, ruleset);
  return { subject: subjectOf(profile, ledger, ruleset), stands };
}

/** A member by the definition that serves, and by the one to come. */
const isNow = 1;
const isNext = 2;

/** The same for everybody whom a ruleset is asked about, one after the other. */
type MarkReader = {
  readonly stands: Uint8Array;
  readonly positions: ReadonlyMap<string, number>;
  /** What a mark says, by its text: position of the segment times 4, and how one stands. */
  readonly said: Map<string, number>;
};
const readers = new WeakMap<Ruleset, MarkReader>();
/** Of a segment that is not defined any more. */
const nothing = -1;

/** Good until the next call: a pass reads the marks of everybody, so it makes nothing new for each. */
function standsByMarks(marks: readonly string[], ruleset: Ruleset): Uint8Array {
  const reader = readers.get(ruleset) ?? newReader(ruleset);
  const { stands, said } = reader;
  stands.fill(0);
  for (const text of marks) {
    const means = said.get(text) ?? readMark(text, reader, ruleset);
    if (means !== nothing) stands[means >> 2] = means & 3;
  }
  return stands;
}

function newReader(ruleset: Ruleset): MarkReader {
  const { segments } = ruleset;
  const positions = new Map(segments.map(({ id }, position) => [id, position]));
  const reader = { stands: new Uint8Array(segments.length), positions, said: new Map() };
  readers.set(ruleset, reader);
  return reader;
}

function readMark(text: string, { positions, said }: MarkReader, ruleset: Ruleset): number {
  const mark = parseMark(text);
  const position = positions.get(mark.segment);
  const segment = position === undefined ? undefined : ruleset.segments[position];
  const means =
    position === undefined || segment === undefined
      ? nothing
      : position * 4 +
        (isMemberBy(mark, segment.serving) ? isNow : 0) +
        (isMemberBy(mark, segment.version) ? isNext : 0);
  said.set(text, means);
  return means;
}

/** Until when all membership stands as it is stored; undefined when at that instant it does not. */
function standsUntil(
  { subject, stands }: Looked,
  ruleset: Ruleset,
  at: Instant,
): Instant | undefined {
  let soonest = Number.POSITIVE_INFINITY;
  const { segments } = ruleset;
  for (let position = 0; position < segments.length; position++) {
    const segment = segments[position];
    if (segment === undefined) break;
    const answer = segment.now(subject, at);
    const next = segment.version === segment.serving ? answer : segment.next(subject, at);
    const stood = (member(answer) ? isNow : 0) + (member(next) ? isNext : 0);
    if (stands[position] !== stood) return undefined;
    soonest = Math.min(soonest, until(answer), until(next));
  }
  return soonest;
}

/** Whether an edit has re-labelled somebody who has not been told yet. */
export const isToBeTold = ({ segments }: Profile, ruleset: Ruleset): boolean =>
  ruleset.announcements.size > 0 &&
  segments.some((mark) => newsFor(parseMark(mark), ruleset) !== undefined);
