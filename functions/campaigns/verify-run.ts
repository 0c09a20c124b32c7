import { runShards } from '../../shared/domain/campaigns/run.ts';
import {
  emptyRecount,
  mergeRecount,
  type Recount,
  recount,
  recountStray,
  toVerification,
} from '../../shared/domain/reporting/verification.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { ok } from '../../shared/runtime/http/answer.ts';
import { route } from '../../shared/runtime/http/route.ts';
import { Problem } from '../../shared/runtime/problem.ts';
import { whenFree } from '../../shared/runtime/when-free.ts';
import { queryMessages } from '../../shared/stores/messages.ts';
import { getRun } from '../../shared/stores/runs.ts';
import { queryStrays } from '../../shared/stores/strays.ts';

/**
 * Recounts the ledger of a run against what the provider has said, by its answers and its events, each
 * time it is asked. `ok` is false when something is missing or extra, with up to ten ids of each.
 */
export const verifyRun = route({
  method: 'GET',
  path: '/admin/runs/{id}/verify',
  summary: "A run's ledger against the provider's events: what is missing, what is extra",
  auth: 'see-numbers',
  handle: async ({ params }, ports) => {
    const id = params['id'] ?? '';
    const run = await getRun(ports.table, id);
    const resends = run?.definition.resend === 'afterUnknown';
    const shards = Array.from({ length: runShards }, (_, shard) => ({ run: id, shard, resends }));
    const parts = await Promise.all(shards.map((part) => recountShard(part, ports)));
    const tally = emptyRecount();
    for (const part of parts) mergeRecount(tally, part);
    if (run === undefined && tally.rows === 0 && tally.extra.count === 0) {
      throw new Problem(404, `There is no run "${id}".`);
    }
    return ok(toVerification(id, run, tally));
  },
});

const pageSize = 1000;

type Part = { readonly run: string; readonly shard: number; readonly resends: boolean };

async function recountShard(
  { run, shard, resends }: Part,
  { table, clock }: Pick<Ports, 'table' | 'clock'>,
): Promise<Recount> {
  const tally = emptyRecount();
  let after: string | null = null;
  do {
    const at = { shard, after, limit: pageSize };
    const page: Awaited<ReturnType<typeof queryMessages>> = await whenFree(
      () => queryMessages(table, run, at),
      clock,
    );
    for (const row of page.rows) recount(tally, row, { resends });
    after = page.after;
  } while (after !== null);
  do {
    const at = { shard, after, limit: pageSize };
    const page: Awaited<ReturnType<typeof queryStrays>> = await whenFree(
      () => queryStrays(table, run, at),
      clock,
    );
    for (const message of page.messages) recountStray(tally, message);
    after = page.after;
  } while (after !== null);
  return tally;
}
