import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** Where moto is installed. */
export const motoFolder = join('.perennial', 'moto');
const requirements = join('test', 'contract', 'requirements.txt');
const oldestPython = '3.11';

/**
 * The Python that runs moto, in an environment of its own, made anew when its requirements have
 * changed or it is not whole. Throws what is missing and how to get it.
 */
export function motoPython(): string {
  const python = join(motoFolder, 'bin', 'python');
  const stamp = join(motoFolder, 'made-of');
  const madeOf = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  const isCurrent = existsSync(stamp) && readFileSync(stamp, 'utf8') === madeOf;
  if (isCurrent && spawnSync(python, ['-c', 'import moto.server']).status === 0) return python;

  console.log(`Making ${motoFolder} (moto and what it needs, from ${requirements})...`);
  // Moved to its place when whole: what is interrupted, or made by two runs at once, harms nobody.
  const making = `${motoFolder}.${process.pid}`;
  mkdirSync(dirname(motoFolder), { recursive: true, mode: 0o700 });
  removeLeftovers();
  try {
    must('python3', [
      '-c',
      `import sys; sys.exit(sys.version_info < (${oldestPython.replace('.', ', ')}))`,
    ]);
    must('python3', ['-m', 'venv', making]);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
    must(join(making, 'bin', 'python'), [...pip, '--requirement', requirements]);
    writeFileSync(join(making, 'made-of'), madeOf);
    rmSync(motoFolder, { recursive: true, force: true });
    renameSync(making, motoFolder);
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
  return python;
}

/** What a run has left that was ended while it was making the environment. */
function removeLeftovers(): void {
  const folder = dirname(motoFolder);
  for (const name of readdirSync(folder)) {
    const [, pid] = /^moto\.(\d+)$/.exec(name) ?? [];
    if (pid !== undefined && !isRunning(Number(pid))) {
      rmSync(join(folder, name), { recursive: true, force: true });
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function must(command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (status === 0) return;
  throw new Error(
    `"${command} ${args.join(' ')}" failed. Needed: python3, ${oldestPython} or later, with venv and pip ` +
      '(Debian and Ubuntu: apt install python3-venv), and a package index that can be reached.',
    { cause: error },
  );
}
