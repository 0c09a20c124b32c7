import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { BuildOptions, Plugin } from 'esbuild';

const fromHere = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const standIn = (file: string): string => fromHere(`../../shared/runtime/stand-ins/${file}`);

/** `{ [_h]: …` where the same file says `const _h = "http"`: `{ "http": …`. */
function withPlainKeys(code: string): string {
  const constants = new Map(
    [...code.matchAll(/^const (_\w+) = ("[^"]*");$/gm)].map(([, name, text]) => [name, text]),
  );
  return code.replace(/\[(_\w+)\]:/g, (key: string, name: string) => {
    const text = constants.get(name);
    return text === undefined ? key : `${text}:`;
  });
}

const clientSchemas = /[\\/]@aws-sdk[\\/]client-[^\\/]+[\\/]dist-es[\\/]schemas[\\/][^\\/]+\.js$/;

/**
 * Clients of AWS describe their operations by objects whose keys are variables. What looks a key up may
 * have effects, so that a bundler keeps all that SES can do for the one call that is made: 90 KB.
 */
const plainKeys: Plugin = {
  name: 'plain-keys',
  setup: (build) => {
    build.onLoad({ filter: clientSchemas }, async ({ path }) => ({
      contents: withPlainKeys(await readFile(path, 'utf8')),
      loader: 'js',
    }));
  },
};

/**
 * How every function is bundled: one CommonJS file of modules that are ES modules. As an ES module it
 * would take 30 ms more to load: `import` reads every name a built-in module has, and behind some names
 * of `node:http` and `node:crypto` stand a whole HTTP client and WebCrypto. The packages' own CommonJS
 * would cost more still: it cannot be left out where it is not used.
 *
 * Readable as it is, so without source maps: to read them costs every cold start 25 ms.
 */
export const bundle = {
  bundle: true,
  platform: 'node',
  absWorkingDir: fromHere('../..'),
  logLevel: 'error',
  format: 'cjs',
  target: 'node24',
  mainFields: ['module', 'main'],
  /** `lambda` stands in package.json: what is imported by it is loaded at once, and not when it is called. */
  conditions: ['lambda', 'module'],
  /**
   * Parts of libraries that no function needs: each stand-in says why. The SDK's own are loaded on
   * demand, and for their sake all that they share with the clients would be wrapped to be evaluated
   * later, and be parsed twice.
   */
  alias: {
    '@aws-sdk/credential-provider-node': standIn('credentials.ts'),
    '@smithy/core/event-streams': standIn('event-streams.ts'),
    'dom-serializer': standIn('html-writer.ts'),
  },
  plugins: [plainKeys],
  /** WebAssembly stands in a file beside the bundle: inlined, every cold start would read past it. */
  loader: { '.wasm': 'file' },
  /** What CommonJS has not: where the file is. */
  define: { 'import.meta.url': 'bundleUrl' },
  banner: { js: "const bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
} satisfies BuildOptions;

/** The same for a function that has not all ports: by its absent variables, what they would need stays out. */
export const bundleWithout = (variables: readonly string[]) => ({
  ...bundle,
  define: {
    ...bundle.define,
    ...Object.fromEntries(variables.map((name) => [`process.env.${name}`, 'undefined'])),
  },
});
