import { Visitor } from 'oxc-parser';
import { describe, expect, it } from 'vitest';
import { type SourceFile, sourceFiles } from './source-tree.ts';

const maxFileLines = 300;
const maxFunctionLines = 70;

const linesOf = (text: string): number => text.trimEnd().split('\n').length;

function longFunctions({ path, program, text }: SourceFile): string[] {
  const found: string[] = [];
  const check = (node: { start: number; end: number }): void => {
    const lines = linesOf(text.slice(node.start, node.end));
    if (lines <= maxFunctionLines) return;
    found.push(`${path}:${linesOf(text.slice(0, node.start))} has ${lines} lines`);
  };
  new Visitor({
    FunctionDeclaration: check,
    FunctionExpression: check,
    ArrowFunctionExpression: check,
  }).visit(program);
  return found;
}

describe('sizes', () => {
  it(`no file has more than ${maxFileLines} lines`, () => {
    const large = sourceFiles
      .filter(({ text }) => linesOf(text) > maxFileLines)
      .map(({ path, text }) => `${path} has ${linesOf(text)} lines`);
    expect(large).toEqual([]);
  });

  it(`no function of the product has more than ${maxFunctionLines} lines`, () => {
    // Suites of tests are functions that hold others; what they hold is measured by reading.
    const product = sourceFiles.filter(({ path }) => !path.startsWith('test/'));
    expect(product.flatMap(longFunctions)).toEqual([]);
  });
});
