import { ruleSchema } from '../../../shared/domain/rules/rule.ts';
import { defineComputed } from '../../../shared/domain/segments/computed-definition.ts';
import { defineList, removeList } from '../../../shared/domain/segments/list-definition.ts';
import { defineRfm, recutRfm, removeRfm } from '../../../shared/domain/segments/rfm-definition.ts';
import { type Definition, settleRules } from '../../../shared/domain/segments/rules-change.ts';
import type { Ruleset, RulesetSource } from '../../../shared/domain/segments/ruleset.ts';
import { defineSegment } from '../../../shared/domain/segments/segment-definition.ts';
import type { Edit, WalkPlan } from './random-walk.ts';
import { compiled, noRules, stored } from './rules-in-memory.ts';
import { namesIn, type Shadow, usersOf } from './shadow.ts';
import { expectSame } from './walk-checks.ts';

/** The rules as the product keeps them, and the shadow's edited with them. */
export class Rulebook {
  readonly #shadow: Shadow;
  #source: RulesetSource = noRules;
  #ruleset: Ruleset | undefined;
  #lists = new Set<string>();
  /** Segments whose new definition does not serve yet, and whether its edit tells of whom it re-labels. */
  #building = new Map<string, boolean>();

  constructor(plan: WalkPlan, shadow: Shadow) {
    this.#shadow = shadow;
    const at = plan.start;
    for (const id of plan.lists) this.edit({ kind: 'list', id, isThere: true }, at);
    for (const value of plan.computed) this.edit({ kind: 'compute', value }, at);
    if (plan.rfm !== undefined) {
      this.edit({ kind: 'orders', settings: plan.rfm.settings }, at);
      this.edit({ kind: 'recut', cuts: plan.rfm.cuts }, at);
    }
    for (const segment of plan.segments) this.edit({ kind: 'define', segment, notify: false }, at);
    this.settle(at);
  }

  get ruleset(): Ruleset {
    this.#ruleset ??= compiled(this.#source, this.#shadow.company);
    return this.#ruleset;
  }

