import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Another process that runs has the directory open: two would undo each other's work. */
export class DirectoryInUse extends Error {
  override readonly name = 'DirectoryInUse';
}

/**
 * Makes the directory this process's own until the answer is called: a file `lock` holds the process
 * id. One left by a process that is gone is taken over.
 */
export function lockDirectory(directory: string): () => void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, 'lock');
  const own = String(process.pid);
  if (!written(path, own)) {
    const holder = readFileSync(path, 'utf8').trim();
    if (holder !== own && isRunning(Number(holder))) {
      throw new DirectoryInUse(
        `${directory}/ is in use by process ${holder}: stop it first, or remove ${path} if that is no Perennial.`,
      );
    }
    writeFileSync(path, own, { mode: 0o600 });
  }
  return () => rmSync(path, { force: true });
}

function written(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // It runs, and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
