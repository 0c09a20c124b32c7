import {
  computedIdSchema,
  namedComputedSchema,
} from '../../shared/domain/rules/computed/computed.ts';
import { defineComputed } from '../../shared/domain/segments/computed-definition.ts';
import { computedStatus, requireComputed } from '../../shared/flows/computed/computed-status.ts';
import { changeRules } from '../../shared/flows/segments/change-rules.ts';
import { ok } from '../../shared/runtime/http/answer.ts';
import { pathParam } from '../../shared/runtime/http/path-param.ts';
import { route } from '../../shared/runtime/http/route.ts';

/** A computed value is made or changed; the old one serves until a pass has worked the new one out for everybody. */
export const saveComputed = route({
  method: 'PUT',
  path: '/admin/computed/{id}',
  summary:
    'Make or change a computed value: rules ask for it by { "computed": id, "equals": ... }, templates by {{ profile.computed.id }}',
  auth: 'market',
  body: namedComputedSchema,
  handle: async ({ params, body }, ports) => {
    const id = pathParam(params, 'id', computedIdSchema);
    const { name, ...definition } = body;
    await changeRules((source, at) => defineComputed(source, { id, name, definition }, at), ports);
    return ok(await computedStatus(ports.table, await requireComputed(ports.table, id)));
  },
});
