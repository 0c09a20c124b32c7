import { requireList } from '../../shared/flows/lists/static-list-status.ts';
import { page } from '../../shared/runtime/http/answer.ts';
import { cursorOf, listQuerySchema, wrongCursor } from '../../shared/runtime/http/list-query.ts';
import { route } from '../../shared/runtime/http/route.ts';
import { listShards } from '../../shared/stores/shards.ts';
import { queryListed } from '../../shared/stores/static-lists.ts';

const pageSize = 100;

/** The people in a static list. */
export const listStaticListMembers = route({
  method: 'GET',
  path: '/admin/lists/{id}/members',
  summary: 'List the people in a static list: { items: [{ profile }], next }',
  auth: 'see-people',
  query: listQuerySchema,
  handle: async ({ params, query }, { table }) => {
    const list = await requireList(table, params['id'] ?? '');
    const found = await listShards((shard, at) => queryListed(table, { list, shard }, at), {
      after: cursorOf(query),
      limit: pageSize,
    });
    if (found === 'wrong-cursor') throw wrongCursor();
    return page(
      found.rows.map((profile) => ({ profile })),
      found.after,
    );
  },
});
