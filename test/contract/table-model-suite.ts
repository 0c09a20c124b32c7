import fc from 'fast-check';
import { expect, it } from 'vitest';
import type {
  Check,
  Condition,
  Item,
  Table,
  Update,
  Value,
  Write,
  WriteResult,
} from '../../shared/ports/table.ts';
import { eventually, PatientTable } from './patient-table.ts';
import { fresh } from './table-suite.ts';

const marketing = 'marketing' as const;
const slots = ['s0', 's1'] as const;

const sortKey = fc.constantFrom('a', 'b', 'é', '\uffff', '🦄');
const values: fc.Arbitrary<Record<string, Value>> = fc.dictionary(
  fc.constantFrom('n', 'text', 'list'),
  fc.oneof(fc.integer(), fc.string({ unit: 'grapheme' }), fc.constant(['x', { y: null }])),
);
const due = fc.option(
  fc.record({
    dueSlot: fc.constantFrom(...slots),
    dueAt: fc.constantFrom('2027-01', '2027-02', '2027-03'),
  }),
);
const condition: fc.Arbitrary<Condition | undefined> = fc.constantFrom(
  undefined,
  { absent: true },
  { present: true },
  { attribute: 'version', equals: 1 },
  { attribute: 'version', equals: 2 },
);

type Step = {
  readonly kind: 'put' | 'update' | 'delete' | 'check';
  readonly sk: string;
  readonly values: Record<string, Value>;
  readonly due: { dueSlot: string; dueAt: string } | null;
  readonly version: number;
  readonly when: Condition | undefined;
};

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('put', 'update', 'delete', 'check'),
  sk: sortKey,
  values,
  due,
  version: fc.constantFrom(1, 2),
  when: condition,
});

const asAction = (pk: string, step: Step): Write | Check => {
  const { kind, sk, when, version } = step;
  const guard = when === undefined ? {} : { when };
  const target = { table: marketing, key: { pk, sk } };
  const attributes = { ...step.values, ...step.due, version };
  if (kind === 'put') {
    return { kind, table: marketing, item: { pk, sk, ...attributes }, ...guard };
  }
  if (kind === 'delete') return { kind, ...target, ...guard };
  if (kind === 'check') return { kind, ...target, when: when ?? { absent: true } };
  const remove = step.due === null ? ['dueAt'] : [];
  return { kind, ...target, set: attributes, add: { count: version }, remove, ...guard };
};

/** The tables as anyone would write them down: a map. */
class Model {
  readonly items = new Map<string, Item>();

  apply(actions: readonly (Write | Check)[]): WriteResult {
    const failed = actions.flatMap((action, position) => (this.#holds(action) ? [] : [position]));
    if (failed.length > 0) return { kind: 'refused', failed };
    for (const action of actions) {
      if (action.kind === 'put') this.items.set(action.item.sk ?? '', action.item);
      if (action.kind === 'delete') this.items.delete(action.key.sk ?? '');
      if (action.kind === 'update') this.#update(action);
    }
    return { kind: 'written' };
  }

  sorted(): Item[] {
    return [...this.items.values()].sort((a, b) =>
      Buffer.compare(Buffer.from(a.sk ?? ''), Buffer.from(b.sk ?? '')),
    );
  }

  due(slot: string, until: string): string[] {
    const entries = this.sorted().filter(
      ({ dueSlot, dueAt }) => dueSlot === slot && typeof dueAt === 'string' && dueAt <= until,
    );
    return entries.map(({ sk, dueAt }) => JSON.stringify([dueAt, sk])).sort();
  }

  #update({ key, set = {}, add = {}, remove = [] }: Update): void {
    const before = this.items.get(key.sk ?? '') ?? key;
    const kept = Object.entries({ ...before, ...set }).filter(([name]) => !remove.includes(name));
    const after: Record<string, Item[string]> = Object.fromEntries(kept);
    for (const [name, amount] of Object.entries(add)) {
      const value = after[name];
      after[name] = (typeof value === 'number' ? value : 0) + amount;
    }
    // The key was spread from the item before.
    this.items.set(key.sk ?? '', after as Item);
  }

  #holds(action: Write | Check): boolean {
    const item = this.items.get((action.kind === 'put' ? action.item : action.key).sk ?? '');
    const { when } = action;
    if (when === undefined) return true;
    if ('absent' in when) return item === undefined;
    if ('present' in when) return item !== undefined;
    return item?.[when.attribute] === when.equals;
  }
}

/** The tables agree with a map on any history of writes and transactions. */
export const describeModel = (open: () => Table, numRuns: number): void => {
  it('answers any history of writes as a plain map would', async () => {
    const history = fc.array(fc.uniqueArray(step, { minLength: 1, selector: ({ sk }) => sk }), {
      maxLength: 25,
    });
    await fc.assert(
      fc.asyncProperty(history, async (groups) => {
        const table = new PatientTable(open());
        const pk = fresh();
        const model = new Model();
        for (const group of groups) {
          const actions = group.map((one) => asAction(pk, one));
          const [single] = actions;
          const result =
            actions.length === 1 && single !== undefined && single.kind !== 'check'
              ? await table.write(single)
              : await table.transact(actions);
          expect(result).toEqual(model.apply(actions));
        }
        expect(await table.queryAll(marketing, { pk })).toEqual(model.sorted());
        const keys = ['a', 'b', 'é', '\uffff', '🦄'].map((sk) => ({ pk, sk }));
        expect(await table.batchGet(marketing, keys)).toHaveLength(model.items.size);
        for (const slot of slots) {
          const expected = model.due(slot, '2027-02');
          const shown = async () => {
            const { items } = await table.due(marketing, { slot, until: '2027-02' });
            // However late the index, it never shows what is due after the instant asked for.
            expect(items.filter(({ dueAt }) => dueAt === '2027-03')).toEqual([]);
            const own = items.filter((item) => item.pk === pk);
            return own.map(({ sk, dueAt }) => JSON.stringify([dueAt, sk])).sort();
          };
          const isExpected = (found: string[]) => found.join() === expected.join();
          expect(await eventually(shown, isExpected)).toEqual(expected);
        }
      }),
      { numRuns },
    );
  });
};
