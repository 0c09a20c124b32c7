import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { findBackup } from './backups.ts';
import type { RestoreSource } from './recovery-options.ts';
import { Refused } from './refused.ts';
import type { RestorePlan } from './restore-tables.ts';
import type { StackParts } from './stack-parts.ts';
import { type EachTable, eachTable, restoredNames, tableNames } from './table-names.ts';
import { findTable, restorableSpan } from './table-work.ts';

/** The parts of a backup are of the same second or the next: what was written around it may be in one alone. */
const backupMarginMs = 60_000;

/** Decides what a restore will do; refuses what cannot be done before anything is touched. */
export async function planRestore(
  client: DynamoDBClient,
  { stack, inUse, own }: StackParts,
  source: RestoreSource,
): Promise<RestorePlan> {
  const to = restoredNames(stack, source);
  if (tableNames.every((table) => to[table] === inUse[table])) {
    throw new Refused(
      `The stack ${stack} works on these tables already: go on with --carry and --resume ` +
        '(--status tells where you are).',
    );
  }
  if (source.kind === 'backup') {
    const parts = await findBackup(client, { stack, name: source.name });
    return {
      from: eachTable((table) => parts[table].of),
      to,
      inUse,
      restoredTo: Math.min(...tableNames.map((table) => parts[table].at)) - backupMarginMs,
      backupArns: eachTable((table) => parts[table].arn),
    };
  }
  const from = source.ofOwn ? own : inUse;
  await assertRestorable(client, {
    from,
    to,
    at: source.at,
    hint: hintFor(source, { inUse, own }),
  });
  return { from, to, inUse, restoredTo: source.at, backupArns: undefined };
}

/** Restored tables know nothing of the time before they were restored. */
const hintFor = (
  { ofOwn }: { readonly ofOwn: boolean },
  { inUse, own }: Pick<StackParts, 'inUse' | 'own'>,
): string =>
  !ofOwn && inUse.marketing !== own.marketing
    ? ' It works on restored tables: for the time before, add --own.'
    : '';

async function assertRestorable(
  client: DynamoDBClient,
  {
    from,
    to,
    at,
    hint,
  }: {
    readonly from: EachTable<string>;
    readonly to: EachTable<string>;
    readonly at: number;
    readonly hint: string;
  },
): Promise<void> {
  for (const table of tableNames) {
    // Begun before: the span has moved on since.
    if ((await findTable(client, to[table])) !== undefined) continue;
    if ((await findTable(client, from[table])) === undefined) {
      throw new Refused(
        `The table ${from[table]} is gone: restore a backup of it (--backup NAME). AWS keeps one for ` +
          '35 days of every table that was deleted ("aws dynamodb list-backups --backup-type SYSTEM").',
      );
    }
    const span = await restorableSpan(client, from[table]);
    if (span === undefined) {
      throw new Refused(
        `${from[table]} has no point-in-time recovery: only a backup can be restored.`,
      );
    }
    if (at < Math.floor(span.from / 1000) * 1000 || at > span.to) {
      const [first, last] = [span.from, span.to].map((ms) => new Date(ms).toISOString());
      throw new Refused(`${from[table]} can be restored from ${first} to ${last}.${hint}`);
    }
  }
}
