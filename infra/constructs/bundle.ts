import { fileURLToPath } from 'node:url';

const standIn = (file: string): string =>
  fileURLToPath(new URL(`../../shared/runtime/stand-ins/${file}`, import.meta.url));

/**
 * How every function is bundled: one CommonJS file of modules that are ES modules. As an ES module it
 * would take 30 ms more to load: `import` reads every name a built-in module has, and behind some names
 * of `node:http` and `node:crypto` stand a whole HTTP client and WebCrypto. The packages' own CommonJS
 * would cost more still: it cannot be left out where it is not used.
 */
export const bundle = {
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
  /** WebAssembly stands in a file beside the bundle: inlined, every cold start would read past it. */
  loader: { '.wasm': 'file' },
  /** What CommonJS has not: where the file is. */
  define: { 'import.meta.url': 'bundleUrl' },
  banner: "const bundleUrl = require('node:url').pathToFileURL(__filename).href;",
} as const;
