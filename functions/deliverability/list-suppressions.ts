import * as z from 'zod';
import { page } from '../../shared/runtime/http/answer.ts';
import { wrongCursor } from '../../shared/runtime/http/list-query.ts';
import { route } from '../../shared/runtime/http/route.ts';
import { listSuppressions as suppressionsPage } from '../../shared/stores/suppressions.ts';

const pageSize = 100;

/** The addresses that get nothing any more: `{ channel, address, reason, at, message }`. */
export const listSuppressions = route({
  method: 'GET',
  path: '/admin/suppressions',
  summary: 'List suppressed addresses',
  auth: 'see-people',
  query: z.strictObject({ after: z.string().default('') }),
  handle: async ({ query }, { table }) => {
    const found = await suppressionsPage(table, { after: query.after, limit: pageSize });
    if (found === 'wrong-cursor') throw wrongCursor();
    return page(found.rows, found.after);
  },
});
