import { type Route, route } from '../../shared/runtime/http/route.ts';
import { Problem } from '../../shared/runtime/problem.ts';
import { getQuarantined, releaseQuarantined } from '../../shared/stores/quarantine.ts';

/** Puts an input back on the queue, after whatever was wrong has been mended. A crash in between replays it twice; it is recorded once. */
export const replayQuarantined: Route = route({
  method: 'POST',
  path: '/admin/quarantine/{id}/replay',
  summary: 'Process a quarantined input again',
  auth: 'administer',
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
