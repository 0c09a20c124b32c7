import type { Profile } from '../../../shared/domain/profiles/profile.ts';
import {
  decidePerson,
  type PersonDecision,
  type PersonSituation,
} from '../../../shared/domain/segments/person-decision.ts';
import type { Ruleset, RulesetSource } from '../../../shared/domain/segments/ruleset.ts';
import { isSettled } from '../../../shared/domain/segments/settled.ts';
import type { Input } from '../../../shared/domain/tracking/input.ts';
import { newProfile } from '../../../shared/stores/profiles.ts';
import { later } from '../rules/naive-calendar.ts';
import { anInput } from '../tracking/an-input.ts';
import type { Named, Said, Step, WalkPlan } from './random-walk.ts';
import { compiled, define, rulesOf, settle, tryDefine } from './rules-in-memory.ts';
import { instantsOf, nobody, refusal, type Shadow, told } from './shadow.ts';
import { expectSame, expectStanding, Told } from './walk-checks.ts';

const iso = (at: number): string => new Date(at).toISOString();
const longestWaitMs = 3 * 366 * 86_400_000;
const never = Number.POSITIVE_INFINITY;

/** Walks a plan, and at every step holds what the product says against the plain recount; throws where they differ. */
export function walk(plan: WalkPlan): void {
  const walker = new Walker(plan);
  for (const step of plan.steps) walker.take(step);
  walker.take({ kind: 'tick' });
}

class Walker {
  #now: number;
  #source: RulesetSource;
  #ruleset: Ruleset;
  /** What a worker may still decide by until the pass begins. */
  #older: Ruleset | undefined;
  #profile: Profile;
  readonly #shadow: Shadow;
  /** Whether the pass of this revision has come by the person. */
  #passed = true;
  /** The person's rows in the member table. */
  readonly #rows = new Map<string, string>();
  readonly #told: Told;
  #lastSaidAt: number;

  constructor({ company, start, segments }: WalkPlan) {
    this.#now = start;
    this.#lastSaidAt = start;
    const rules = Object.fromEntries(
      segments.flatMap(({ id, rule }) => (rule ? [[id, rule]] : [])),
    );
    this.#source = rulesOf(rules);
    this.#ruleset = compiled(this.#source, company);
    this.#profile = newProfile('p-1', start);
    this.#shadow = { ...nobody(company, 'p-1'), serving: rules, next: rules };
    this.#told = new Told(this.#shadow, start);
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
      case 'tick':
        return this.#tick();
      case 'define':
        return this.#define(step.segment);
      case 'pass':
        return this.#pass();
      case 'settle':
        return this.#settle();
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
    const mayBeOlder = early && !this.#passed && this.#profile.version > 0;
    const ruleset = mayBeOlder ? (this.#older ?? this.#ruleset) : this.#ruleset;
    this.#decide({ said: dated, ruleset });
  }

  #instantOf({ agoMs }: Said): number {
    if (agoMs !== 'same') this.#lastSaidAt = this.#now - agoMs;
    return this.#lastSaidAt;
  }

  /** The review of somebody who is due: nobody else is looked at. */
  #tick(): void {
    if (!this.#isBehind()) return;
    this.#decide({ ruleset: this.#ruleset });
  }

  #isBehind = (): boolean => (this.#profile.dueAt ?? never) <= this.#now;

  /** A new definition; a deletion when it has no rule. */
  #define(segment: Named): void {
    const { id, rule } = segment;
    // A deletion of what is not there is refused by the route, before any rule is looked at.
    if (rule === undefined && this.#shadow.next[id] === undefined) return;
    const reason = refusal(this.#shadow, segment);
    const { ok } = tryDefine(this.#source, id, rule);
    expectSame(`an edit of ${id} (${reason ?? 'in order'})`, ok, reason === undefined);
    if (!ok) return;
    this.#older = this.#ruleset;
    this.#passed = false;
    this.#source = define(this.#source, id, rule);
    this.#ruleset = compiled(this.#source, this.#shadow.company);
    const { [id]: _, ...others } = this.#shadow.next;
    this.#shadow.next = rule === undefined ? others : { ...others, [id]: rule };
    this.#check();
  }

  #pass(): void {
    const isThere = this.#profile.version > 0;
    if (isThere && isSettled(this.#profile, this.#ruleset, this.#now)) {
      const decision = decidePerson({ ...this.#situation([], this.#ruleset), everything: true });
      expectSame('whether somebody settled changes', decision.changed, false);
    } else if (isThere) this.#decide({ ruleset: this.#ruleset, everything: true });
    this.#passed = true;
    this.#older = undefined;
    this.#check();
  }

  #settle(): void {
    if (!this.#passed) return;
    this.#source = settle(this.#source);
    this.#ruleset = compiled(this.#source, this.#shadow.company);
    this.#shadow.serving = this.#shadow.next;
    // Whom an edit merely re-labels gets no entry.
    this.#told.relabel(Math.min(this.#now, (this.#profile.dueAt ?? never) - 1));
    this.#check();
  }

  #situation(inputs: readonly Input[], ruleset: Ruleset): PersonSituation {
    const past = this.#shadow.person.deeds.map(({ at, ...deed }) => ({ ...deed, occurredAt: at }));
    return { profile: this.#profile, inputs, ruleset, now: this.#now, newId: () => 'id', past };
  }

  /** Decides as the functions do: what does not fit one transaction is decided again. */
  #decide(what: {
    readonly said?: readonly (Said & { readonly at: number })[];
    readonly ruleset: Ruleset;
    readonly everything?: boolean;
  }): void {
    const { said = [], ruleset } = what;
    const inputs = said.map((one) => inputOf(one, this.#now));
    const { person, company } = this.#shadow;
    const before = this.#profile.version === 0 ? undefined : person;
    const after = said.reduce((known, one) => told(known, one, company), person);
    let open = inputs;
    let { everything = false } = what;
    for (let more = true; more; ) {
      const decision = decidePerson({ ...this.#situation(open, ruleset), everything });
      const isApplied = open.length > 0 && !decision.behind;
      if (isApplied) this.#shadow.person = after;
      const heard = inputs.length > 0 && open.length === 0;
      const known = { before, after: this.#shadow.person, heard, now: this.#now };
      this.#told.take(decision.entries, known);
      this.#write(decision);
      more = decision.more || decision.behind;
      if (decision.behind) this.#catchUp(ruleset);
      if (!isApplied) continue;
      open = [];
      everything = true;
    }
    this.#told.probe(before, this.#now);
    this.#check();
  }

  /** Somebody behind is brought up to now before inputs are looked at. */
  #catchUp(ruleset: Ruleset): void {
    const { person } = this.#shadow;
    for (let more = true; more; ) {
      const decision = decidePerson({ ...this.#situation([], ruleset), everything: true });
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
    const at = { company, person, now: this.#now };
    expectStanding(marks, this.#ruleset.serving, { ...at, rules: serving, told: this.#told });
    // What comes is whole only after the pass has come by.
    if (this.#passed) expectStanding(marks, this.#ruleset.versions, { ...at, rules: next });
  }
}

const inputOf = (
  { at, attributes = {}, identifiers = {}, event }: Said & { at: number },
  now: number,
) =>
  anInput({
    kind: event === undefined ? 'identify' : 'event',
    occurredAt: iso(at),
    receivedAt: iso(now),
    attributes,
    identifiers,
    ...(event !== undefined && { event: { name: event.name, properties: event.properties } }),
  });
