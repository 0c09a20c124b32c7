import { ok } from '../../shared/runtime/http/answer.ts';
import { route } from '../../shared/runtime/http/route.ts';

/** The public API answers. */
export const checkHealth = route({
  method: 'GET',
  path: '/health',
  summary: 'Whether the API answers',
  auth: 'none',
  handle: async () => ok({ status: 'ok' }),
});
