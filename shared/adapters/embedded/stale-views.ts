import type { Clock } from '../../ports/clock.ts';
import type { DueQuery, Item, Page, TableName } from '../../ports/table.ts';
import { compareKeys } from '../key-order.ts';
import type { Hostility } from './hostility.ts';
import { decodeItem, type Encoded } from './item-codec.ts';

/** An item as it stood before one of the latest writes; undefined when it did not exist. */
type Earlier = { readonly pk: string; readonly sk: string; readonly before: Item | undefined };

/** How the tables looked some writes ago, by item. */
export type StaleView = ReadonlyMap<string, Earlier>;

const lagMs = 1000;
const lagWrites = 24;

const nameOf = (item: { readonly pk: string; readonly sk?: string }): string =>
  JSON.stringify([item.pk, item.sk ?? '']);

/** Remembers the latest writes, to show what a replica or an index that lags behind would show. */
export class StaleViews {
  readonly #clock: Clock;
  readonly #hostility: Hostility;
  #latest: {
    readonly table: TableName;
    readonly pk: string;
    readonly sk: string;
    readonly before: Encoded | undefined;
    readonly at: number;
  }[] = [];

  constructor(clock: Clock, hostility: Hostility) {
    this.#clock = clock;
    this.#hostility = hostility;
  }

  remember(table: TableName, key: { pk: string; sk?: string }, before: Encoded | undefined): void {
    const { pk, sk = '' } = key;
    this.#latest.push({ table, pk, sk, before, at: this.#clock.now() });
    if (this.#latest.length > lagWrites) this.#latest.shift();
  }

  /** A table as of a random few writes ago. */
  view(table: TableName): StaleView {
    const since = this.#clock.now() - lagMs;
    this.#latest = this.#latest.filter(({ at }) => at >= since);
    const undone = this.#latest.slice(this.#hostility.integer(this.#latest.length + 1));
    const view = new Map<string, Earlier>();
    // From the newest write back, so that the oldest of an item's states is the one that stays.
    for (const write of undone.reverse()) {
      if (write.table !== table) continue;
      const { pk, sk } = write;
      const before = write.before === undefined ? undefined : decodeItem(write.before);
      view.set(nameOf(write), { pk, sk, before });
    }
    return view;
  }
}

/** One item as the view shows it. */
export const staleItem = (
  view: StaleView,
  key: { readonly pk: string; readonly sk?: string },
  now: Item | undefined,
): Item | undefined => {
  const earlier = view.get(nameOf(key));
  return earlier === undefined ? now : earlier.before;
};

/** A page of items as the view shows it; items deleted since come back when `covers` says they belong. */
export const staleItems = (
  view: StaleView,
  page: Page,
  options: { covers: (item: Item) => boolean; descending: boolean },
): Page => {
  const shown = page.items
    .map((item) => staleItem(view, item, item))
    .filter((item) => item !== undefined);
  const present = new Set(page.items.map(nameOf));
  const back = [...view.values()]
    .map(({ before }) => before)
    .filter((item) => item !== undefined)
    .filter((item) => !present.has(nameOf(item)) && options.covers(item));
  if (page.after !== null || back.length === 0) return { items: shown, after: page.after };
  const sign = options.descending ? -1 : 1;
  const items = [...shown, ...back].sort((a, b) => sign * compareKeys(a.sk ?? '', b.sk ?? ''));
  return { items, after: null };
};

/** A page of the due index as the view shows it. */
export const staleDue = (view: StaleView, page: Page, query: DueQuery): Page => {
  const entryOf = (item: Item | undefined): Item | undefined => {
    if (item === undefined || item.dueSlot !== query.slot) return undefined;
    const { pk, sk, dueSlot, dueAt } = item;
    if (typeof dueAt !== 'string' || dueAt > query.until) return undefined;
    return sk === undefined ? { pk, dueSlot, dueAt } : { pk, sk, dueSlot, dueAt };
  };
  const entries = page.items.filter((item) => !view.has(nameOf(item)));
  const wholeIndex = page.after === null && (query.after ?? null) === null;
  const present = new Set(page.items.map(nameOf));
  for (const [name, { before }] of view) {
    const entry = entryOf(before);
    if (entry !== undefined && (wholeIndex || present.has(name))) entries.push(entry);
  }
  entries.sort((a, b) => compareKeys(dueAtOf(a), dueAtOf(b)));
  return { items: entries.slice(0, query.limit), after: page.after };
};

const dueAtOf = ({ dueAt }: Item): string => (typeof dueAt === 'string' ? dueAt : '');
