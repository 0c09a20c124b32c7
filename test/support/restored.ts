import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { World } from '../../infra/local/world.ts';

/** A directory for a world on disk, gone when the test's `using` ends. */
export function aDirectory(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'perennial-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

const databaseIn = (directory: string): string => join(directory, 'perennial.sqlite');

/** Copies the database as it stands, while the world goes on. */
export function backUp(world: World, directory: string): void {
  world.embedded.database.exec(`VACUUM INTO '${join(directory, 'backup.sqlite')}'`);
}

/** Before the next backup is made. */
export const dropBackup = (directory: string): void =>
  rmSync(join(directory, 'backup.sqlite'), { force: true });

/** Puts the copy in the place of a closed world's database. */
export function putBack(directory: string): void {
  for (const suffix of ['', '-wal', '-shm'])
    rmSync(`${databaseIn(directory)}${suffix}`, { force: true });
  copyFileSync(join(directory, 'backup.sqlite'), databaseIn(directory));
}
