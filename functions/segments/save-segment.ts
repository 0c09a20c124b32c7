import { slugSchema } from '../../shared/domain/identity/slug.ts';
import { segmentSchema } from '../../shared/domain/segments/segment.ts';
import { defineSegment } from '../../shared/domain/segments/segment-definition.ts';
import { changeRules } from '../../shared/flows/segments/change-rules.ts';
import { shownSegment } from '../../shared/flows/segments/shown-segments.ts';
import { ok } from '../../shared/runtime/http/answer.ts';
import { pathParam } from '../../shared/runtime/http/path-param.ts';
import { route } from '../../shared/runtime/http/route.ts';
import { Problem } from '../../shared/runtime/problem.ts';
import { getSegment } from '../../shared/stores/segments.ts';

/** A segment is made or changed; the old membership serves until the new one is whole. */
export const saveSegment = route({
  method: 'PUT',
  path: '/admin/segments/{id}',
  summary: 'Make or change a segment',
  auth: 'market',
  body: segmentSchema,
  handle: async ({ params, body, user }, ports) => {
    const id = pathParam(params, 'id', slugSchema);
    const wanted = { id, ...body, savedBy: user };
    await changeRules((source, at) => defineSegment(source, wanted, at), ports);
    const segment = await getSegment(ports.table, id);
    if (segment === undefined) throw new Problem(409, `Segment "${id}" was deleted meanwhile.`);
    return ok(await shownSegment(segment, ports));
  },
});
