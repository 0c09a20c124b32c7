import {
  type DynamoDBClient,
  RestoreTableFromBackupCommand,
  RestoreTableToPointInTimeCommand,
  TableAlreadyExistsException,
} from '@aws-sdk/client-dynamodb';
import type { RestoredTables } from '../restored-tables.ts';
import { isLineageTag, lineageTags } from './lineage.ts';
import { Refused } from './refused.ts';
import { type EachTable, eachTableLater, tableNames } from './table-names.ts';
import { contradictions, isSettled, lackingSettings, tableOfArn } from './table-state.ts';
import { findTable, giveSetting, putTags, tableState, tagsOf } from './table-work.ts';
import { type Surroundings, until } from './tell.ts';

/** Everything a restore does, decided before anything is done. */
export type RestorePlan = {
  /** The tables restored from. */
  readonly from: EachTable<string>;
  /** Their copies. */
  readonly to: EachTable<string>;
  /** The tables the functions work on until the next deployment. */
  readonly inUse: EachTable<string>;
  /** ms, to which all three are restored; of a backup, before any of its parts. */
  readonly restoredTo: number;
  /** Of a backup: its parts. */
  readonly backupArns: EachTable<string> | undefined;
};

/**
 * Restores the three tables under new names, waits, and gives them what a restore does not bring along.
 * Given again it goes on where it was: a copy that is there is waited for, a setting that is there stays.
 */
export async function restoreTables(
  client: DynamoDBClient,
  plan: RestorePlan,
  surroundings: Surroundings,
): Promise<RestoredTables> {
  const { tell } = surroundings;
  for (const table of tableNames) {
    const begun = await begin(client, plan, table);
    tell(`  ${plan.to[table]} ${begun ? 'is being restored' : 'was begun before'}`);
  }
  await until(async () => {
    const states = await eachTableLater((table) => tableState(client, plan.to[table]));
    const open = tableNames.filter((table) => !isSettled(states[table]));
    return open
      .map((table) => `${table} is ${states[table].description.TableStatus ?? 'unknown'}`)
      .join(', ');
  }, surroundings);
  for (const table of tableNames) await complete(client, plan, table, surroundings);
  return verified(client, plan.to);
}

/** True: begun now. A table of that name that is no such copy is nobody's to touch. */
async function begin(
  client: DynamoDBClient,
  plan: RestorePlan,
  table: keyof RestorePlan['to'],
): Promise<boolean> {
  const name = plan.to[table];
  const found = await findTable(client, name);
  if (found !== undefined) {
    const source = tableOfArn(found.RestoreSummary?.SourceTableArn);
    if (source === plan.from[table]) return false;
    throw new Refused(
      `The table ${name} is there already and was not restored from ${plan.from[table]}: ` +
        'choose another second.',
    );
  }
  const target = { TargetTableName: name, BillingModeOverride: 'PAY_PER_REQUEST' } as const;
  const command =
    plan.backupArns === undefined
      ? new RestoreTableToPointInTimeCommand({
          ...target,
          SourceTableName: plan.from[table],
          RestoreDateTime: new Date(plan.restoredTo),
        })
      : new RestoreTableFromBackupCommand({ ...target, BackupArn: plan.backupArns[table] });
  try {
    // Two commands differ in their types alone.
    await (command instanceof RestoreTableToPointInTimeCommand
      ? client.send(command)
      : client.send(command));
    return true;
  } catch (error) {
    // The answer to the call before was lost.
    if (error instanceof TableAlreadyExistsException) return false;
    throw error;
  }
}

/** One setting at a time: a table takes no second change while one is under way. */
async function complete(
  client: DynamoDBClient,
  plan: RestorePlan,
  table: keyof RestorePlan['to'],
  surroundings: Surroundings,
): Promise<void> {
  const name = plan.to[table];
  await until(async () => {
    const state = await tableState(client, name);
    if (!isSettled(state)) return `${table} is ${state.description.TableStatus ?? 'unknown'}`;
    const [setting] = lackingSettings(table, state);
    if (setting === undefined) return '';
    if (await giveSetting(client, { table, name }, setting)) {
      surroundings.tell(`  ${name} has got ${setting}`);
    }
    return `${setting} of ${table}`;
  }, surroundings);
  const known = Object.entries(await tagsOf(client, plan.from[table]));
  const tags = Object.fromEntries(known.filter(([key]) => !isLineageTag(key)));
  await putTags(client, name, { ...tags, ...lineageTags(plan.inUse[table], plan.restoredTo) });
}

/** The restored tables as the deployment takes them; refuses what is not as the product's own are. */
async function verified(client: DynamoDBClient, to: EachTable<string>): Promise<RestoredTables> {
  const states = await eachTableLater((table) => tableState(client, to[table]));
  const faults = tableNames.flatMap((table) => [
    ...contradictions(table, states[table]).map((fault) => `${to[table]} has ${fault}`),
    ...lackingSettings(table, states[table]).map((fault) => `${to[table]} has no ${fault}`),
  ]);
  if (faults.length > 0) throw new Refused(`The copies cannot be used: ${faults.join('; ')}.`);
  const timelineStream = states.timeline.description.LatestStreamLabel;
  if (timelineStream === undefined) throw new Error(`${to.timeline} does not tell its stream.`);
  return { ...to, timelineStream };
}
