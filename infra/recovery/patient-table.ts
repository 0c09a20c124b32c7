import { type Table, Throttled } from '../../shared/ports/table.ts';

const busyMs = 1_000;
const maxTries = 60;

/** The tables for work that takes hours: whoever is busy is asked again for a minute. */
export function patientTable(table: Table, sleep: (ms: number) => Promise<void>): Table {
  const patiently = async <Answer>(call: () => Promise<Answer>): Promise<Answer> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await call();
      } catch (error) {
        if (!(error instanceof Throttled) || attempt === maxTries) throw error;
        await sleep(busyMs);
      }
    }
  };
  return {
    get: (...args) => patiently(() => table.get(...args)),
    batchGet: (...args) => patiently(() => table.batchGet(...args)),
    query: (...args) => patiently(() => table.query(...args)),
    scan: (...args) => patiently(() => table.scan(...args)),
    due: (...args) => patiently(() => table.due(...args)),
    write: (write) =>
      patiently(async () => {
        const result = await table.write(write);
        if (result.kind === 'contended') throw new Throttled('An item stays contended.');
        return result;
      }),
    transact: (...args) => patiently(() => table.transact(...args)),
  };
}
