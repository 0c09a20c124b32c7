import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { Tracer } from '@aws-lambda-powertools/tracer';

/** Structured logs. Never personal data: ids, counts, reasons and durations only. */
export const logger = new Logger({ serviceName: 'perennial' });

/** Metrics in CloudWatch's embedded format, one namespace for the whole product. */
export const metrics = new Metrics({ namespace: 'Perennial', serviceName: 'perennial' });

/** X-Ray. Handlers' answers are not captured: they may hold personal data. */
export const tracer = new Tracer({ serviceName: 'perennial' });
