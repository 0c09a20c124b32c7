import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../architecture/source-tree.ts';

const folder = mkdtempSync(join(tmpdir(), 'perennial-again-'));

/** A clock that is more than a year ahead. */
const later = `data:text/javascript,${encodeURIComponent(`
  const Now = Date;
  const ahead = 40_000_000_000;
  globalThis.Date = class extends Now {
    constructor(...parts) { super(...(parts.length === 0 ? [Now.now() + ahead] : parts)); }
    static now() { return Now.now() + ahead; }
  };`)}`;

type Circumstances = {
  readonly name: string;
  readonly flags: readonly string[];
  readonly env: Readonly<Record<string, string>>;
};

/** Synthesises in another process, folder, zone, language and at another time; answers all that was made. */
async function synthesisedUnder({ name, flags, env }: Circumstances) {
  const cwd = join(folder, name);
  mkdirSync(cwd);
  const outdir = join(cwd, 'out');
  const script = join(root, 'test/infra/synthesise-again.ts');
  const child = spawn(process.execPath, [...flags, script, outdir], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: cwd, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  expect(code, said).toBe(0);
  const files = readdirSync(outdir, { recursive: true, encoding: 'utf8' })
    // What cdk compares and uploads; the rest tells where in the code each resource was made.
    .filter((file) => /\.(template|assets)\.json$|^asset\..*\.\w+$/.test(file));
  const made = files.toSorted().map((file) => [file, readFileSync(join(outdir, file), 'utf8')]);
  const manifest: unknown = JSON.parse(readFileSync(join(outdir, 'manifest.json'), 'utf8'));
  return { outdir, made: new Map(made as [string, string][]), manifest };
}

describe('a second synthesis of the same code', () => {
  let first: Awaited<ReturnType<typeof synthesisedUnder>>;
  let second: Awaited<ReturnType<typeof synthesisedUnder>>;

  beforeAll(async () => {
    [first, second] = await Promise.all([
      synthesisedUnder({ name: 'here', flags: [], env: { TZ: 'UTC', LANG: 'C' } }),
      synthesisedUnder({
        name: 'elsewhere, later',
        flags: ['--import', later],
        env: {
          TZ: 'Pacific/Auckland',
          LANG: 'lv_LV.UTF-8',
          USER: 'somebody',
          AWS_REGION: 'eu-north-1',
        },
      }),
    ]);
  }, 240_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  it('makes the same template and the same bundles, byte for byte', () => {
    expect([...second.made.keys()]).toEqual([...first.made.keys()]);
    for (const [file, bytes] of first.made) {
      expect([file, second.made.get(file) === bytes]).toEqual([file, true]);
    }
    const names = [...first.made.keys()];
    expect(names).toContain('Perennial.template.json');
    expect(names.filter((name) => name.endsWith('index.js'))).toHaveLength(1);
  });

  it('has no differences to the eyes of cdk diff, which needs no account for that', () => {
    const template = join(second.outdir, 'Perennial.template.json');
    const diff = ['diff', 'Perennial', '--app', first.outdir, '--template', template, '--fail'];
    const { status, stdout, stderr } = spawnSync(join(root, 'node_modules/.bin/cdk'), diff, {
      cwd: folder,
      encoding: 'utf8',
      env: {
        PATH: process.env['PATH'],
        HOME: folder,
        CI: 'true',
        CDK_DISABLE_CLI_TELEMETRY: 'true',
      },
    });
    expect(`${stdout}${stderr}`).toContain('There were no differences');
    expect(status).toBe(0);
  }, 60_000);

  it('asks nothing of an account: no look-up, no account or region of its own', () => {
    expect(first.manifest).not.toHaveProperty('missing');
    expect(first.manifest).toMatchObject({
      artifacts: { Perennial: { environment: 'aws://unknown-account/unknown-region' } },
    });
  });

  it('holds nothing of where it was made', () => {
    for (const [file, bytes] of first.made) {
      expect([file, bytes.includes(folder), bytes.includes(root)]).toEqual([file, false, false]);
    }
  });
});
