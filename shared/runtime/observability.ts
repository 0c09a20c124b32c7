import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { Tracer } from '@aws-lambda-powertools/tracer';

/** Structured logs. Never personal data: ids, counts, reasons and durations only. */
export const logger = new Logger({ serviceName: 'perennial' });

// Powertools warns at every invocation that counted nothing, and most count nothing.
const quietWhenEmpty = {
  debug: console.debug,
  info: console.info,
  error: console.error,
  warn: (...content: readonly unknown[]) => {
    if (!String(content[0]).startsWith('No application metrics')) console.warn(...content);
  },
};

/** Metrics in CloudWatch's embedded format, one namespace for the whole product. */
export const metrics = new Metrics({
  namespace: 'Perennial',
  serviceName: 'perennial',
  logger: quietWhenEmpty,
});

/** X-Ray. Handlers' answers are not captured: they may hold personal data. */
export const tracer = new Tracer({ serviceName: 'perennial' });
