import type { Winner } from '../../shared/domain/campaigns/experiments/winner.ts';
import { runShards } from '../../shared/domain/campaigns/run.ts';
import {
  type Comparison,
  comparer,
  emptyComparison,
  liftReport,
  mergeComparison,
  variantReports,
} from '../../shared/domain/reporting/comparison.ts';
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

/**
 * Recounted from the ledger on every call, over all runs: exact, with nothing that could drift. `variants`
 * has what each message is credited with. `lift` compares people, run by run: of a campaign that goes
 * out again and again its intervals are narrower than they should be. `winner` is the last one chosen.
 */
export const reportCampaign = route({
  method: 'GET',
  path: '/admin/campaigns/{id}/report',
  summary: 'What came of a campaign',
  auth: 'see-numbers',
  handle: async ({ params }, ports) => {
    const { id, definition } = await requireCampaign(params['id'] ?? '', ports);
    const tally = emptyTally();
    const comparison = emptyComparison();
    let winner: (Winner & { readonly run: string }) | null = null;
    for await (const run of allRuns(ports.table, id)) {
      const parts = await Promise.all(
        Array.from({ length: runShards }, (_, shard) => countShard(ports, { run: run.id, shard })),
      );
      for (const part of parts) {
        merge(tally, part.tally);
        mergeComparison(comparison, part.comparison);
      }
      if (winner === null && run.winner !== undefined) winner = { run: run.id, ...run.winner };
    }
    const variants = definition.experiment?.variants.map((variant) => variant.id) ?? [];
    return ok({
      ...toReport(tally),
      variants: variantReports(comparison, variants),
      winner,
      lift: liftReport(comparison, definition.goal !== undefined),
    });
  },
});

const pageSize = 1000;

async function countShard(
  { table, clock }: Pick<Ports, 'table' | 'clock'>,
  { run, shard }: { readonly run: string; readonly shard: number },
): Promise<{ readonly tally: Tally; readonly comparison: Comparison }> {
  const tally = emptyTally();
  const comparison = emptyComparison();
  const people = comparer(comparison);
  let after: string | null = null;
  do {
    const at = { shard, after, limit: pageSize };
    // A report of many runs asks thousands of times: one refusal must not spoil the whole.
    const page: Awaited<ReturnType<typeof queryMessages>> = await whenFree(
      () => queryMessages(table, run, at),
      clock,
    );
    for (const row of page.rows) {
      count(tally, row);
      people.add(row);
    }
    after = page.after;
  } while (after !== null);
  people.end();
  return { tally, comparison };
}