  /** Edits both, and holds what is refused against what should be. Answers whether anything was edited. */
  edit(edit: Edit, now: number): boolean {
    // What is not there is not deleted: the routes answer so before any rule is looked at.
    if (this.#isForNothing(edit)) return false;
    const reason = this.#refusal(edit);
    const definition = this.#tried(edit, now);
    expectSame(
      `${JSON.stringify(edit)} (${reason ?? 'in order'})`,
      definition.ok,
      reason === undefined,
    );
    if (!definition.ok) return false;
    this.#follow(edit);
    this.#take(stored(this.#source, definition.change));
    return true;
  }

  /** The pass is done. Answers the segments whose edit tells of those whom it re-labels. */
  settle(now: number): ReadonlySet<string> {
    const at = { now: new Date(now).toISOString(), companyTimeZone: this.#shadow.company };
    this.#take(stored(this.#source, settleRules(this.#source, at, { people: 1 })));
    const telling = [...this.#building].filter(([, tells]) => tells).map(([id]) => id);
    this.#building.clear();
    this.#shadow.serving = this.#shadow.next;
    return new Set(telling);
  }

  /** Whether the next `settle` tells anybody. */
  get isTelling(): boolean {
    return [...this.#building.values()].includes(true);
  }

  get lists(): ReadonlySet<string> {
    return this.#lists;
  }

  #take(source: RulesetSource): void {
    this.#source = source;
    this.#ruleset = undefined;
  }

  #isForNothing(edit: Edit): boolean {
    const { next } = this.#shadow;
    if (edit.kind === 'recut' || edit.kind === 'off') return next.rfm === undefined;
    if (edit.kind === 'list') return !edit.isThere && !this.#lists.has(edit.id);
    if (edit.kind === 'define' && edit.segment.rule === undefined) {
      return next.segments[edit.segment.id] === undefined;
    }
    if (edit.kind === 'compute' && edit.value.definition === undefined) {
      return next.computed[edit.value.id] === undefined;
    }
    return false;
  }

  #tried(edit: Edit, now: number): Definition {
    const at = { now: new Date(now).toISOString(), companyTimeZone: this.#shadow.company };
    switch (edit.kind) {
      case 'define': {
        const { id, rule } = edit.segment;
        const parsed = rule && ruleSchema.parse(rule);
        const wanted = { id, name: id, rule: parsed, notify: edit.notify };
        return defineSegment(this.#source, wanted, at);
      }
      case 'compute':
        return defineComputed(this.#source, { name: edit.value.id, ...edit.value }, at);
      case 'list':
        return edit.isThere
          ? defineList(this.#source, { id: edit.id, name: edit.id }, at)
          : removeList(this.#source, edit.id, at);
      case 'orders':
        return defineRfm(this.#source, edit.settings, at);
      case 'recut':
        return recutRfm(this.#source, edit.cuts, at);
      case 'off':
        return removeRfm(this.#source, at);
    }
  }

  /** Why it is to be refused: it names what is not there, or takes away what others name. */
  #refusal(edit: Edit): string | undefined {
    const { next } = this.#shadow;
    if (edit.kind === 'define' && edit.segment.rule !== undefined) {
      const there = [
        ...Object.keys(next.segments).map((id) => `segment ${id}`),
        ...Object.keys(next.computed).map((id) => `computed ${id}`),
        ...[...this.#lists].map((id) => `list ${id}`),
        'rfm',
      ];
      return namesIn(edit.segment.rule).find((name) => !there.includes(name));
    }
    const name = removedBy(edit);
    if (name === undefined) return undefined;
    const users = [...usersOf(name, this.#shadow)].filter((id) => `segment ${id}` !== name);
    return users.length > 0 ? `used by ${users.join()}` : undefined;
  }

  #follow(edit: Edit): void {
    const shadow = this.#shadow;
    const { next } = shadow;
    const set = <T>(all: Readonly<Record<string, T>>, id: string, one: T | undefined) => {
      const { [id]: _, ...others } = all;
      return one === undefined ? others : { ...others, [id]: one };
    };
    switch (edit.kind) {
      case 'define': {
        const { id, rule } = edit.segment;
        const isSame = isEqual(next.segments[id], rule);
        if (!isSame) this.#rebuild(`segment ${id}`, edit.notify);
        if (!isSame || this.#building.has(id)) this.#building.set(id, edit.notify);
        const asks = rule !== undefined && namesIn(rule).includes('rfm');
        const rfm = next.rfm ?? (asks ? firstRfm : undefined);
        shadow.next = { ...next, rfm, segments: set(next.segments, id, rule) };
        return;
      }
      case 'compute': {
        const { id, definition } = edit.value;
        if (!isEqual(next.computed[id], definition)) this.#rebuild(`computed ${id}`, false);
        shadow.next = { ...next, computed: set(next.computed, id, definition) };
        return;
      }
      case 'list': {
        if (edit.isThere) this.#lists.add(edit.id);
        else this.#lists.delete(edit.id);
        const lists = shadow.person.lists?.filter((id) => this.#lists.has(id)) ?? [];
        shadow.person = { ...shadow.person, lists };
        return;
      }
      case 'orders': {
        if (isEqual(next.rfm?.settings, edit.settings)) return;
        this.#rebuild('rfm', false);
        shadow.next = { ...next, rfm: { settings: edit.settings, cuts: undefined } };
        return;
      }
      case 'recut':
        if (next.rfm === undefined) throw new Error('There are no orders yet');
        this.#rebuild('rfm', true);
        shadow.next = { ...next, rfm: { ...next.rfm, cuts: edit.cuts } };
        return;
      case 'off':
        shadow.next = { ...next, rfm: undefined };
    }
  }

  /** Who uses it is built anew; an edit of its own under way keeps to what that said. */
  #rebuild(name: string, tells: boolean): void {
    for (const id of usersOf(name, this.#shadow)) {
      if (!this.#building.has(id)) this.#building.set(id, tells);
    }
  }
}

/** What an order is until somebody says so. */
const firstRfm = { settings: { event: 'Order Completed', value: 'total' }, cuts: undefined };

const isEqual = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

function removedBy(edit: Edit): string | undefined {
  if (edit.kind === 'off') return 'rfm';
  if (edit.kind === 'define') return `segment ${edit.segment.id}`;
  if (edit.kind === 'compute') {
    return edit.value.definition === undefined ? `computed ${edit.value.id}` : undefined;
  }
  return edit.kind === 'list' && !edit.isThere ? `list ${edit.id}` : undefined;
}
