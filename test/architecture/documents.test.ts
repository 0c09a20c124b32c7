import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './source-tree.ts';

const documents = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'],
  { cwd: root, encoding: 'utf8' },
)
  .split('\n')
  .filter((path) => path !== '' && existsSync(`${root}/${path}`));

const folders = ['events', 'functions', 'infra', 'shared', 'test'];

/** What a document links to, and the files of the project that it names. */
function targetsOf(document: string): readonly string[] {
  const text = readFileSync(`${root}/${document}`, 'utf8');
  const links = [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)\s]*)?\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => posix.join(posix.dirname(document), target));
  const named = [...text.matchAll(/`([\w./-]+)`/g)]
    .map(([, name = '']) => name)
    .filter((name) => folders.includes(name.split('/')[0] ?? '') && name.includes('/'));
  return [...links, ...named];
}

describe('documents', () => {
  it('are found', () => {
    expect(documents).toContain('README.md');
  });

  it.each(documents)('name and link to what is there: %s', (document) => {
    const missing = targetsOf(document).filter((target) => !existsSync(`${root}/${target}`));
    expect(missing).toEqual([]);
  });

  it('list every decision by the words of its title, oldest first', () => {
    const folder = 'infra/decisions/';
    const decisions = documents
      .filter((path) => /^infra\/decisions\/\d+-.*\.md$/.test(path))
      .sort();
    const titled = decisions.map((path) => {
      const [, number, title] =
        /^# (\d+)\. (.*)/.exec(readFileSync(`${root}/${path}`, 'utf8')) ?? [];
      return `| [${number}](${path.slice(folder.length)}) | ${title} |`;
    });
    const listed = readFileSync(`${root}/${folder}README.md`, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('| ['));
    expect(listed).toEqual(titled);
  });
});
