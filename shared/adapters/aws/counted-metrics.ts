/** Where CloudWatch finds what functions count. */
export const metricNamespace = 'Perennial';

/** Every count carries these dimensions and no others: never personal data. */
export const metricDimensions = { service: 'perennial' } as const;

/** What functions count; the deployment has an alarm for each. */
export const countedMetrics = ['MessagesRefused', 'MessagesUnanswered'] as const;

export type CountedMetric = (typeof countedMetrics)[number];
