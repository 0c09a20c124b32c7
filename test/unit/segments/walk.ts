import type { Profile } from '../../../shared/domain/profiles/profile.ts';
import {
  decidePerson,
  type PersonDecision,
  type PersonSituation,
} from '../../../shared/domain/segments/person-decision.ts';
import type { Ruleset } from '../../../shared/domain/segments/ruleset.ts';
import { isSettled, movedDueAt } from '../../../shared/domain/segments/settled.ts';
import { newProfile } from '../../../shared/stores/profiles.ts';
import { later } from '../rules/naive-calendar.ts';
import type { Person } from '../rules/naive-rule.ts';
import { anInput } from '../tracking/an-input.ts';
import type { Said } from './random-inputs.ts';
import type { Edit, Step, WalkPlan } from './random-walk.ts';
import { Rulebook } from './rulebook.ts';
import { instantsOf, type Shadow, told } from './shadow.ts';
import { expectSame, expectStanding, Told } from './walk-checks.ts';

const iso = (at: number): string => new Date(at).toISOString();
const longestWaitMs = 3 * 366 * 86_400_000;
const never = Number.POSITIVE_INFINITY;
const nothing = { segments: {}, computed: {}, rfm: undefined };

/**
 * Walks a plan, and at every step holds what the product says against the plain recount; throws where
 * they differ. Answers how many entered and left entries that were.
 */
export function walk(plan: WalkPlan): Told['seen'] {
  const walker = new Walker(plan);
  for (const step of plan.steps) walker.take(step);
  walker.take({ kind: 'tick' });
  return walker.seen;
}

/** What a decision is about, and what is known of the person when it is done. */
type Question = Partial<Pick<PersonSituation, 'inputs' | 'lists' | 'everything'>> & {
  readonly ruleset?: Ruleset;
  readonly after?: Person;
};

class Walker {
  #now: number;
  readonly #rules: Rulebook;
  /** What a worker may still decide by until the pass begins. */
  #older: Ruleset | undefined;
  #profile: Profile;
  readonly #shadow: Shadow;
  /** Whether the pass of this revision has come by the person. */
  #passed = true;
  /** Whether a pass is under way that has come by everybody. */
  #isDone = false;
  /** The person's rows in the member table. */
  readonly #rows = new Map<string, string>();
  readonly #told: Told;
  #lastSaidAt: number;

  constructor(plan: WalkPlan) {
    const { company, start } = plan;
    this.#now = start;
    this.#lastSaidAt = start;
    this.#profile = newProfile('p-1', start);
    const person: Person = {
      id: 'p-1',
      timeZone: company,
      attributes: {},
      identifiers: {},
      deeds: [],
      lists: [],
    };
    this.#shadow = { company, person, serving: nothing, next: nothing };
    this.#rules = new Rulebook(plan, this.#shadow);
    this.#told = new Told(this.#shadow, start);
  }

  get seen(): Told['seen'] {
    return this.#told.seen;
  }

  take(step: Step): void {
    switch (step.kind) {
      case 'wait':
        return this.#goTo(this.#now + step.ms);
      case 'due':
        return this.#goTo((this.#profile.dueAt ?? 0) + step.offset);
      case 'border':
        return this.#goTo(this.#border(step));
      case 'said':
        return this.#hear(step.inputs, step.early);
      case 'listed':
        return this.#list(step);
      case 'tick':
        return this.#tick();
      case 'pass':
        return this.#pass();
      case 'settle':
        return this.#settle();
      case 'define':
      case 'compute':
      case 'list':
      case 'orders':
      case 'recut':
      case 'off':
        return this.#edit(step);
    }
  }

  /** Time does not go back, and nobody waits for what is very far away. */
  #goTo(at: number): void {
    if (at <= this.#now || at > this.#now + longestWaitMs) return;
    this.#now = at;
    this.#check();
  }

