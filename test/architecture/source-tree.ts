import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'oxc-parser';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export type SourceFile = {
  /** From the top of the project, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly program: ReturnType<typeof parseSync>['program'];
  readonly imports: readonly Import[];
};

export type Import = {
  /** A project path for relative imports, the package's name for others, `node:` for built-ins. */
  readonly target: string;
  readonly isRelative: boolean;
  readonly typeOnly: boolean;
};

/** Every TypeScript file that git knows or would add. */
export const sourceFiles: readonly SourceFile[] = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts'],
  { cwd: root, encoding: 'utf8' },
)
  .split('\n')
  .filter((path) => path !== '')
  .flatMap((path) => {
    const text = readIfThere(path);
    if (text === undefined) return [];
    const { program, module } = parseSync(path, text);
    const statics = module.staticImports.map((one) => ({
      specifier: one.moduleRequest.value,
      typeOnly: one.entries.length > 0 && one.entries.every((entry) => entry.isType),
    }));
    const reexports = module.staticExports.flatMap((one) =>
      one.entries.flatMap((entry) =>
        entry.moduleRequest === null
          ? []
          : [{ specifier: entry.moduleRequest?.value ?? '', typeOnly: entry.isType }],
      ),
    );
    const dynamics = module.dynamicImports
      .map((one) => text.slice(one.moduleRequest.start, one.moduleRequest.end))
      .filter((source) => source.startsWith("'"))
      .map((source) => ({ specifier: source.slice(1, -1), typeOnly: false }));
    const imports = [...statics, ...reexports, ...dynamics]
      .filter(({ specifier }) => specifier !== '')
      .map(({ specifier, typeOnly }) => ({ ...resolve(path, specifier), typeOnly }));
    return [{ path, text, program, imports }];
  });

/** A file that git knows may be gone from the working tree. */
function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(posix.join(root, path), 'utf8');
  } catch {
    return undefined;
  }
}

function resolve(from: string, specifier: string): { target: string; isRelative: boolean } {
  if (specifier.startsWith('.')) {
    return {
      target: posix.normalize(posix.join(posix.dirname(from), specifier)),
      isRelative: true,
    };
  }
  if (specifier.startsWith('node:') || builtinModules.includes(specifier)) {
    return { target: 'node:', isRelative: false };
  }
  const parts = specifier.split('/');
  const name = specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? '');
  return { target: name, isRelative: false };
}

export const filesUnder = (folder: string): readonly SourceFile[] =>
  sourceFiles.filter(({ path }) => path.startsWith(folder));
