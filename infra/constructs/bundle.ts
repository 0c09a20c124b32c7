/**
 * How every function is bundled: one ES module, `.ts` as it stands. What is CommonJS inside asks for
 * `require`, which a module has not. The name it is made of is its own: liquidjs imports
 * `createRequire` too, and a bundle with both does not load.
 */
export const bundle = {
  format: 'esm',
  target: 'node24',
  mainFields: ['module', 'main'],
  /** WebAssembly stands in a file beside the bundle: inlined, every cold start would read past it. */
  loader: { '.wasm': 'file' },
  banner:
    "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
} as const;
