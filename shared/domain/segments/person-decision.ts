import { isCanary } from '../canary/canary.ts';
import { changeLists, type ListsChange, livingMarks, noListsChange } from '../lists/static-list.ts';
import type { Profile } from '../profiles/profile.ts';
import type { TimelineEntry } from '../profiles/timeline-entry.ts';
import { decodeLedger, dropMetrics, encodeLedger, type Ledger } from '../rules/ledger/ledger.ts';
import { type Instant, isoInstant } from '../time/instant.ts';
import type { Input } from '../tracking/input.ts';
import { applyInput } from '../tracking/input-application.ts';
import { decideCanary } from './canary-decision.ts';
import { fillMetrics, missingMetrics, type PastEvent, recordEvent } from './history.ts';
import { markText, settledText } from './mark-text.ts';
import {
  type Announcement,
  isMemberBy,
  type Mark,
  markOf,
  parseMark,
  type Standing,
} from './membership.ts';
import { evaluateSegments, newsFor, type Ruleset } from './ruleset.ts';
import { unserved } from './segment.ts';
import { subjectOf } from './settled.ts';

/** A person's row in a segment: put with its mark, or taken out. */
export type MemberChange = {
  readonly segment: string;
  readonly mark: string | undefined;
};

export type PersonDecision = {
  readonly profile: Profile;
  readonly entries: readonly TimelineEntry[];
  readonly members: readonly MemberChange[];
  /** Rows of segments whose membership stays, written again because they carry the person's zone. */
  readonly moves: readonly MemberChange[];
  /** Static lists that the person really comes into and goes out of: their rows are written too. */
  readonly lists: ListsChange;
  /** Whether anything about the profile is to be written. */
  readonly changed: boolean;
  /** More segments change than fit one transaction: decide again after writing; `dueAt` is set for a crash in between. */
  readonly more: boolean;
  /** Already what time alone changes is more: no input was applied. */
  readonly behind: boolean;
};

export type PersonSituation = {
  readonly profile: Profile;
  /** In order of time. */
  readonly inputs: readonly Input[];
  /** Static lists to put the person into and take them out of. */
  readonly lists?: ListsChange | undefined;
  readonly ruleset: Ruleset;
  readonly now: Instant;
  readonly newId: () => string;
  /** Everything the person did before, when metrics are missing; see `missingMetrics`. */
  readonly past?: readonly PastEvent[];
  /** Ask every rule, not only those that the inputs touch. */
  readonly everything?: boolean;
};

/** Segment changes in one decision: with two actions each they leave room for inputs in a transaction of 100. */
const maxSegmentChanges = 30;

/** Instants at which one person's segments change that one decision follows one by one; then it jumps to now. */
const maxSteps = 1000;

/** The one decision about a person: what inputs and time make of the profile, its segments and its timeline. */
export function decidePerson(situation: PersonSituation): PersonDecision {
  const { profile, inputs, ruleset, now } = situation;
  if (isCanary(profile.id)) return decideCanary(situation);
  const draft = new Draft(situation);
  const missing = missingMetrics(ruleset, draft.ledger);
  if (missing.length > 0) {
    // A ledger that gains nothing is not written for it: whoever comes next looks again.
    draft.ledgerChanged = fillMetrics(draft.ledger, missing, { events: situation.past ?? [], now });
  }

  const isDue = profile.dueAt !== undefined && profile.dueAt <= now;
  if (isDue) draft.followTime(profile.dueAt ?? now);
  if (draft.hasMore) return { ...draft.decision(), behind: inputs.length > 0 };

  const positions = inputs.flatMap((input) => draft.apply(input));
  const touched = new Set([...positions, ...draft.applyLists(situation.lists)]);
  const isNew = profile.version === 0;
  if (isNew || situation.everything === true) draft.evaluate(undefined);
  else if (touched.size > 0) draft.evaluate(touched);
  draft.announce();
  return draft.decision();
}

