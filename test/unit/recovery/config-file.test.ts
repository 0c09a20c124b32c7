import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exampleConfig, readConfig } from '../../../infra/config.ts';
import { readCompanyFile, writeTables } from '../../../infra/recovery/config-file.ts';
import { Refused } from '../../../infra/recovery/refused.ts';
import { aDirectory } from '../../support/restored.ts';

const tables = {
  profiles: 'Perennial-profiles-x',
  timeline: 'Perennial-timeline-x',
  marketing: 'Perennial-marketing-x',
  timelineStream: '2026-11-20T11:12:13.456',
};

describe('the company’s file', () => {
  it('gets the names of the restored tables, as the deployment reads them, and keeps all else', () => {
    using directory = aDirectory();
    const path = join(directory.path, 'perennial.config.json');
    writeFileSync(
      path,
      JSON.stringify({ ...exampleConfig, tables: { ...tables, profiles: 'old' } }),
    );
    writeTables(path, tables);
    const config = readConfig((name) => (name === 'config' ? path : undefined));
    expect(config).toEqual({ ...exampleConfig, tables });
    expect(readdirSync(directory.path)).toEqual(['perennial.config.json']);
  });

  it('is made where the company passes its settings as flags: so the tables are not forgotten', () => {
    using directory = aDirectory();
    const path = join(directory.path, 'perennial.config.json');
    expect(readCompanyFile(path)).toEqual({});
    writeTables(path, tables);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ tables });
  });

  it('is left alone when it is no JSON, and that is said before anything is restored', () => {
    using directory = aDirectory();
    const path = join(directory.path, 'perennial.config.json');
    writeFileSync(path, 'sender=me');
    expect(() => readCompanyFile(path)).toThrow(Refused);
    expect(() => writeTables(path, tables)).toThrow('is not a JSON object');
    expect(readFileSync(path, 'utf8')).toBe('sender=me');
  });
});
