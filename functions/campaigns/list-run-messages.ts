import { type Message, messageId } from '../../shared/domain/messaging/message.ts';
import { page } from '../../shared/runtime/http/answer.ts';
import { cursorOf, listQuerySchema } from '../../shared/runtime/http/list-query.ts';
import { route } from '../../shared/runtime/http/route.ts';
import { Problem, unprocessableField } from '../../shared/runtime/problem.ts';
import { listMessages } from '../../shared/stores/messages.ts';
import { getRun } from '../../shared/stores/runs.ts';

const pageSize = 100;

/** `variant` is null where the campaign has no experiment, and until its winner is chosen. */
const messageView = (row: Message) => ({
  id: messageId(row),
  profile: row.profileId,
  state: row.state,
  reason: row.reason ?? null,
  channel: row.channel,
  variant: row.variant ?? null,
  at: row.at,
});

export const listRunMessages = route({
  method: 'GET',
  path: '/admin/runs/{id}/messages',
  summary: 'Everyone a run considered, and what came of it',
  auth: 'see-people',
  query: listQuerySchema,
  handle: async ({ params, query }, { table }) => {
    const id = params['id'] ?? '';
    if ((await getRun(table, id)) === undefined) throw new Problem(404, `There is no run "${id}".`);
    const found = await listMessages(table, id, { after: cursorOf(query), limit: pageSize });
    if (found === 'wrong-cursor') {
      throw unprocessableField('after', 'is not a "next" of this list: leave it out to begin');
    }
    return page(found.rows.map(messageView), found.after);
  },
});
