import { page } from '../../shared/runtime/http/answer.ts';
import { cursorOf, listQuerySchema } from '../../shared/runtime/http/list-query.ts';
import { type Route, route } from '../../shared/runtime/http/route.ts';
import { Problem } from '../../shared/runtime/problem.ts';
import {
  getQuarantined,
  listQuarantine as listRows,
  releaseQuarantined,
} from '../../shared/stores/quarantine.ts';

/** What could not be processed because of what it holds, oldest first. */
export const listQuarantine: Route = route({
  method: 'GET',
  path: '/admin/quarantine',
  summary: 'List what could not be processed, oldest first',
  auth: 'admin',
  query: listQuerySchema,
  handle: async ({ query }, { table }) => {
    const { rows, after } = await listRows(table, cursorOf(query));
    return page(rows, after);
  },
});

/** Puts an input back on the queue, after whatever was wrong has been mended. A crash in between replays it twice; it is recorded once. */
export const replayQuarantined: Route = route({
  method: 'POST',
  path: '/admin/quarantine/{id}/replay',
  summary: 'Process a quarantined input again',
  auth: 'admin',
  status: 202,
  handle: async ({ params }, { table, queue }) => {
    const id = params['id'] ?? '';
    const row = await getQuarantined(table, id);
    if (row === undefined) throw new Problem(404, `There is nothing "${id}" in the quarantine.`);
    if (row.input === undefined) {
      throw new Problem(
        409,
        'This input cannot be read by the version that runs: it stays in the quarantine.',
      );
    }
    await queue.send('inputs', [{ body: { inputs: [row.input] } }]);
    await releaseQuarantined(table, id, row.token);
    return { status: 202, json: { id, state: 'queued' } };
  },
});
