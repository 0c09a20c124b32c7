import { provideInvokeStore } from './invoke-store.ts';

/** Locally nobody reads metrics and traces from the output: only warnings are left. To be called before any function is imported. */
export function quietPowertools(): void {
  provideInvokeStore();
  process.env['POWERTOOLS_METRICS_DISABLED'] ??= 'true';
  process.env['POWERTOOLS_TRACE_ENABLED'] ??= 'false';
  process.env['POWERTOOLS_LOG_LEVEL'] ??= 'WARN';
  // X-Ray's automatic context hooks into every promise, whether anything is traced or not.
  process.env['AWS_XRAY_MANUAL_MODE'] ??= 'true';
}
