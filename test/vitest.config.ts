import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: fileURLToPath(new URL('..', import.meta.url)),
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // What gathers the results needs next to no processor of its own.
    maxWorkers: '100%',
    // What functions log about deliberate failures would hide a real one; tests of logs look at them themselves.
    env: { POWERTOOLS_LOG_LEVEL: 'SILENT' },
  },
});
