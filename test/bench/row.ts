import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One line of the budgets: `ratio` is value / reference, `ok` is null while a part is not built. */
export type Row = {
  readonly work: string;
  readonly value: number | null;
  readonly unit: string;
  readonly reference: string;
  readonly ratio: number | null;
  readonly budget: string;
  readonly ok: boolean | null;
};

/** What a row's process tells its parent: the rows, and how they came about. */
export type Report = { readonly rows: readonly Row[]; readonly notes: readonly string[] };

/** The last line that a row's process prints is its report. */
export const tell = (report: Report): void => {
  process.stdout.write(`${JSON.stringify(report)}\n`);
};

/** Milliseconds of CPU, user and system, all threads of this process. */
export async function cpuMs(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

/** To three significant digits. */
export const rounded = (value: number): number => Number(value.toPrecision(3));

/** A folder on disk that is gone when its `using` ends. */
export function aFolder(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'perennial-bench-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** `--profiles 1000000` on the command line, or the usual number. */
export function numberOption(name: string, usual: number): number {
  const at = process.argv.indexOf(`--${name}`);
  const value = at < 0 ? usual : Number(process.argv[at + 1]);
  if (!Number.isInteger(value) || value < 1)
    throw new RangeError(`--${name} needs a whole number.`);
  return value;
}
