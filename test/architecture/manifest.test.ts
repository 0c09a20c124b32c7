import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { catalog } from '../../events/catalog.ts';
import { envelopeSchema } from '../../events/envelope.ts';
import { functions } from '../../infra/manifest.ts';
import { queues } from '../../infra/queue-manifest.ts';
import { queueNames } from '../../shared/ports/queue.ts';
import { filesUnder, root, sourceFiles } from './source-tree.ts';

const exportsHandler = /^export const handler\b/m;

describe('the manifest', () => {
  it('lists exactly the files that export a handler', () => {
    const handlers = filesUnder('functions/')
      .filter(({ text }) => exportsHandler.test(text))
      .map(({ path }) => path);
    expect(functions.map(({ file }) => file).sort()).toEqual(handlers.sort());
  });

  it('gives every queue exactly one reader', () => {
    const readers = functions.flatMap(({ trigger }) =>
      trigger.kind === 'queue' ? [trigger.queue] : [],
    );
    expect(readers.sort()).toEqual([...queueNames].sort());
    expect(Object.keys(queues).sort()).toEqual([...queueNames].sort());
  });

  it('says of every function and queue what the business loses, in a sentence', () => {
    const texts = [...functions, ...Object.values(queues)].map(({ loss }) => loss);
    expect(texts.filter((text) => !/^[A-Z].{10,}\.$/.test(text))).toEqual([]);
  });
});

/** The text of everything a function runs, but for the ports' adapters and their composition. */
function textBehind(file: string): string {
  const byPath = new Map(sourceFiles.map((source) => [source.path, source]));
  const seen = new Set<string>();
  const open = [file];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    for (const { target, typeOnly } of byPath.get(path)?.imports ?? []) {
      if (!typeOnly && /^(functions|shared\/(flows|stores))\//.test(target)) open.push(target);
    }
  }
  return [...seen].map((path) => byPath.get(path)?.text ?? '').join('\n');
}

describe.each(functions)('the grants of $file', ({ file, grants }) => {
  const text = textBehind(file);

  it('name only what its code mentions', () => {
    const tables = Object.keys(grants.tables ?? {});
    expect(tables.filter((name) => !text.includes(`'${name}'`))).toEqual([]);
    const scans = grants.scans ?? [];
    expect(scans.filter((name) => !text.includes(`scan('${name}'`))).toEqual([]);
    expect(grants.sendsTo === undefined || /queue[?.]*\.send\(/.test(text)).toBe(true);
    expect(grants.bus === undefined || text.includes('bus.put(')).toBe(true);
    expect(grants.schedules === undefined || /\.(put|delete)(Schedule|Listener)\(/.test(text)).toBe(
      true,
    );
  });
});

describe('the event catalog', () => {
  it('has an example of every event that its own schema takes', () => {
    for (const [type, { data, example }] of Object.entries(catalog)) {
      expect(data.safeParse(example), type).toMatchObject({ success: true });
      const envelope = {
        id: 'e',
        type,
        profileId: 'p',
        occurredAt: '2026-01-01T00:00:00.000Z',
        recordedAt: '2026-01-01T00:00:00.000Z',
        data: example,
      };
      expect(envelopeSchema.safeParse(envelope), type).toMatchObject({ success: true });
    }
  });

  it('names producers and consumers that exist', () => {
    const files = new Set(sourceFiles.map(({ path }) => path));
    const named = Object.values(catalog).flatMap(({ producers, consumers }) => [
      ...producers,
      ...consumers,
    ]);
    expect(named.filter((file) => !files.has(file))).toEqual([]);
  });
});

describe('the top of the project', () => {
  it('holds what it is said to hold and nothing else', () => {
    // What a company adds is its own.
    const ignored = ['node_modules', 'cdk.out', 'coverage', 'perennial.config.json'];
    const top = readdirSync(root).filter(
      (name) => !name.startsWith('.') && !ignored.includes(name),
    );
    expect(top.sort()).toEqual(
      [
        'CHANGELOG.md',
        'CONTRIBUTING.md',
        'LICENSE',
        'README.md',
        'cdk.json',
        'events',
        'functions',
        'infra',
        'package-lock.json',
        'package.json',
        'shared',
        'test',
        'tsconfig.json',
      ].sort(),
    );
  });

  it('has one package', () => {
    const packages = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
      (path) =>
        path.endsWith('package.json') &&
        !path.includes('node_modules') &&
        !path.includes('cdk.out') &&
        !path.startsWith('.'),
    );
    expect(packages.map((path) => join(path))).toEqual(['package.json']);
  });
});
