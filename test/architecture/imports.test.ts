import { describe, expect, it } from 'vitest';
import { filesUnder, sourceFiles } from './source-tree.ts';

/** Libraries that compute and do nothing else: the domain may use them. */
const pureLibraries = [
  'zod',
  'croner',
  'csv-parse',
  'html-to-text',
  'htmlparser2',
  'isbot',
  'libphonenumber-js',
  'liquidjs',
  'temporal-polyfill',
];

/** The order of areas: one may use those before it. */
const areas = [
  'time',
  'access',
  'canary',
  'identity',
  'profiles',
  'consent',
  'tracking',
  'rules',
  'lists',
  'segments',
  'templates',
  'messaging',
  'campaigns',
  'journeys',
  'loyalty',
  'surveys',
  'deliverability',
  'reporting',
  'privacy',
];

type Wall = {
  readonly folder: string;
  /** Folders of the project and packages that may be imported. */
  readonly may: readonly string[];
  /** Of these only types. */
  readonly typesOf?: readonly string[];
};

const aws = ['@aws-sdk/'];
const powertools = ['@aws-lambda-powertools/', '@middy/core', 'aws-lambda'];

const walls: readonly Wall[] = [
  { folder: 'events/', may: ['events/', 'zod'] },
  { folder: 'shared/domain/', may: ['events/', 'shared/domain/', ...pureLibraries] },
  { folder: 'shared/ports/', may: ['events/', 'shared/domain/', 'shared/ports/'] },
  {
    folder: 'shared/stores/',
    may: ['shared/ports/', 'shared/domain/', 'shared/stores/', 'events/', 'zod'],
  },
  {
    folder: 'shared/adapters/',
    may: [
      'shared/ports/',
      'shared/adapters/',
      'shared/domain/time/',
      'events/',
      'node:',
      'zod',
      'temporal-polyfill',
      ...aws,
    ],
    typesOf: ['shared/domain/'],
  },
  {
    folder: 'shared/flows/',
    may: [
      'events/',
      'shared/domain/',
      'shared/ports/',
      'shared/stores/',
      'shared/flows/',
      'shared/runtime/',
      'node:',
      'zod',
      'jose',
      'mrml',
    ],
    typesOf: ['aws-lambda'],
  },
  {
    folder: 'shared/runtime/',
    may: ['events/', 'shared/', '#aws-ports', 'node:', 'zod', 'jose', ...aws, ...powertools],
  },
  {
    folder: 'functions/',
    may: [
      'events/',
      'shared/domain/',
      'shared/stores/',
      'shared/flows/',
      'shared/runtime/',
      'shared/ports/',
      'functions/',
      'node:',
      'zod',
    ],
    typesOf: ['aws-lambda'],
  },
  {
    folder: 'infra/',
    may: [
      'infra/',
      'events/',
      'shared/',
      'node:',
      'zod',
      'aws-cdk-lib',
      'constructs',
      'cdk-nag',
      'esbuild',
      'jose',
      'temporal-polyfill',
      ...aws,
    ],
    typesOf: ['aws-lambda'],
  },
];

/** What runs on somebody's machine, and is not what `cdk` runs. */
const commandFolders = [
  'infra/local/',
  'infra/commands/',
  'infra/recovery/',
  'infra/doctor/',
  'infra/load/',
];

const fits = (target: string, allowed: readonly string[]): boolean =>
  allowed.some((one) => (one.endsWith('/') ? target.startsWith(one) : target === one));

describe('imports', () => {
  it.each(walls)('of $folder stay within its walls', ({ folder, may, typesOf = [] }) => {
    const crossings = filesUnder(folder).flatMap(({ path, imports }) =>
      imports
        .filter(
          ({ target, typeOnly }) => !fits(target, may) && !(typeOnly && fits(target, typesOf)),
        )
        .map(({ target }) => `${path} imports ${target}`),
    );
    expect(crossings).toEqual([]);
  });

  it('of each pair of adapters never reach the other one', () => {
    const crossings = filesUnder('shared/adapters/').flatMap(({ path, imports }) => {
      const other = path.startsWith('shared/adapters/aws/') ? 'embedded' : 'aws';
      return imports
        .filter(({ target }) => target.startsWith(`shared/adapters/${other}/`))
        .map(({ target }) => `${path} imports ${target}`);
    });
    expect(crossings).toEqual([]);
  });

  it('of the AWS clients stand in the AWS adapters and where they are composed', () => {
    const users = [...filesUnder('shared/'), ...filesUnder('functions/')].filter(({ imports }) =>
      imports.some(({ target, typeOnly }) => target.startsWith('@aws-sdk/client-') && !typeOnly),
    );
    const elsewhere = users.filter(
      ({ path }) =>
        !path.startsWith('shared/adapters/aws/') && path !== 'shared/runtime/aws-ports.ts',
    );
    expect(elsewhere.map(({ path }) => path)).toEqual([]);
  });

  it('of a domain area go to earlier areas only', () => {
    const crossings = filesUnder('shared/domain/').flatMap(({ path, imports }) => {
      const own = areas.indexOf(areaOf(path));
      return imports
        .filter(({ target }) => target.startsWith('shared/domain/'))
        .filter(({ target }) => areas.indexOf(areaOf(target)) > own)
        .map(({ target }) => `${path} imports ${target}`);
    });
    expect(crossings).toEqual([]);
  });

  it('of functions never reach the use cases of another area', () => {
    const crossings = filesUnder('functions/')
      .filter(({ path }) => !path.startsWith('functions/http/'))
      .flatMap(({ path, imports }) =>
        imports
          .filter(({ target }) => target.startsWith('functions/'))
          .filter(({ target }) => target.split('/')[1] !== path.split('/')[1])
          .map(({ target }) => `${path} imports ${target}`),
      );
    expect(crossings).toEqual([]);
  });

  it('of the AWS app do not reach the local world, nor the functions but by path', () => {
    const app = filesUnder('infra/').filter(
      ({ path }) => !commandFolders.some((folder) => path.startsWith(folder)),
    );
    const crossings = app.flatMap(({ path, imports }) =>
      imports
        .filter(({ target }) =>
          /^(functions|infra\/local|infra\/commands|shared\/(runtime|flows|adapters\/embedded|stores))\//.test(
            target,
          ),
        )
        .map(({ target }) => `${path} imports ${target}`),
    );
    expect(crossings).toEqual([]);
  });

  it('make no cycles', () => {
    const graph = new Map(
      sourceFiles.map(({ path, imports }) => [
        path,
        imports.filter(({ isRelative }) => isRelative).map(({ target }) => target),
      ]),
    );
    expect(findCycle(graph)).toBeUndefined();
  });

  it('name every area of the domain in the order of areas', () => {
    const unknown = filesUnder('shared/domain/')
      .map(({ path }) => areaOf(path))
      .filter((area) => !areas.includes(area));
    expect(unknown).toEqual([]);
  });
});

const areaOf = (path: string): string => path.split('/')[2] ?? '';

/** The first ring of imports that is found, or undefined. */
function findCycle(graph: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const done = new Set<string>();
  const visit = (node: string, trail: readonly string[]): readonly string[] | undefined => {
    if (trail.includes(node)) return [...trail.slice(trail.indexOf(node)), node];
    if (done.has(node)) return undefined;
    for (const next of graph.get(node) ?? []) {
      const cycle = visit(next, [...trail, node]);
      if (cycle !== undefined) return cycle;
    }
    done.add(node);
    return undefined;
  };
  for (const node of graph.keys()) {
    const cycle = visit(node, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
