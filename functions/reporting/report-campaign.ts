import { runShards } from '../../shared/domain/campaigns/run.ts';
import {
  count,
  emptyTally,
  merge,
  type Tally,
  toReport,
} from '../../shared/domain/reporting/report.ts';
import { requireCampaign } from '../../shared/flows/campaigns/change-campaign.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { ok } from '../../shared/runtime/http/answer.ts';
import { route } from '../../shared/runtime/http/route.ts';
import { whenFree } from '../../shared/runtime/when-free.ts';
import { queryMessages } from '../../shared/stores/messages.ts';
import { allRuns } from '../../shared/stores/runs.ts';

/** Recounted from the ledger on every call, over all runs: exact, with nothing that could drift. */
export const reportCampaign = route({
  method: 'GET',
  path: '/admin/campaigns/{id}/report',
  summary: 'What came of a campaign',
  auth: 'admin',
  handle: async ({ params }, ports) => {
    const { id } = await requireCampaign(params['id'] ?? '', ports);
    const tally = emptyTally();
    for await (const run of allRuns(ports.table, id)) {
      const parts = await Promise.all(
        Array.from({ length: runShards }, (_, shard) => countShard(ports, { run: run.id, shard })),
      );
      for (const part of parts) merge(tally, part);
    }
    return ok(toReport(tally));
  },
});

const pageSize = 1000;

async function countShard(
  { table, clock }: Pick<Ports, 'table' | 'clock'>,
  { run, shard }: { readonly run: string; readonly shard: number },
): Promise<Tally> {
  const tally = emptyTally();
  let after: string | null = null;
  do {
    const at = { shard, after, limit: pageSize };
    // A report of many runs asks thousands of times: one refusal must not spoil the whole.
    const page: Awaited<ReturnType<typeof queryMessages>> = await whenFree(
      () => queryMessages(table, run, at),
      clock,
    );
    for (const row of page.rows) count(tally, row);
    after = page.after;
  } while (after !== null);
  return tally;
}
