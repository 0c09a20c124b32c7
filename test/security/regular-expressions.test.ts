import { Visitor } from 'oxc-parser';
import { checkSync } from 'recheck';
import { describe, expect, it } from 'vitest';
import { sourceFiles } from '../architecture/source-tree.ts';

/** What only ever sees a few characters, and why. */
const bounded: Readonly<Record<string, string>> = {
  [String.raw`\.?0+$`]: 'a number with eight digits behind the point',
  '0+$': 'the digits of a safe integer',
};

/** Where expressions are put together while the program runs, and of what. */
const composed: Readonly<Record<string, string>> = {
  'infra/config.ts': 'the names of platforms, which stand there',
  'shared/adapters/embedded/event-pattern-matchers.ts': 'wildcards of the local world’s bus',
  'shared/domain/templates/email-rendering.ts': 'the names of elements, which stand there',
  'shared/domain/templates/mjml-source.ts': 'a mark that the product chose itself',
  'shared/domain/time/cron.ts': 'the shapes of cron fields, which stand there',
};

type Found = { readonly path: string; readonly pattern: string; readonly flags: string };

/** What runs in the product; tests and commands see only what their author writes. */
const running = sourceFiles.filter(({ path }) =>
  ['shared/', 'functions/', 'events/', 'infra/local/', 'infra/config.ts'].some((folder) =>
    path.startsWith(folder),
  ),
);

function expressionsOf({ path, program }: (typeof sourceFiles)[number]) {
  const literals: Found[] = [];
  let makes = false;
  new Visitor({
    Literal: (node) => {
      if ('regex' in node) literals.push({ path, ...node.regex });
    },
    NewExpression: ({ callee }) => {
      makes ||= callee.type === 'Identifier' && callee.name === 'RegExp';
    },
  }).visit(program);
  return { path, literals, makes };
}

const found = running.map(expressionsOf);
const literals = found.flatMap((file) => file.literals);
const distinct = [...new Map(literals.map((one) => [`/${one.pattern}/${one.flags}`, one]))];

describe('regular expressions', () => {
  it('are found at all', () => {
    expect(distinct.length).toBeGreaterThan(50);
  });

  // Whether an expression can be made to take more than linear time is recheck's to say.
  it('take a time that grows with their input and no faster, whoever writes it', () => {
    const slow = distinct
      .filter(([, { pattern }]) => !Object.hasOwn(bounded, pattern))
      .map(([text, { pattern, flags, path }]) => [text, path, checkSync(pattern, flags).status])
      .filter(([, , status]) => status !== 'safe');
    expect(slow).toEqual([]);
  });

  it('are put together at a few places only, of nothing that came from outside', () => {
    const makers = found.filter(({ makes }) => makes).map(({ path }) => path);
    expect(makers.toSorted()).toEqual(Object.keys(composed).toSorted());
  });

  it('that see only a few characters are still there', () => {
    const patterns = literals.map(({ pattern }) => pattern);
    expect(Object.keys(bounded).filter((pattern) => !patterns.includes(pattern))).toEqual([]);
  });
});
