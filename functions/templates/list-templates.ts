import * as z from 'zod';
import { page } from '../../shared/runtime/http/answer.ts';
import { route } from '../../shared/runtime/http/route.ts';
import { listTemplates as templatesPage } from '../../shared/stores/templates.ts';

/** Items up to 300 KB each: a page of the tables ends at 1 MB by itself. */
const pageSize = 50;

/** The latest versions of all templates, by id, without their content. */
export const listTemplates = route({
  method: 'GET',
  path: '/admin/templates',
  summary: 'List templates',
  auth: 'see-numbers',
  query: z.strictObject({ after: z.string().default('') }),
  handle: async ({ query }, { table }) => {
    const after = query.after === '' ? null : query.after;
    const found = await templatesPage(table, { after, limit: pageSize });
    const rows = found.rows.map(({ id, name, channel, version, savedAt }) => {
      return { id, name, channel, version, savedAt };
    });
    return page(rows, found.after);
  },
});
