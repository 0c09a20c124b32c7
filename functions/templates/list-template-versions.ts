import { page } from '../../shared/runtime/http/answer.ts';
import { cursorOf, listQuerySchema } from '../../shared/runtime/http/list-query.ts';
import { route } from '../../shared/runtime/http/route.ts';
import { Problem } from '../../shared/runtime/problem.ts';
import { getTemplate, queryTemplateVersions } from '../../shared/stores/templates.ts';

/** Items up to 380 KB each: a page of the tables ends at 1 MB by itself. */
const pageSize = 50;

/** Every version of a template, newest first, without their content. */
export const listTemplateVersions = route({
  method: 'GET',
  path: '/admin/templates/{id}/versions',
  summary: 'The versions of a template, newest first',
  auth: 'see-numbers',
  query: listQuerySchema,
  handle: async ({ params, query }, { table }) => {
    const id = params['id'] ?? '';
    if ((await getTemplate(table, id)) === undefined) {
      throw new Problem(404, `There is no template "${id}".`);
    }
    const asked = { after: cursorOf(query), limit: pageSize };
    const found = await queryTemplateVersions(table, id, asked);
    const rows = found.rows.map(({ version, name, savedAt }) => ({ version, name, savedAt }));
    return page(rows, found.after);
  },
});
