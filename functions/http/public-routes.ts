import { unsubscribe, unsubscribePage } from '../consent/unsubscribe.ts';
import { captureLead } from '../tracking/capture-lead.ts';
import { trackBatch } from '../tracking/track-batch.ts';
import { trackBehaviour } from '../tracking/track-behaviour.ts';
import { visitLink } from '../tracking/visit-link.ts';
import { checkHealth } from './check-health.ts';

/** What websites, browsers and mail programs call. */
export const publicRoutes = [
  checkHealth,
  captureLead,
  ...trackBehaviour,
  trackBatch,
  unsubscribePage,
  unsubscribe,
  visitLink,
];
