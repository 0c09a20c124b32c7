import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { brokenPromises } from '../support/faults/accounts.ts';
import { comeToAnEnd, doSomething, prepare } from '../support/faults/deeds.ts';
import { Life } from '../support/faults/life.ts';

/** `FAULT_FROM=77 FAULT_LIVES=1000` lives others; the night does (`npm run test:long`). */
const first = Number(process.env['FAULT_FROM'] ?? 1);
const lives = Number(process.env['FAULT_LIVES'] ?? 40);
const steps = 25;

/** Every fourth life lies on disk, so that the machine can be switched off and on. */
const restartEvery = 4;

async function broken(seed: number): Promise<readonly string[]> {
  const isOnDisk = seed % restartEvery === 0;
  const directory = isOnDisk ? mkdtempSync(join(tmpdir(), 'faults-')) : undefined;
  const life = new Life({ seed, directory });
  try {
    await life.open();
    await prepare(life);
    for (let step = 0; step < steps; step += 1) await doSomething(life);
    await comeToAnEnd(life);
    return await brokenPromises(life);
  } finally {
    await life.close();
    if (directory !== undefined) rmSync(directory, { recursive: true });
  }
}

describe('whatever fails, whenever it fails', () => {
  it.each(Array.from({ length: lives }, (_, index) => first + index))(
    'nothing is lost, nothing goes out twice and nobody is stranded, seed %s',
    async (seed) => {
      expect(await broken(seed)).toEqual([]);
    },
  );
});
