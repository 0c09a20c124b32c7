import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../ports/clock.ts';
import {
  type Check,
  type DueQuery,
  type Item,
  type Key,
  type Page,
  type Query,
  type Scan,
  type Table,
  type TableName,
  Throttled,
  type Write,
  type WriteResult,
} from '../../ports/table.ts';
import { writeCursor } from '../page-cursor.ts';
import { keyOf } from '../request-rules.ts';
import { turnedAround } from './field-order.ts';
import type { Hostility } from './hostility.ts';
import { StaleViews, staleDue, staleItem, staleItems } from './stale-views.ts';
import type { TableEngine } from './table-engine.ts';
import { queryCovers, type TablePages } from './table-pages.ts';

/** How often each fault strikes. */
const rates = {
  throttled: 0.02,
  contended: 0.03,
  lostAnswer: 0.03,
  stale: 0.05,
  emptyPage: 0.05,
  unprocessed: 0.05,
  turned: 0.2,
};

/** The tables on a bad day: everything here DynamoDB may do, and its clients must bear. */
export class HostileTable implements Omit<Table, 'get' | 'batchGet'> {
  readonly #engine: TableEngine;
  readonly #pages: TablePages;
  readonly #hostility: Hostility;
  readonly #views: StaleViews;
  /** Each item's latest attempt, which in DynamoDB is an attribute of the item. */
  readonly #attempts = new Map<string, number>();
  #lastAttempt = 0;

  constructor(options: {
    engine: TableEngine;
    pages: TablePages;
    clock: Clock;
    hostility: Hostility;
  }) {
    this.#engine = options.engine;
    this.#pages = options.pages;
    this.#hostility = options.hostility;
    this.#views = new StaleViews(options.clock, options.hostility);
  }

  get(table: TableName, key: Key, consistent: boolean): Item | undefined {
    this.#throttle();
    const item = this.#engine.get(table, key, consistent);
    const found = this.#isStale(consistent) ? staleItem(this.#views.view(table), key, item) : item;
    return found && this.#turned(found);
  }

  async batchGet(
    table: TableName,
    batches: readonly (readonly Key[])[],
    consistent: boolean,
  ): Promise<readonly Item[]> {
    const items: Item[] = [];
    for (const batch of batches) {
      this.#throttle();
      let open = this.#hostility.shuffle(batch);
      while (open.length > 0) {
        const struck = this.#hostility.chance(rates.unprocessed);
        const done = struck ? this.#hostility.integer(open.length) : open.length;
        const view = this.#isStale(consistent) ? this.#views.view(table) : new Map();
        const found = this.#engine.batchGet(table, open.slice(0, done), consistent);
        items.push(...found.flatMap((item) => staleItem(view, item, item) ?? []));
        open = open.slice(done);
        // Others write between one request and the next.
        if (open.length > 0) await setImmediate();
      }
    }
    return items.map((item) => this.#turned(item));
  }

  async query(table: TableName, query: Query): Promise<Page> {
    this.#throttle();
    const page = this.#turnedPage(this.#pages.query(table, query));
    if (this.#hostility.chance(rates.emptyPage)) return emptyPage(query.after, 1);
    if (!this.#isStale(query.consistent === true)) return page;
    const stale = staleItems(this.#views.view(table), page, {
      covers: (item) => queryCovers(query, item),
      descending: query.descending === true,
    });
    return stale.items.length > (query.limit ?? Number.MAX_SAFE_INTEGER) ? page : stale;
  }

  async scan(table: TableName, scan: Scan): Promise<Page> {
    this.#throttle();
    const page = this.#turnedPage(this.#pages.scan(table, scan));
    if (this.#hostility.chance(rates.emptyPage)) return emptyPage(scan.after, 2);
    if (!this.#isStale(scan.consistent === true)) return page;
    const nothingBack = { covers: () => false, descending: false };
    return staleItems(this.#views.view(table), page, nothingBack);
  }

  async due(table: TableName, query: DueQuery): Promise<Page> {
    this.#throttle();
    const page = this.#pages.due(table, query);
    if (this.#hostility.chance(rates.emptyPage)) return emptyPage(query.after, 3);
    if (!this.#isStale(false)) return page;
    return staleDue(this.#views.view(table), page, query);
  }

  async write(write: Write): Promise<WriteResult> {
    this.#throttle();
    if (write.when !== undefined && this.#hostility.chance(rates.contended)) {
      return { kind: 'contended' };
    }
    this.#lastAttempt += 1;
    const attempt = this.#lastAttempt;
    const result = this.#apply([write], attempt, () => this.#engine.write(write));
    if (result.kind !== 'written' || !this.#hostility.chance(rates.lostAnswer)) return result;
    await setImmediate();
    return this.#repeat(write, attempt);
  }

  async transact(actions: readonly (Write | Check)[]): Promise<WriteResult> {
    this.#throttle();
    if (this.#hostility.chance(rates.contended)) return { kind: 'contended' };
    const result = this.#apply(actions, undefined, () => this.#engine.transact(actions));
    // DynamoDB answers a repeat with the same token as it did the first time.
    if (this.#hostility.chance(rates.lostAnswer)) await setImmediate();
    return result;
  }

  /** Maps come back in any order of their fields. */
  #turned(item: Item): Item {
    return this.#hostility.chance(rates.turned) ? turnedAround(item) : item;
  }

  #turnedPage(page: Page): Page {
    return { ...page, items: page.items.map((item) => this.#turned(item)) };
  }

  /** What the AWS adapter sees when it repeats a write whose answer never came. */
  #repeat(write: Write, attempt: number): WriteResult {
    const { pk, sk = '' } = keyOf(write);
    const isThere = this.#engine.rows[write.table].get(pk, sk) !== undefined;
    if (write.kind === 'delete') {
      if (!isThere) return { kind: 'written' };
    } else if (isThere && this.#attempts.get(nameOf(write)) === attempt) {
      return { kind: 'written' };
    }
    return this.#apply([write], attempt, () => this.#engine.write(write));
  }

  #apply(
    actions: readonly (Write | Check)[],
    attempt: number | undefined,
    run: () => WriteResult,
  ): WriteResult {
    const befores = actions.map((action) => {
      const { pk, sk = '' } = keyOf(action);
      // A key that is no text is refused when the action runs.
      return typeof pk === 'string' && typeof sk === 'string'
        ? this.#engine.rows[action.table].get(pk, sk)
        : undefined;
    });
    const result = run();
    if (result.kind !== 'written') return result;
    for (const [position, action] of actions.entries()) {
      if (action.kind === 'check') continue;
      this.#views.remember(action.table, keyOf(action), befores[position]);
      if (attempt !== undefined) this.#attempts.set(nameOf(action), attempt);
      else if (action.kind === 'put') this.#attempts.delete(nameOf(action));
    }
    return result;
  }

  #throttle(): void {
    if (this.#hostility.chance(rates.throttled)) {
      throw new Throttled('The table takes no more requests right now.');
    }
  }

  #isStale(consistent: boolean): boolean {
    return !consistent && this.#hostility.chance(rates.stale);
  }
}

const nameOf = (action: Write | Check): string => {
  const { pk, sk } = keyOf(action);
  return JSON.stringify([action.table, pk, sk]);
};

/** An empty page whose cursor stands where the page would have begun. */
const emptyPage = (after: string | null | undefined, positions: number): Page => ({
  items: [],
  after: after ?? writeCursor(Array.from({ length: positions }, () => '')),
});
