import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import * as z from 'zod';
import type { RestoredTables } from '../restored-tables.ts';
import { Refused } from './refused.ts';

const objectSchema = z.record(z.string(), z.unknown());

/** Whether the file can take the tables: found out before hours are spent on restoring. */
export function readCompanyFile(path: string): Readonly<Record<string, unknown>> {
  if (!existsSync(path)) return {};
  try {
    return objectSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw new Refused(`${path} is not a JSON object: mend it, or name another file (--config).`, {
      cause,
    });
  }
}

/** Puts the tables into the file that `cdk deploy` reads, in one step; all else in it stays. */
export function writeTables(path: string, tables: RestoredTables): void {
  const content = { ...readCompanyFile(path), tables };
  writeFileSync(`${path}.new`, `${JSON.stringify(content, undefined, 2)}\n`);
  renameSync(`${path}.new`, path);
}
