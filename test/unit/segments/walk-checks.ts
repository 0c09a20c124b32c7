import type { TimelineEntry } from '../../../shared/domain/profiles/timeline-entry.ts';
import { type ServingVersions, segmentsOf } from '../../../shared/domain/segments/membership.ts';
import type { Person } from '../rules/naive-rule.ts';
import { isMemberOf, type Meaning, type Shadow } from './shadow.ts';

const iso = (at: number): string => new Date(at).toISOString();

/** Thousands of comparisons a second: a thrown difference, and no more words than it needs. */
export function expectSame(what: string, found: unknown, wanted: unknown): void {
  const [one, other] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (one !== other) throw new Error(`${what}: ${one}, but the recount says ${other}`);
}

type Standing = {
  readonly company: string;
  readonly person: Person;
  readonly now: number;
  readonly meaning: Meaning;
  readonly told?: Told;
};

/** Marks on the profile and rows of the member table name exactly the segments of the recount. */
export function expectStanding(
  [marks, rows]: readonly [readonly string[], readonly string[]],
  versions: ServingVersions,
  { told, ...world }: Standing,
): void {
  const ids = Object.keys(world.meaning.segments);
  const wanted = ids.filter((id) => isMemberOf(id, world.now, world)).toSorted();
  const at = iso(world.now);
  expectSame(`segments at ${at}`, segmentsOf(marks, versions).toSorted(), wanted);
  expectSame(`member rows at ${at}`, segmentsOf(rows, versions).toSorted(), wanted);
  if (told !== undefined) expectSame(`entered and not left at ${at}`, told.members(), wanted);
}

/** Before they are heard of for the first time, somebody is a member of nothing. */
type Before = Person | undefined;

/** What was known before a decision and after; `heard`: its inputs were looked at in an earlier one. */
type Knowledge = {
  readonly before: Before;
  readonly after: Person;
  readonly heard: boolean;
  readonly now: number;
};

/** Membership as the entered and left entries tell it, one by one. */
export class Told {
  readonly #shadow: Shadow;
  #members: ReadonlySet<string> = new Set();
  /** How many entries were held against the recount, by what made them. */
  readonly seen = { byTime: 0, byInput: 0, byEdit: 0 };
  /** What an edit made of the person, to be told when they are looked at next. */
  readonly #toTell = new Map<string, { readonly entered: boolean; readonly at: number }>();
  /** Membership from each instant on, since all was last looked at. */
  #since: { readonly at: number; readonly members: ReadonlySet<string> }[] = [];

  constructor(shadow: Shadow, at: number) {
    this.#shadow = shadow;
    this.#since = [{ at, members: this.#members }];
  }

  members = (): string[] => [...this.#members].toSorted();

  /**
   * Another definition serves: what the recount says at an instant, with no entry about it but for the
   * segments that tell of it, as of the instant `at` which it came to serve.
   */
  relabel(
    instant: number,
    news: { readonly telling: ReadonlySet<string>; readonly at: number },
  ): void {
    const { person, serving } = this.#shadow;
    const ids = Object.keys(serving.segments);
    const before = this.#members;
    this.#members = new Set(ids.filter((id) => this.#isMember(person, id, instant)));
    this.#since = [{ at: instant, members: this.#members }];
    for (const id of ids.filter((one) => news.telling.has(one))) {
      const entered = this.#members.has(id);
      if (entered !== before.has(id)) this.#toTell.set(id, { entered, at: news.at });
    }
  }

  /** Whoever is looked at has been told all there was to tell. */
  expectAllTold(): void {
    expectSame('still to be told', [...this.#toTell.keys()], []);
  }

  /** Each entry turns the membership, at the very instant at which the recount turns. */
  take(entries: readonly TimelineEntry[], { before, after, heard, now }: Knowledge): void {
    // First comes what time alone has changed, then inputs, then what they change.
    const firstInput = entries.findIndex(({ type }) => !type.startsWith('segment.'));
    entries.forEach((entry, position) => {
      const { type, occurredAt, recordedAt, data } = entry;
      if (!type.startsWith('segment.')) return;
      const id = String(data['segment']);
      const at = Date.parse(occurredAt);
      const entered = type === 'segment.entered';
      const what = `${type} ${id} of ${occurredAt}`;
      const news = this.#toTell.get(id);
      if (news !== undefined) {
        expectSame(`${what}: what an edit made of them`, { entered, at }, news);
        this.#toTell.delete(id);
        this.seen.byEdit += 1;
        return;
      }
      expectSame(`${what}: whether it was told before`, this.#members.has(id), !entered);
      expectSame(`${what}: when it was recorded`, recordedAt, iso(now));
      const byTime = !heard && (firstInput < 0 || position < firstInput);
      this.seen[byTime ? 'byTime' : 'byInput'] += 1;
      if (byTime) this.#expectTurn(what, { id, at, entered, before });
      else {
        expectSame(`${what}: an input counts when it is heard`, at, now);
        expectSame(`${what}: after the input`, entered, this.#isMember(after, id, at));
        expectSame(`${what}: before the input`, !entered, this.#isMember(before, id, at));
      }
      this.#turn(id, entered, at);
    });
  }

  /** Nothing was passed over in silence: what was told holds between the entries too. */
  probe(before: Before, now: number): void {
    const [from] = this.#since;
    const spans = this.#since.map(
      ({ at }, index) => [at, this.#since[index + 1]?.at ?? now] as const,
    );
    const middles = spans.map(([start, end]) => Math.floor((start + end) / 2));
    const length = now - (from?.at ?? now);
    const others = [0.13, 0.71].map((place) => Math.floor(now - length * place));
    for (const at of [...middles.slice(-5), ...others, now - 1]) {
      if (at < (from?.at ?? now) || at >= now) continue;
      const stood = this.#since.findLast((one) => one.at <= at)?.members ?? new Set();
      const ids = Object.keys(this.#shadow.serving.segments);
      const wanted = ids.filter((id) => this.#isMember(before, id, at)).toSorted();
      expectSame(`told of ${iso(at)}`, [...stood].toSorted(), wanted);
    }
    this.#since = [{ at: now, members: this.#members }];
  }

  #expectTurn(
    what: string,
    { id, at, entered, before }: { id: string; at: number; entered: boolean; before: Before },
  ): void {
    expectSame(`${what}: at that instant`, entered, this.#isMember(before, id, at));
    expectSame(`${what}: 1 ms before`, !entered, this.#isMember(before, id, at - 1));
    const last = this.#since.at(-1)?.at ?? at;
    expectSame(`${what}: in order of time`, at >= last, true);
  }

  #turn(id: string, entered: boolean, at: number): void {
    const members = new Set(this.#members);
    if (entered) members.add(id);
    else members.delete(id);
    this.#members = members;
    this.#since.push({ at, members });
  }

  #isMember(person: Before, id: string, now: number): boolean {
    const { company, serving } = this.#shadow;
    return person !== undefined && isMemberOf(id, now, { company, person, meaning: serving });
  }
}
