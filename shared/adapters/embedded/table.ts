import type {
  Check,
  DueQuery,
  Item,
  Key,
  Page,
  Query,
  Scan,
  Table,
  TableName,
  Write,
  WriteResult,
} from '../../ports/table.ts';
import { batchesOf } from '../key-batches.ts';
import type { ChangeFeed } from './change-feed.ts';
import { durably } from './database.ts';
import { HostileTable } from './hostile-table.ts';
import type { Hostility } from './hostility.ts';
import { type EngineOptions, TableEngine } from './table-engine.ts';
import { TablePages } from './table-pages.ts';

export type EmbeddedTableOptions = EngineOptions & {
  /** Adds the faults that DynamoDB may show; the semantics stay. */
  readonly hostility?: Hostility | undefined;
};

/** The tables in SQLite inside the process, never kinder than DynamoDB. */
export class EmbeddedTable implements Table {
  /** The tables' streams. */
  readonly feed: ChangeFeed;
  readonly #engine: TableEngine;
  readonly #pages: TablePages;
  readonly #hostile: HostileTable | undefined;
  readonly #durably: ReturnType<typeof durably>;

  constructor(options: EmbeddedTableOptions) {
    this.#engine = new TableEngine(options);
    this.#durably = durably(options.database);
    this.#pages = new TablePages(this.#engine.rows, options.meter);
    this.feed = this.#engine.feed;
    this.#hostile =
      options.hostility === undefined
        ? undefined
        : new HostileTable({
            engine: this.#engine,
            pages: this.#pages,
            clock: options.clock,
            hostility: options.hostility,
          });
  }

  async get(table: TableName, key: Key, options?: { readonly consistent?: boolean }) {
    const consistent = options?.consistent !== false;
    if (this.#hostile !== undefined) return this.#hostile.get(table, key, consistent);
    return this.#engine.get(table, key, consistent);
  }

  async batchGet(
    table: TableName,
    keys: readonly Key[],
    options?: { readonly consistent?: boolean },
  ): Promise<readonly Item[]> {
    const consistent = options?.consistent !== false;
    const batches = batchesOf(table, keys);
    if (this.#hostile !== undefined) return this.#hostile.batchGet(table, batches, consistent);
    return batches.flatMap((batch) => this.#engine.batchGet(table, batch, consistent));
  }

  async query(table: TableName, query: Query): Promise<Page> {
    if (this.#hostile !== undefined) return this.#hostile.query(table, query);
    return this.#pages.query(table, query);
  }

  async scan(table: TableName, scan: Scan): Promise<Page> {
    if (this.#hostile !== undefined) return this.#hostile.scan(table, scan);
    return this.#pages.scan(table, scan);
  }

  async due(table: TableName, query: DueQuery): Promise<Page> {
    if (this.#hostile !== undefined) return this.#hostile.due(table, query);
    return this.#pages.due(table, query);
  }

  async write(write: Write): Promise<WriteResult> {
    if (this.#hostile !== undefined) return this.#hostile.write(write);
    return this.#durably(() => this.#engine.write(write));
  }

  async transact(writes: readonly (Write | Check)[]): Promise<WriteResult> {
    if (this.#hostile !== undefined) return this.#hostile.transact(writes);
    return this.#durably(() => this.#engine.transact(writes));
  }

  /** The earliest `dueAt` of all tables: the next instant at which a virtual clock has to stop. */
  nextDueAt(): string | undefined {
    return Object.values(this.#engine.rows)
      .map((rows) => rows.firstDueAt())
      .filter((dueAt) => dueAt !== undefined)
      .sort()[0];
  }

  /** Deletes items whose `expiresAt` has passed; also happens by itself, now and then. */
  removeExpired(limit?: number): void {
    this.#engine.removeExpired(limit);
  }
}
