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
  'InputsQuarantined',
] as const;

/** What providers have taken, by channel: shown on the dashboard, and no alarm. */
export const sentMetrics = {
  email: 'EmailsSent',
  sms: 'TextsSent',
  push: 'PushesSent',
  webhook: 'WebhooksSent',
} as const;

/** How long the longest waiting thing of all that is due has been due, in seconds, as the minute tick finds it. */
export const dueLagMetric = 'DueLag';

/** How long a lead of the canary took from the website to the other end, in ms; its alarm asks for one in time. */
export const canaryMetric = 'CanaryLatency';

/** A refusal for a moment is nothing to be told of. */
export const lastingMetrics: readonly CountedMetric[] = [...providerMetrics, 'WebhooksRefused'];

export type CountedMetric = (typeof countedMetrics)[number];
