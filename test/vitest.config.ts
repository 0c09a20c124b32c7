import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A hostile world's dice fall by the machine's timing too: what fails there once is told as retried,
    // what fails twice is red. Everything else gives the same answer twice.
    retry: 1,
    // What functions log about deliberate failures would hide a real one; tests of logs look at them themselves.
    env: { POWERTOOLS_LOG_LEVEL: 'SILENT' },
  },
});
