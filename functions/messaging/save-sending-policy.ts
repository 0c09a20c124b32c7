import { sendingPolicySchema } from '../../shared/domain/messaging/policy/sending-policy.ts';
import { isoInstant } from '../../shared/domain/time/instant.ts';
import { ok } from '../../shared/runtime/http/answer.ts';
import { route } from '../../shared/runtime/http/route.ts';
import { getPolicy, savePolicy } from '../../shared/stores/sending-policy.ts';

/** Puts a whole policy in place of the one before; it holds from the next decision on. */
export const saveSendingPolicy = route({
  method: 'PUT',
  path: '/admin/sending-policy',
  summary: 'Set what holds for all campaigns; what is left out goes back to its default',
  auth: 'administer',
  body: sendingPolicySchema,
  handle: async ({ body }, { table, clock }) => {
    await savePolicy(table, body, isoInstant(clock.now()));
    return ok(await getPolicy(table));
  },
});