class Draft {
  readonly situation: PersonSituation;
  readonly ledger: Ledger;
  readonly entries: TimelineEntry[] = [];
  readonly members = new Map<string, MemberChange>();
  #lists = noListsChange;
  #zoneChanged = false;
  #eventHeard = false;
  ledgerChanged = false;
  #profile: Profile;
  #marks: Map<string, Mark>;
  #dueAt: number;
  #segmentChanges = 0;
  #more = false;

  constructor(situation: PersonSituation) {
    this.situation = situation;
    this.#profile = situation.profile;
    this.ledger = decodeLedger(situation.profile.ledger);
    this.#dueAt = situation.profile.dueAt ?? Number.POSITIVE_INFINITY;
    const marks = situation.profile.segments.map(parseMark);
    this.#marks = new Map(marks.map((mark) => [mark.segment, mark]));
  }

  /** Applies an input and answers the positions of the segments it can touch. */
  apply(input: Input): readonly number[] {
    const { ruleset, now } = this.situation;
    const applied = applyInput(this.#profile, input, isoInstant(now));
    this.#profile = applied.profile;
    for (const entry of applied.entries) this.#record(entry);
    const touched = [...applied.changed].flatMap((name) => ruleset.byAttribute.get(name) ?? []);
    this.#zoneChanged ||= applied.changed.has('timeZone');
    if (input.event !== undefined) {
      this.#eventHeard = true;
      const occurredAt = Date.parse(input.occurredAt);
      const metrics = recordEvent(this.ledger, ruleset, { ...input.event, occurredAt }, now);
      if (metrics.length > 0) this.ledgerChanged = true;
      touched.push(...metrics.flatMap((id) => ruleset.byMetric.get(id) ?? []));
    }
    return touched;
  }

  /** Puts the person into lists and takes them out; answers the positions of the segments it can touch. */
  applyLists(wanted: ListsChange = noListsChange): readonly number[] {
    const { ruleset, now } = this.situation;
    const { lists: before, id: profileId } = this.#profile;
    const { marks, changed, news } = changeLists(before, wanted, ruleset.named.lists);
    if (news.length === 0) return [];
    const at = isoInstant(now);
    this.#lists = changed;
    this.#profile = { ...this.#profile, lists: marks, updatedAt: at };
    for (const one of news) this.#record({ profileId, occurredAt: at, recordedAt: at, ...one });
    return news.flatMap(({ data }) => ruleset.byList.get(data.list) ?? []);
  }

  get hasMore(): boolean {
    return this.#more;
  }

  /** Follows what time alone changes, instant by instant, so that each change carries its own. */
  followTime(from: Instant): void {
    const { now } = this.situation;
    let at = from;
    for (let step = 0; at <= now; step += 1) {
      this.#dueAt = step < maxSteps ? at : now;
      at = this.#evaluate(this.#dueAt, undefined);
      // Else a wrong answer would keep its worker for ever.
      if (at <= this.#dueAt) throw new Error('An answer holds until a later instant.');
      // The next decision goes on from this very instant.
      if (this.#more) return;
    }
    this.#dueAt = at;
  }

  /** Takes the standing now over. The due instant is moved only when the new one is earlier: two index writes saved. */
  evaluate(positions: ReadonlySet<number> | undefined): void {
    this.#dueAt = Math.min(this.#dueAt, this.#evaluate(this.situation.now, positions));
  }

  /** Takes the standing at an instant over into marks, members and entries; answers until when it holds. */
  #evaluate(at: Instant, positions: ReadonlySet<number> | undefined): Instant {
    const { ruleset } = this.situation;
    const subject = subjectOf(this.#profile, this.ledger, ruleset);
    const { standings, until } = evaluateSegments(ruleset, subject, { now: at, positions });
    for (const [segment, standing] of standings) this.#stand(segment, standing, at);
    return until;
  }

  decision(): PersonDecision {
    const { situation } = this;
    const { profile: before, ruleset } = situation;
    const soonest = this.#more ? Math.min(situation.now, this.#dueAt) : this.#dueAt;
    const dueAt = Number.isFinite(soonest) ? soonest : undefined;
    if (this.ledgerChanged || this.#eventHeard) {
      const known = new Set(ruleset.registry.metrics.map(({ id }) => id));
      // A metric of newer rules has missed this event: whoever goes by those fills it anew.
      if (dropMetrics(this.ledger, known)) this.ledgerChanged = true;
    }
    const changed =
      this.#profile !== before ||
      this.ledgerChanged ||
      this.members.size > 0 ||
      dueAt !== before.dueAt;
    const after = (): Profile => ({
      ...this.#profile,
      version: before.version + 1,
      ledger: this.ledgerChanged ? encodeLedger(this.ledger) : before.ledger,
      segments: [...this.#marks.values()].flatMap((mark) => markText(mark, ruleset)),
      lists: livingMarks(this.#profile.lists, ruleset),
      rules: ruleset.revision,
      dueAt,
    });
    return {
      profile: changed ? after() : before,
      entries: this.entries,
      members: [...this.members.values()],
      moves: this.#zoneChanged ? this.#moves() : [],
      lists: this.#lists,
      changed,
      more: this.#more,
      behind: false,
    };
  }

  #stand(segment: string, standing: Standing, at: Instant): void {
    const { ruleset } = this.situation;
    const serving = ruleset.serving.get(segment) ?? unserved;
    const version = ruleset.versions.get(segment) ?? serving;
    const mark = this.#marks.get(segment);
    const wasNow = mark !== undefined && isMemberBy(mark, serving);
    const wasNext = mark !== undefined && isMemberBy(mark, version);
    if (wasNow === standing.now && wasNext === standing.next) return;
    if (!this.#hasRoom()) return;
    const told = ruleset.announcements.get(segment);
    const isOlder = told !== undefined && at < told.at && wasNow !== standing.now;
    const news = mark && newsFor(mark, ruleset);
    this.#mark(segment, markOf(segment, standing, version));
    // What had changed already when the definition came to serve was never re-labelled by it.
    if (news !== undefined && isOlder) return;
    if (news !== undefined) this.#tell(segment, news, this.#toldAt(told));
    if (wasNow === standing.now) return;
    this.#tell(segment, standing.now ? 'segment.entered' : 'segment.left', at);
  }

  /** Tells of what an edit has made of the person, once each: from then on the mark says no more of it. */
  announce(): void {
    const { ruleset } = this.situation;
    for (const [segment, told] of ruleset.announcements) {
      const mark = this.#marks.get(segment);
      const news = mark && newsFor(mark, ruleset);
      if (mark === undefined || news === undefined) continue;
      if (!this.#hasRoom()) return;
      this.#mark(segment, settledText(mark, ruleset));
      this.#tell(segment, news, this.#toldAt(told));
    }
  }

  /** A worker that still went by the older rules may have written since: nothing is told from before that. */
  #toldAt(told: Announcement | undefined): Instant {
    const { updatedAt } = this.situation.profile;
    return Math.max(told?.at ?? 0, updatedAt === '' ? 0 : Date.parse(updatedAt));
  }

  #hasRoom(): boolean {
    this.#more ||= this.#segmentChanges >= maxSegmentChanges;
    return !this.#more;
  }

  #mark(segment: string, text: string | undefined): void {
    this.#segmentChanges += 1;
    if (text === undefined) this.#marks.delete(segment);
    else this.#marks.set(segment, parseMark(text));
    this.members.set(segment, { segment, mark: text });
  }

  #tell(segment: string, type: 'segment.entered' | 'segment.left', at: Instant): void {
    this.#record({
      profileId: this.#profile.id,
      type,
      occurredAt: isoInstant(at),
      recordedAt: isoInstant(this.situation.now),
      data: { segment },
    });
  }

  #moves(): MemberChange[] {
    return [...this.#marks.values()].flatMap((mark) => {
      const { segment } = mark;
      const [text] = this.members.has(segment) ? [] : markText(mark, this.situation.ruleset);
      return text === undefined ? [] : [{ segment, mark: text }];
    });
  }

  #record(entry: Omit<TimelineEntry, 'id'>): void {
    this.entries.push({ id: this.situation.newId(), ...entry });
  }
}
