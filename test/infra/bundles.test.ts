import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundlingOf } from '../../infra/constructs/functions.ts';
import type { FunctionRow } from '../../infra/function-row.ts';
import { functions } from '../../infra/manifest.ts';
import {
  absentFor,
  type Bundle,
  bundled,
  bundleFunctions,
  clientsOf,
  environmentOf,
  functionName,
} from '../support/handler-bundle.ts';

const folder = mkdtempSync(join(tmpdir(), 'perennial-bundles-'));
const names = functions.map(functionName);
let bundles: ReadonlyMap<string, Bundle>;

beforeAll(async () => {
  bundles = await bundleFunctions(functions, folder);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

const packageOf = (file: string): string | undefined => {
  const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file) ?? [];
  return name;
};

/** The packages of which a bundle holds something. */
const packagesIn = (name: string): readonly string[] => [
  ...new Set(
    Object.entries(bundles.get(name)?.inputs ?? {}).flatMap(([file, { bytesInOutput }]) => {
      const found = bytesInOutput === 0 ? undefined : packageOf(file);
      return found === undefined ? [] : [found];
    }),
  ),
];

/** Who carries a library that is large, or slow to begin. */
const carriers: Readonly<Record<string, readonly string[]>> = {
  liquidjs: ['admin', 'send-emails', 'send-pushes', 'send-texts', 'send-webhooks'],
  'html-to-text': ['admin', 'send-emails'],
  htmlparser2: ['admin', 'send-emails'],
  'libphonenumber-js': ['admin', 'public', 'record-inbound-texts', 'send-texts'],
  mrml: ['admin'],
  'csv-parse': ['admin'],
  croner: ['admin'],
  isbot: ['admin', 'public'],
  jose: ['admin', 'public'],
  // With a hook into every promise: see decision 32.
  'cls-hooked': [],
  'aws-xray-sdk-core': [],
};

const rendersMessages = (name: string): boolean => carriers['liquidjs']?.includes(name) === true;

/** V8 reads a megabyte in some 20 ms before anything runs. */
const maxKilobytes = (name: string): number => {
  if (name === 'admin') return 2620;
  return rendersMessages(name) ? 1770 : 1250;
};

/** Schemas and checks that are made by the import: a thousand take some 15 ms. */
const maxSchemas = (name: string): number => {
  if (name === 'admin') return 80;
  return rendersMessages(name) ? 1400 : 1100;
};

/** Loads a function as Lambda does, its environment set; says what its handler is, and counts. */
function load(row: FunctionRow): { readonly handler: string; readonly schemas: number } {
  const code = `
    let schemas = 0;
    globalThis.__zod_globalConfig = { postProcessor: () => { schemas += 1; } };
    const { handler } = require(${JSON.stringify(join(folder, `${functionName(row)}.js`))});
    process.once('beforeExit', () => {
      console.log(JSON.stringify({ handler: typeof handler, schemas }));
    });`;
  const output = execFileSync(process.execPath, ['--eval', code], {
    env: { ...environmentOf(row), PATH: process.env['PATH'] },
    encoding: 'utf8',
    cwd: folder,
  });
  return JSON.parse(output) as { handler: string; schemas: number }; // as it was written above
}

describe('a function as it is bundled for Lambda', () => {
  it.each(functions)('$file is bundled by the stack without the ports that it has not', (row) => {
    const { command } = bundlingOf(row, environmentOf(row));
    expect(command).toEqual([row.file, ...absentFor(row)]);
  });

  it('is bundled by the stack as it is here', () => {
    const [row] = functions.filter((one) => functionName(one) === 'send-emails');
    if (row === undefined) throw new Error('There is no sender of emails.');
    const made = mkdtempSync(join(folder, 'stack-'));
    expect(bundlingOf(row, environmentOf(row)).local.tryBundle(made)).toBe(true);
    const here = readFileSync(join(folder, 'send-emails.js'), 'utf8');
    expect(readFileSync(join(made, 'index.js'), 'utf8') === here).toBe(true);
  });

  it('carries of SES what it calls, and no other operation', () => {
    const text = readFileSync(join(folder, 'send-emails.js'), 'utf8');
    expect(text).toContain('"/v2/email/outbound-bulk-emails"');
    expect([...text.matchAll(/"\/v2\/email\/[^"]*"/g)].length).toBeLessThan(3);
  });

  it.each(functions)('$file loads, and makes no more schemas than others of its kind', (row) => {
    const { handler, schemas } = load(row);
    expect(handler).toBe('function');
    expect(schemas).toBeGreaterThan(10); // else nothing was counted
    expect(schemas).toBeLessThan(maxSchemas(functionName(row)));
  });

  it.each(functions)('$file carries the clients of what it is granted, and no others', (row) => {
    const clients = packagesIn(functionName(row)).filter((one) =>
      one.startsWith('@aws-sdk/client-'),
    );
    expect(clients.sort()).toEqual([...new Set(Object.values(clientsOf(row)))].sort());
  });

  it.each(Object.entries(carriers))('carries %s only where it is used', (library, carrying) => {
    expect(names.filter((name) => packagesIn(name).includes(library)).sort()).toEqual(
      [...carrying].sort(),
    );
  });

  it.each(names)('%s has no more kilobytes than others of its kind', (name) => {
    const kilobytes = (bundles.get(name)?.bytes ?? 0) / 1024;
    expect(kilobytes).toBeGreaterThan(100);
    expect(kilobytes).toBeLessThan(maxKilobytes(name));
  });

  it('finds its credentials in the environment, and carries no other way', () => {
    for (const name of names) {
      const ways = packagesIn(name).filter((one) => /credential-provider|nested-clients/.test(one));
      expect(
        ways.filter((one) => one !== '@aws-sdk/credential-provider-env'),
        name,
      ).toEqual([]);
    }
  });

  it('makes text of the HTML of an email, whatever elements it has', async () => {
    const file = join(folder, 'email-rendering.js');
    await bundled({
      entryPoints: ['shared/domain/templates/email-rendering.ts'],
      outfile: file,
    });
    const html =
      '<h1>Hi</h1><table><tr><td>cell</td></tr></table><pre>code</pre><svg><text>drawn</text></svg><x-y>own</x-y>';
    const code = `
      const { emailRenderer } = require('${file}');
      const render = emailRenderer({ subject: 'S', html: '${html}' });
      const person = { id: 'p', identifiers: {}, attributes: {} };
      const campaign = { id: 'c', name: 'C' };
      const at = { now: 0, timeZone: 'UTC', kind: 'marketing', unsubscribeUrl: 'https://shop.example/u' };
      console.log(render({ ...at, profile: person, campaign }).text);`;
    const text = execFileSync(process.execPath, ['--eval', code], {
      encoding: 'utf8',
      cwd: folder,
      env: { PATH: process.env['PATH'] },
    });
    for (const word of ['HI', 'cell', 'code', 'drawn', 'own', 'Unsubscribe']) {
      expect(text).toContain(word);
    }
  });

  it('compiles MJML, whose compiler is no JavaScript', async () => {
    const file = join(folder, 'compile-mjml.js');
    await bundled({
      entryPoints: ['shared/flows/templates/compile-mjml.ts'],
      outfile: file,
    });
    const mjml =
      '<mjml><mj-body><mj-section><mj-column><mj-text>Hi</mj-text></mj-column></mj-section></mj-body></mjml>';
    const code = `const { compileMjml } = await import('${file}'); console.log((await compileMjml('${mjml}')).html);`;
    // Away from the packages.
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['--input-type=module', '--eval', code],
      { encoding: 'utf8', cwd: folder, env: { PATH: process.env['PATH'] } },
    );
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^<!doctype html>.*>Hi<\/div>/s);
  });
});