  #border({ pick, duration, offset }: Extract<Step, { kind: 'border' }>): number {
    const { person, company } = this.#shadow;
    const known = instantsOf(person);
    const from = known[pick % Math.max(1, known.length)] ?? 0;
    return later(from, pick % 2 === 0 ? company : person.timeZone, duration) + offset;
  }

  #hear(said: readonly Said[], early: boolean): void {
    const dated = said
      .map((one) => ({ ...one, at: this.#instantOf(one) }))
      .sort((one, other) => one.at - other.at);
    const { person, company } = this.#shadow;
    const mayBeOlder = early && !this.#passed && this.#profile.version > 0;
    this.#decide({
      inputs: dated.map((one) => inputOf(one, this.#now)),
      after: dated.reduce((known, one) => told(known, one, company), person),
      ruleset: (mayBeOlder ? this.#older : undefined) ?? this.#rules.ruleset,
    });
  }

  #instantOf({ agoMs }: Said): number {
    if (agoMs !== 'same') this.#lastSaidAt = this.#now - agoMs;
    return this.#lastSaidAt;
  }

  /** Static lists the person is put into and taken out of. */
  #list({ add, remove }: Extract<Step, { kind: 'listed' }>): void {
    if (this.#profile.version === 0) return;
    const { person } = this.#shadow;
    const left = (person.lists ?? []).filter((id) => !remove.includes(id) && !add.includes(id));
    const lists = [...left, ...add.filter((id) => this.#rules.lists.has(id))];
    this.#decide({ lists: { add, remove }, after: { ...person, lists } });
  }

  /** The review of somebody who is due: nobody else is looked at. */
  #tick(): void {
    if (!this.#isBehind()) return;
    const { person } = this.#shadow;
    const dueAt = movedDueAt(this.#profile, this.#rules.ruleset, this.#now);
    if (dueAt === undefined) return this.#decide({});
    const decision = decidePerson(this.#situation({}));
    const { entries, members, profile } = decision;
    const found = [entries.length, members.length, profile.dueAt ?? never];
    expectSame('what a review changes of whom nothing changes', found, [0, 0, dueAt]);
    this.#write(decision);
    this.#told.probe(person, this.#now);
    this.#check();
  }

  #isBehind = (): boolean => (this.#profile.dueAt ?? never) <= this.#now;

  #edit(edit: Edit): void {
    const older = this.#rules.ruleset;
    if (!this.#rules.edit(edit, this.#now)) return;
    this.#older = older;
    this.#passed = false;
    this.#isDone = false;
    this.#check();
  }

  #pass(): void {
    const isThere = this.#profile.version > 0;
    if (isThere && isSettled(this.#profile, this.#rules.ruleset, this.#now)) {
      const { changed } = decidePerson(this.#situation({ everything: true }));
      expectSame('whether somebody settled changes', changed, false);
    } else if (isThere) this.#decide({ everything: true });
    this.#passed = true;
    this.#isDone = true;
    this.#older = undefined;
    this.#check();
  }

  #settle(): void {
    if (!this.#isDone) return;
    this.#isDone = false;
    // Whoever is told something is told of what they were at that instant.
    if (this.#rules.isTelling) this.#tick();
    const telling = this.#rules.settle(this.#now);
    if (this.#profile.version > 0) {
      const instant = Math.min(this.#now, (this.#profile.dueAt ?? never) - 1);
      this.#told.relabel(instant, { telling, at: this.#now });
    }
    this.#check();
  }

  #situation({ inputs = [], lists, everything = false, ruleset }: Question): PersonSituation {
    const past = this.#shadow.person.deeds.map(({ at, ...deed }) => ({ ...deed, occurredAt: at }));
    return {
      profile: this.#profile,
      inputs,
      lists,
      everything,
      ruleset: ruleset ?? this.#rules.ruleset,
      now: this.#now,
      newId: () => 'id',
      past,
    };
  }

  /** Decides as the functions do: what does not fit one transaction is decided again. */
  #decide(question: Question): void {
    const before = this.#profile.version === 0 ? undefined : this.#shadow.person;
    const { inputs = [], after } = question;
    let open = after !== undefined;
    for (let more = true; more; ) {
      const heard = after !== undefined && !open;
      const isAgain = heard && inputs.length > 0;
      const asked = isAgain ? { ...question, inputs: [], everything: true } : question;
      const decision = decidePerson(this.#situation(asked));
      const isApplied = open && (inputs.length > 0 ? !decision.behind : !isOnlyTime(decision));
      if (isApplied && after !== undefined) this.#shadow.person = after;
      const known = { before, after: this.#shadow.person, heard, now: this.#now };
      this.#told.take(decision.entries, known);
      this.#write(decision);
      if (isApplied) open = false;
      if (decision.behind) this.#catchUp(question);
      more = decision.more || decision.behind;
    }
    if (after !== undefined) this.#shadow.person = after;
    this.#told.probe(before, this.#now);
    this.#told.expectAllTold();
    this.#check();
  }

  /** Somebody behind is brought up to now before inputs are looked at. */
  #catchUp({ ruleset }: Question): void {
    const { person } = this.#shadow;
    const question = { everything: true, ...(ruleset && { ruleset }) };
    for (let more = true; more; ) {
      const decision = decidePerson(this.#situation(question));
      const known = { before: person, after: person, heard: false, now: this.#now };
      this.#told.take(decision.entries, known);
      this.#write(decision);
      more = decision.more;
    }
  }

  #write({ profile, members, moves }: PersonDecision): void {
    this.#profile = profile;
    for (const { segment, mark } of [...members, ...moves]) {
      if (mark === undefined) this.#rows.delete(segment);
      else this.#rows.set(segment, mark);
    }
  }

  /** Between two due instants, what stands must be right at every instant. */
  #check(): void {
    if (this.#profile.version === 0 || this.#isBehind()) return;
    const marks = [this.#profile.segments, [...this.#rows.values()]] as const;
    const { company, person, serving, next } = this.#shadow;
    const { ruleset } = this.#rules;
    const at = { company, person, now: this.#now };
    expectStanding(marks, ruleset.serving, { ...at, meaning: serving, told: this.#told });
    // What comes is whole only after the pass has come by.
    if (this.#passed) expectStanding(marks, ruleset.versions, { ...at, meaning: next });
  }
}

/** Whether lists were not looked at yet. */
const isOnlyTime = ({ lists, more }: PersonDecision): boolean =>
  more && lists.add.length + lists.remove.length === 0;

const inputOf = (said: Said & { readonly at: number }, now: number) => {
  const { at, attributes = {}, identifiers = {}, event } = said;
  return anInput({
    kind: event === undefined ? 'identify' : 'event',
    occurredAt: iso(at),
    receivedAt: iso(now),
    attributes,
    identifiers,
    ...(event !== undefined && { event: { name: event.name, properties: event.properties } }),
  });
};
