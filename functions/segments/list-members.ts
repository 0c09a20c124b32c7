import { servingVersion } from '../../shared/domain/segments/segment.ts';
import { noSegment } from '../../shared/flows/segments/require-segment.ts';
import { page } from '../../shared/runtime/http/answer.ts';
import {
  cursorOf,
  listQuerySchema,
  readShardCursor,
  writeShardCursor,
  wrongCursor,
} from '../../shared/runtime/http/list-query.ts';
import { route } from '../../shared/runtime/http/route.ts';
import { memberShards, queryMembers } from '../../shared/stores/members.ts';
import { getSegment } from '../../shared/stores/segments.ts';

const pageSize = 100;

/** The members of a segment by the definition that serves. */
export const listMembers = route({
  method: 'GET',
  path: '/admin/segments/{id}/members',
  summary: 'List the members of a segment',
  auth: 'see-people',
  query: listQuerySchema,
  handle: async ({ params, query }, { table }) => {
    const id = params['id'] ?? '';
    const segment = await getSegment(table, id);
    if (segment === undefined) throw noSegment(id);
    const serving = servingVersion(segment);
    const items: { profile: string }[] = [];
    let { shard, after } = readShardCursor(cursorOf(query));
    if (shard >= memberShards) throw wrongCursor();
    while (items.length < pageSize && shard < memberShards) {
      const limit = pageSize - items.length;
      const read = await queryMembers(table, { segment: id, shard, serving }, { after, limit });
      items.push(...read.members.map(({ profileId }) => ({ profile: profileId })));
      after = read.after;
      if (after === null) shard += 1;
    }
    return page(items, shard < memberShards ? writeShardCursor({ shard, after }) : null);
  },
});
