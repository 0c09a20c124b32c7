import { Visitor } from 'oxc-parser';
import { describe, expect, it } from 'vitest';
import { filesUnder, type SourceFile, sourceFiles } from './source-tree.ts';

/** What a function may reach that is known and not asked: no adapter, no behaviour, no contract. */
const notAsked = ['Settings'];

type Port = { readonly name: string; readonly file: string; readonly methods: readonly string[] };

const interfaces: readonly Port[] = filesUnder('shared/ports/').flatMap(({ path, program }) => {
  const found: Port[] = [];
  new Visitor({
    TSInterfaceDeclaration: ({ id, body }) => {
      const methods = body.body.flatMap((member) =>
        member.type === 'TSMethodSignature' && member.key.type === 'Identifier'
          ? [member.key.name]
          : [],
      );
      found.push({ name: id.name, file: path, methods });
    },
  }).visit(program);
  return found;
});

/** The types of what a function may reach, as `Ports` names them. */
const reached: readonly string[] = filesUnder('shared/ports/ports.ts').flatMap(({ program }) => {
  const types: string[] = [];
  new Visitor({
    TSPropertySignature: ({ typeAnnotation }) => {
      const type = typeAnnotation?.typeAnnotation;
      if (type?.type === 'TSTypeReference' && type.typeName.type === 'Identifier')
        types.push(type.typeName.name);
    },
  }).visit(program);
  return types;
});

type Adapter = { readonly name: string; readonly port: string; readonly file: string };

/** Classes that say which port they implement, and functions that say which port they make. */
const adapters: readonly Adapter[] = filesUnder('shared/adapters/').flatMap(({ path, program }) => {
  const found: Adapter[] = [];
  const names = new Set(interfaces.map(({ name }) => name));
  const add = (name: string | undefined, port: unknown): void => {
    if (name !== undefined && typeof port === 'string' && names.has(port))
      found.push({ name, port, file: path });
  };
  new Visitor({
    ClassDeclaration: ({ id, implements: ports }) => {
      for (const { expression } of ports ?? [])
        if (expression.type === 'Identifier') add(id?.name, expression.name);
    },
    FunctionDeclaration: ({ id, returnType }) => add(id?.name, typeNameIn(returnType)),
    VariableDeclarator: ({ id, init }) => {
      if (id.type === 'Identifier' && init?.type === 'ArrowFunctionExpression')
        add(id.name, typeNameIn(init.returnType));
    },
  }).visit(program);
  return found;
});

function typeNameIn(
  annotation: { readonly typeAnnotation: object } | null | undefined,
): string | undefined {
  const type: { readonly typeName?: { readonly name?: string } } = annotation?.typeAnnotation ?? {};
  return type.typeName?.name;
}

const contracts = filesUnder('test/contract/');

/** The functions that write a port's tests, for whichever adapter they are given. */
const suitesOf = (port: Port): readonly string[] =>
  contracts
    .filter(({ path, imports }) => path.endsWith('-suite.ts') && mentions(imports, port.file))
    .filter(({ text }) => new RegExp(`\\b${port.name}\\b`).test(text))
    .flatMap(({ text }) =>
      [...text.matchAll(/^export const (\w+Suite|describe\w+) = /gm)].map(([, name]) => name ?? ''),
    );

const mentions = (imports: SourceFile['imports'], file: string): boolean =>
  imports.some(({ target }) => target === file);

/** A test file together with the files beside it that it uses. */
const withItsOwn = ({ text, imports }: SourceFile): string =>
  [text, ...contracts.filter(({ path }) => mentions(imports, path)).map((one) => one.text)].join();

/** How often the tests hand a suite an adapter, and what the files that do so speak of. */
function runsOf(suite: string) {
  const calls = new RegExp(`\\b${suite}\\(`, 'g');
  const runners = contracts
    .filter(({ path }) => path.endsWith('.test.ts'))
    .filter(({ text }) => text.search(calls) >= 0);
  const count = runners.reduce((sum, { text }) => sum + (text.match(calls)?.length ?? 0), 0);
  return { count, text: runners.map(withItsOwn).join() };
}

describe('what a function may reach', () => {
  it('is all ports, and every port is among it', () => {
    const ports = interfaces.map(({ name }) => name);
    expect(reached.filter((type) => !notAsked.includes(type)).toSorted()).toEqual(ports.toSorted());
  });

  it('is on AWS, in the local world, or the same in both', () => {
    const composed = sourceFiles.find(({ path }) => path === 'shared/runtime/aws-ports.ts');
    const missing = interfaces.flatMap(({ name }) => {
      const own = adapters.filter(({ port }) => port === name);
      const inFolder = (folder: string) =>
        own.filter(({ file }) => file.startsWith(`shared/adapters/${folder}/`));
      const onAws = [
        ...inFolder('aws'),
        ...inFolder('embedded').filter(({ file }) => mentions(composed?.imports ?? [], file)),
      ];
      return [
        ...(onAws.length === 0 ? [`${name} on AWS`] : []),
        ...(inFolder('embedded').length === 0 ? [`${name} in the local world`] : []),
      ];
    });
    expect(missing).toEqual([]);
  });
});

describe.each(interfaces)('the contract of $name', (port) => {
  const suites = suitesOf(port);
  const own = adapters.filter((adapter) => adapter.port === port.name);

  it('is a suite in test/contract', () => {
    expect(suites).not.toEqual([]);
  });

  it('is kept by each of its adapters', () => {
    const broken = suites.flatMap((suite) => {
      const { count, text } = runsOf(suite);
      const unused = own
        .filter(({ name }) => !new RegExp(`\\b${name}\\b`).test(text))
        .map(({ name }) => `${suite} does not run on ${name}`);
      const wanted = Math.max(2, own.length);
      return count >= wanted ? unused : [...unused, `${suite} runs ${count} times, not ${wanted}`];
    });
    expect(broken).toEqual([]);
  });

  it('has a word on everything that it can be asked', () => {
    const text = contracts
      .filter(({ text: one }) => suites.some((suite) => one.includes(`export const ${suite} = `)))
      .map((one) => one.text)
      .join();
    const silent = port.methods.filter((name) => !new RegExp(`\\.${name}(\\?\\.)?\\(`).test(text));
    expect([port.methods.length > 0, silent]).toEqual([true, []]);
  });
});
