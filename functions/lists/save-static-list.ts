import { slugSchema } from '../../shared/domain/identity/slug.ts';
import { staticListSchema } from '../../shared/domain/lists/static-list.ts';
import { defineList } from '../../shared/domain/segments/list-definition.ts';
import { requireList, staticListStatus } from '../../shared/flows/lists/static-list-status.ts';
import { changeRules } from '../../shared/flows/segments/change-rules.ts';
import { ok } from '../../shared/runtime/http/answer.ts';
import { pathParam } from '../../shared/runtime/http/path-param.ts';
import { route } from '../../shared/runtime/http/route.ts';

/** A static list is made, empty, or named anew. */
export const saveStaticList = route({
  method: 'PUT',
  path: '/admin/lists/{id}',
  summary:
    'Make or rename a static list: people are put into it by upload, and rules ask for it by { "list": id }',
  auth: 'market',
  body: staticListSchema,
  handle: async ({ params, body }, ports) => {
    const id = pathParam(params, 'id', slugSchema);
    await changeRules((source, at) => defineList(source, { id, ...body }, at), ports);
    return ok(await staticListStatus(ports.table, await requireList(ports.table, id)));
  },
});
