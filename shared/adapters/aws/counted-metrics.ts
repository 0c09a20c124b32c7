/** Where CloudWatch finds what functions count. */
export const metricNamespace = 'Perennial';

/** Every count carries these dimensions and no others: never personal data. */
export const metricDimensions = { service: 'perennial' } as const;

/** What senders count of their provider. */
export const providerMetrics = ['MessagesRefused', 'MessagesUnanswered'] as const;

/** What functions count; the deployment has an alarm for each. */
export const countedMetrics = [
  ...providerMetrics,
  'WebhooksRefused',
  'CampaignsPausedForReputation',
  'BackupsRestored',
] as const;

/** How long a lead of the canary took from the website to the other end, in ms; its alarm asks for one in time. */
export const canaryMetric = 'CanaryLatency';

/** A refusal for a moment is nothing to be told of. */
export const lastingMetrics: readonly CountedMetric[] = [...providerMetrics, 'WebhooksRefused'];

export type CountedMetric = (typeof countedMetrics)[number];
