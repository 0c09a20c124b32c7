import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle } from '../../infra/constructs/bundle.ts';
import { functions } from '../../infra/manifest.ts';
import { root } from '../architecture/source-tree.ts';

const folder = mkdtempSync(join(tmpdir(), 'perennial-bundles-'));

/** Loads a bundle as Lambda does and says what its handler is. */
const load = (file: string) =>
  spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', `console.log(typeof (await import('${file}')).handler);`],
    {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], AWS_REGION: 'eu-north-1' },
    },
  );

describe('a function as it is bundled for Lambda', () => {
  beforeAll(async () => {
    await build({
      entryPoints: functions.map(({ file }) => join(root, file)),
      outdir: folder,
      outExtension: { '.js': '.mjs' },
      outbase: join(root, 'functions'),
      bundle: true,
      platform: 'node',
      format: bundle.format,
      target: bundle.target,
      mainFields: [...bundle.mainFields],
      loader: bundle.loader,
      banner: { js: bundle.banner },
      logLevel: 'error',
    });
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(functions.map(({ file }) => file))('%s loads and has a handler', (file) => {
    const path = join(folder, file.replace('functions/', '').replace('.ts', '.mjs'));
    const { stdout, stderr } = load(path);
    expect({ stdout, stderr }).toEqual({ stdout: 'function\n', stderr: '' });
  });
});
