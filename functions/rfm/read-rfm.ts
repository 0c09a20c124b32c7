import { rfmStatus } from '../../shared/flows/rfm/rfm-status.ts';
import { ok } from '../../shared/runtime/http/answer.ts';
import { type Route, route } from '../../shared/runtime/http/route.ts';

/**
 * All customers by recency (5 rows) and by the mean of frequency and monetary score (5 columns), each
 * cell with its name, people and money; counted by every pass, at least once a night. Money without a
 * `currency` in the settings is that of all currencies added up, under XXX (ISO 4217: no currency).
 */
export const readRfm: Route = route({
  method: 'GET',
  path: '/admin/rfm',
  summary: 'Read what RFM goes by, its borders, and the grid of customers with counts and money',
  auth: 'see-numbers',
  handle: async (_request, { table }) => ok(await rfmStatus(table)),
});
