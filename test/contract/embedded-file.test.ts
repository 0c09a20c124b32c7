import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { OtherLayout, openDatabase } from '../../shared/adapters/embedded/database.ts';

it('data of another layout are refused by name, and those of this one open again', () => {
  const folder = mkdtempSync(join(tmpdir(), 'perennial-'));
  try {
    const own = join(folder, 'own.sqlite');
    for (const _time of ['new', 'again']) {
      const database = openDatabase(own);
      database.exec('CREATE TABLE IF NOT EXISTS something (n INTEGER)');
      database.close();
    }
    const file = openDatabase(own);
    expect(file.prepare('PRAGMA page_size').get()).toEqual({ page_size: 8192 });
    file.close();
    const older = join(folder, 'older.sqlite');
    const database = new DatabaseSync(older);
    database.exec('CREATE TABLE table_profiles (hash INTEGER, pk TEXT)');
    database.close();
    expect(() => openDatabase(older)).toThrow(OtherLayout);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
