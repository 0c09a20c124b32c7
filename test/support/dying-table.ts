import type { Table } from '../../shared/ports/table.ts';

/** A table whose caller may die just before or just after any request. */
export function dying(table: Table, dies: () => boolean): Table {
  const around = async <Answer>(work: () => Promise<Answer>): Promise<Answer> => {
    if (dies()) throw new Error('Killed before the request.');
    const answer = await work();
    if (dies()) throw new Error('Killed before the answer came.');
    return answer;
  };
  return {
    get: (...of) => around(() => table.get(...of)),
    batchGet: (...of) => around(() => table.batchGet(...of)),
    query: (...of) => around(() => table.query(...of)),
    scan: (...of) => around(() => table.scan(...of)),
    due: (...of) => around(() => table.due(...of)),
    write: (...of) => around(() => table.write(...of)),
    transact: (...of) => around(() => table.transact(...of)),
  };
}
