import {
  type Check,
  type Item,
  type Query,
  type Scan,
  type Table,
  type TableName,
  Throttled,
  type Write,
  type WriteResult,
} from '../../shared/ports/table.ts';

/** What every client of the tables does: it tries again when throttled, and again when contended. */
export class PatientTable {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  get: Table['get'] = async (...call) => tryAgain(async () => this.#table.get(...call));
  batchGet: Table['batchGet'] = async (...call) =>
    tryAgain(async () => this.#table.batchGet(...call));
  query: Table['query'] = async (...call) => tryAgain(async () => this.#table.query(...call));
  scan: Table['scan'] = async (...call) => tryAgain(async () => this.#table.scan(...call));
  due: Table['due'] = async (...call) => tryAgain(async () => this.#table.due(...call));
  write = async (write: Write) => untilSettled(async () => this.#table.write(write));
  transact = async (actions: readonly (Write | Check)[]) =>
    untilSettled(async () => this.#table.transact(actions));

  /** All pages of a strongly consistent query. */
  async queryAll(table: TableName, query: Query): Promise<Item[]> {
    return allPages(async (after) => this.query(table, { ...query, consistent: true, after }));
  }

  async scanAll(table: TableName, scan: Scan): Promise<Item[]> {
    return allPages(async (after) => this.scan(table, { ...scan, after }));
  }
}

const allPages = async (read: (after: string | null) => ReturnType<Table['query']>) => {
  const items: Item[] = [];
  let after: string | null = null;
  do {
    const page = await read(after);
    items.push(...page.items);
    after = page.after;
  } while (after !== null);
  return items;
};

const tryAgain = async <T>(call: () => Promise<T>): Promise<T> => {
  for (let tries = 1; ; tries += 1) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof Throttled) || tries === 50) throw error;
    }
  }
};

const untilSettled = async (call: () => Promise<WriteResult>): Promise<WriteResult> => {
  for (let tries = 1; tries <= 50; tries += 1) {
    const result = await tryAgain(call);
    if (result.kind !== 'contended') return result;
  }
  throw new Error('The write was contended fifty times.');
};

/** Reads an eventually consistent answer until it is as expected; the last one if it never is. */
export const eventually = async <T>(
  read: () => Promise<T>,
  isExpected: (answer: T) => boolean,
): Promise<T> => {
  let answer = await read();
  for (let tries = 1; tries < 50 && !isExpected(answer); tries += 1) answer = await read();
  return answer;
};
