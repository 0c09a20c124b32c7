import { provideInvokeStore } from './invoke-store.ts';

/** Locally nobody reads metrics from the output: only warnings are left. To be called before any function is imported. */
export function quietPowertools(): void {
  provideInvokeStore();
  process.env['POWERTOOLS_METRICS_DISABLED'] ??= 'true';
  process.env['POWERTOOLS_LOG_LEVEL'] ??= 'WARN';
}
