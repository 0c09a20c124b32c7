import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../shared/adapters/embedded/clock.ts';
import { systemIds } from '../../../shared/adapters/embedded/ids.ts';
import { folderSecrets } from '../../../shared/adapters/embedded/secrets.ts';

const ids = systemIds(systemClock());

const inFolder = async (work: (folder: string) => Promise<void>): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'secrets-'));
  try {
    await work(join(folder, 'secrets'));
  } finally {
    rmSync(folder, { recursive: true });
  }
};

describe('secrets in a folder', () => {
  it('make the link-signing key once, so that links stay valid after a restart', async () => {
    await inFolder(async (folder) => {
      const made = await folderSecrets(folder, ids).get('link-signing');
      expect(made).toHaveLength(32);
      expect(await folderSecrets(folder, ids).get('link-signing')).toEqual(made);
    });
  });

  it('are readable by their owner alone', async () => {
    await inFolder(async (folder) => {
      await folderSecrets(folder, ids).get('link-signing');
      expect(statSync(join(folder, 'link-signing.key')).mode & 0o777).toBe(0o600);
    });
  });

  it('refuse a key that was cut short', async () => {
    await inFolder(async (folder) => {
      await folderSecrets(folder, ids).get('link-signing');
      const path = join(folder, 'link-signing.key');
      writeFileSync(path, readFileSync(path, 'utf8').slice(0, 20));
      await expect(folderSecrets(folder, ids).get('link-signing')).rejects.toThrow('shorter than');
    });
  });

  it('last as long as the process when there is no folder', async () => {
    const secrets = folderSecrets(undefined, ids);
    const key = await secrets.get('link-signing');
    expect(await secrets.get('link-signing')).toBe(key);
    expect(await folderSecrets(undefined, ids).get('link-signing')).not.toEqual(key);
  });
});
