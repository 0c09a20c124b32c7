import { shownTemplate } from '../../shared/flows/templates/shown-template.ts';
import { ok } from '../../shared/runtime/http/answer.ts';
import { route } from '../../shared/runtime/http/route.ts';
import { Problem } from '../../shared/runtime/problem.ts';
import { getTemplate } from '../../shared/stores/templates.ts';

/** The latest version of a template, with the `variables` it names. */
export const readTemplate = route({
  method: 'GET',
  path: '/admin/templates/{id}',
  summary: 'Read a template',
  auth: 'see-numbers',
  handle: async ({ params }, { table }) => {
    const id = params['id'] ?? '';
    const template = await getTemplate(table, id);
    if (template === undefined) throw new Problem(404, `There is no template "${id}".`);
    return ok(shownTemplate(template));
  },
});
