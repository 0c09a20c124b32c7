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

/** Runs code as Lambda does: away from the packages. */
const run = (code: string) =>
  spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
    encoding: 'utf8',
    cwd: folder,
    env: { PATH: process.env['PATH'], AWS_REGION: 'eu-north-1' },
  });

/** Loads a bundle and says what its handler is. */
const load = (file: string) => run(`console.log(typeof (await import('${file}')).handler);`);

const bundled = (files: readonly string[], base: string) =>
  build({
    entryPoints: files.map((file) => join(root, file)),
    outdir: folder,
    outbase: join(root, base),
    bundle: true,
    platform: 'node',
    format: bundle.format,
    target: bundle.target,
    mainFields: [...bundle.mainFields],
    conditions: [...bundle.conditions],
    define: bundle.define,
    alias: bundle.alias,
    loader: bundle.loader,
    banner: { js: bundle.banner },
    logLevel: 'error',
  });

describe('a function as it is bundled for Lambda', () => {
  beforeAll(async () => {
    await bundled(
      functions.map(({ file }) => file),
      'functions',
    );
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(functions.map(({ file }) => file))('%s loads and has a handler', (file) => {
    const path = join(folder, file.replace('functions/', '').replace('.ts', '.js'));
    const { stdout, stderr } = load(path);
    expect({ stdout, stderr }).toEqual({ stdout: 'function\n', stderr: '' });
  });

  it('compiles MJML, whose compiler is no JavaScript', async () => {
    await bundled(['shared/flows/templates/compile-mjml.ts'], 'shared/flows');
    const file = join(folder, 'templates/compile-mjml.js');
    const mjml =
      '<mjml><mj-body><mj-section><mj-column><mj-text>Hi</mj-text></mj-column></mj-section></mj-body></mjml>';
    const code = `const { compileMjml } = await import('${file}'); console.log((await compileMjml('${mjml}')).html);`;
    const { stdout, stderr } = run(code);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^<!doctype html>.*>Hi<\/div>/s);
  });
});
