import { Visitor } from 'oxc-parser';
import { describe, expect, it } from 'vitest';
import { filesUnder, type SourceFile } from './source-tree.ts';

/** Names that reach the clock, chance, the process or the network. */
const forbiddenNames = new Set([
  'process',
  'fetch',
  'setTimeout',
  'setInterval',
  'crypto',
  'performance',
  'globalThis',
  'Buffer',
]);
const forbiddenMembers = new Set(['Date.now', 'Math.random', 'Temporal.Now']);

function impurities({ path, program, text }: SourceFile): string[] {
  const found: string[] = [];
  const at = (start: number): string => `${path}:${text.slice(0, start).split('\n').length}`;
  new Visitor({
    FunctionDeclaration: (node) => {
      if (node.async) found.push(`${at(node.start)} async function`);
    },
    FunctionExpression: (node) => {
      if (node.async) found.push(`${at(node.start)} async function`);
    },
    ArrowFunctionExpression: (node) => {
      if (node.async) found.push(`${at(node.start)} async function`);
    },
    AwaitExpression: (node) => {
      found.push(`${at(node.start)} await`);
    },
    NewExpression: (node) => {
      const { callee } = node;
      if (callee.type !== 'Identifier') return;
      if (callee.name === 'Date' && node.arguments.length === 0)
        found.push(`${at(node.start)} new Date()`);
      if (callee.name === 'Promise') found.push(`${at(node.start)} new Promise()`);
    },
    CallExpression: (node) => {
      if (node.callee.type === 'Identifier' && forbiddenNames.has(node.callee.name)) {
        found.push(`${at(node.start)} ${node.callee.name}()`);
      }
    },
    MemberExpression: (node) => {
      if (node.object.type !== 'Identifier' || node.property.type !== 'Identifier') return;
      const name = `${node.object.name}.${node.property.name}`;
      if (forbiddenMembers.has(name) || forbiddenNames.has(node.object.name))
        found.push(`${at(node.start)} ${name}`);
    },
  }).visit(program);
  return found;
}

describe('the domain', () => {
  it('neither waits, nor reads a clock, nor throws dice, nor reaches outside', () => {
    expect(filesUnder('shared/domain/').flatMap(impurities)).toEqual([]);
  });

  it('is what this test looks at', () => {
    expect(filesUnder('shared/domain/').length).toBeGreaterThan(30);
  });
});
