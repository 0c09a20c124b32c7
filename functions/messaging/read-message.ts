import { messageId } from '../../shared/domain/messaging/message.ts';
import { rerenderMessage } from '../../shared/flows/messaging/sending/rerender-message.ts';
import { ok } from '../../shared/runtime/http/answer.ts';
import { route } from '../../shared/runtime/http/route.ts';
import { Problem } from '../../shared/runtime/problem.ts';
import { getMessages } from '../../shared/stores/messages.ts';

/**
 * One message, with what its person received: `rendered` holds the fields of its channel. `exact`: it is
 * that to the byte, whatever has become of the profile, the template and the campaign; else `why` says
 * why it may not be. What was withheld or could not be sent has `rendered` null.
 */
export const readMessage = route({
  method: 'GET',
  path: '/admin/messages/{id}',
  summary: 'One message, as its person received it',
  auth: 'see-people',
  handle: async ({ params }, ports) => {
    const id = params['id'] ?? '';
    const [row] = await getMessages(ports.table, [id]);
    if (row === undefined) throw new Problem(404, `There is no message "${id}".`);
    return ok({
      id: messageId(row),
      profile: row.profileId,
      campaign: row.campaign,
      run: row.run,
      state: row.state,
      reason: row.reason ?? null,
      channel: row.channel,
      variant: row.variant ?? null,
      template: row.template,
      templateVersion: row.templateVersion,
      language: row.language ?? null,
      at: row.at,
      ...(await rerenderMessage(row, ports)),
    });
  },
});
