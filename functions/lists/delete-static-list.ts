import type { ListClearing } from '../../shared/domain/lists/static-list-message.ts';
import { removeList } from '../../shared/domain/segments/list-definition.ts';
import { requireList } from '../../shared/flows/lists/static-list-status.ts';
import { changeRules } from '../../shared/flows/segments/change-rules.ts';
import { requireUnused } from '../../shared/flows/segments/require-unused.ts';
import { ok } from '../../shared/runtime/http/answer.ts';
import { type Route, route } from '../../shared/runtime/http/route.ts';

/** Longer than this request can last, and the longest a message can be put off, in seconds. */
const requestSeconds = 60;
const maxDelaySeconds = 900;

/** A static list goes, and everybody is out of it at once. Refused while anything uses it. */
export const deleteStaticList: Route = route({
  method: 'DELETE',
  path: '/admin/lists/{id}',
  summary:
    'Delete a static list; 409 while a segment or a campaign uses it. Made again under its id it is empty',
  auth: 'market',
  handle: async ({ params }, ports) => {
    const { table, queue, settings } = ports;
    const { id, version } = await requireList(table, params['id'] ?? '');
    await requireUnused({ kind: 'list', id }, { table, shown: `List "${id}"` });
    // Before it goes, so that no crash leaves its rows behind; and late enough that no worker still adds to them.
    const delaySeconds = Math.min(maxDelaySeconds, settings.rulesSettleSeconds + requestSeconds);
    const body: ListClearing = { clear: id, version };
    await queue.send('list-changes', [{ body, delaySeconds }]);
    await changeRules((source, at) => removeList(source, id, at), ports);
    return ok({ id, deleted: true });
  },
});
