import { ok } from '../../shared/runtime/http/answer.ts';
import { route } from '../../shared/runtime/http/route.ts';
import { getPolicy } from '../../shared/stores/sending-policy.ts';

/** What holds for all campaigns; what was never set shows its default. */
export const readSendingPolicy = route({
  method: 'GET',
  path: '/admin/sending-policy',
  summary: 'What holds for all campaigns: caps, control group, approval, limits, prices',
  auth: 'see-numbers',
  handle: async (_, { table }) => ok(await getPolicy(table)),
});
