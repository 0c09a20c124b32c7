import type { Account } from './account.ts';
import { type Carried, carryOver } from './carry-over.ts';
import { readCompanyFile, writeTables } from './config-file.ts';
import { leaveTables } from './leave-tables.ts';
import { type Lineage, lineageOf, noteCarried, noteResumed } from './lineage.ts';
import { planRestore } from './plan.ts';
import { queueReaders, switchReaders } from './readers.ts';
import type { CarryMode, RestoreAction, RestoreSource } from './recovery-options.ts';
import { Refused } from './refused.ts';
import { restoreTables } from './restore-tables.ts';
import { type StackParts, stackParts } from './stack-parts.ts';
import { tableNames } from './table-names.ts';
import { findTable } from './table-work.ts';
import type { Surroundings } from './tell.ts';

export type RestoreRequest = {
  readonly action: RestoreAction;
  readonly stack: string;
  /** The file that `cdk deploy` reads. */
  readonly config: string;
};

type Step = {
  readonly account: Account;
  readonly parts: StackParts;
  readonly surroundings: Surroundings;
};

/** Does one step of a restore; every step may be given again. */
export async function restore(
  { action, stack, config }: RestoreRequest,
  account: Account,
  surroundings: Surroundings,
): Promise<void> {
  const parts = await stackParts(account.cloudFormation, stack);
  const step = { account, parts, surroundings };
  switch (action.kind) {
    case 'restore':
      return makeCopies(step, { source: action.source, config, isDryRun: action.isDryRun });
    case 'carry':
      return carry(step, action.mode, action.isDryRun);
    case 'resume':
      return resume(step, action);
    case 'abandon':
      return abandon(step, action.isDryRun);
    case 'status':
      return tellStatus(step);
  }
}

async function makeCopies(
  { account, parts, surroundings }: Step,
  {
    source,
    config,
    isDryRun,
  }: { readonly source: RestoreSource; readonly config: string; readonly isDryRun: boolean },
): Promise<void> {
  const { tell } = surroundings;
  readCompanyFile(config);
  const plan = await planRestore(account.dynamo, parts, source);
  const at = new Date(plan.restoredTo).toISOString();
  tell(
    `The tables of ${parts.stack} as they were ${source.kind === 'backup' ? 'in the backup' : `at ${at}`}:`,
  );
  for (const table of tableNames) tell(`  ${plan.from[table]} -> ${plan.to[table]}`);
  if (isDryRun) {
    tell('Would stop reading the queues, restore, put back what a restore leaves out,');
    tell(`and write the new names into ${config}. Nothing was changed (--dry-run).`);
    return;
  }
  await pause({ account, parts, surroundings });
  const tables = await restoreTables(account.dynamo, plan, surroundings);
  writeTables(config, tables);
  tell(`All three are as the product's own are. ${config} names them now: keep it with your code.`);
  tell('Next, with --region and --profile as given here (and --stack, but for cdk):');
  tell('  npx cdk deploy                            the functions go over to them');
  tell('  npm run restore -- --carry withdrawals    or: --carry inputs');
  tell('  npm run restore -- --resume               the queues are read again');
}

async function pause({ account, parts, surroundings }: Step): Promise<void> {
  const { tell } = surroundings;
  tell('The queues are read no more. What websites send is accepted and waits on them, 14 days at');
  tell(
    'most; nothing goes out. Alarms about waiting messages will ring. What marketers change from',
  );
  tell('now on stays in the tables left behind: ask them to wait.');
  const { mappings } = parts;
  const switched = await switchReaders(account.lambda, { mappings, isRead: false }, surroundings);
  tell(switched.length > 0 ? `  stopped: ${switched.join(', ')}` : '  they were stopped before');
}

async function carry(step: Step, mode: CarryMode, isDryRun: boolean): Promise<void> {
  const { account, parts, surroundings } = step;
  const { tell } = surroundings;
  const lineage = await deployedLineage(step);
  await requireTablesBefore(step, lineage);
  tell(`From ${Object.values(lineage.replaces).join(', ')}, since ${lineage.restoredTo}:`);
  tell(
    mode === 'withdrawals'
      ? '  suppressed addresses, and consents that were withdrawn'
      : '  suppressed addresses, consents, leads, events, browsers, devices, the quarantine',
  );
  if (isDryRun) return tell('Nothing was changed (--dry-run).');
  const reach = {
    left: account.table(lineage.replaces),
    restored: account.table(parts.inUse),
    queue: account.inputs(parts.inputsUrl),
    sleep: surroundings.sleep,
  };
  let nextAt = surroundings.now();
  const carried = await carryOver(reach, { mode, since: lineage.restoredTo }, (so) => {
    if (surroundings.now() < nextAt) return;
    nextAt = surroundings.now() + 10_000;
    tell(`  ${countsOf(so)}`);
  });
  // Who has been given everything is not to be told they were given less.
  if (lineage.carried !== 'inputs') await noteCarried(account.dynamo, parts.inUse, mode);
  tell(`Carried over: ${countsOf(carried)}. The inputs wait on the queue.`);
  tell('Next: npm run restore -- --resume');
}

const countsOf = ({ suppressions, markers, people, inputs, quarantined }: Readonly<Carried>) =>
  `${suppressions} suppressions, ${markers} message ids, ${inputs} inputs (state of ${people} people ` +
  `among them), ${quarantined} from the quarantine`;

async function requireTablesBefore({ account }: Step, { replaces }: Lineage): Promise<void> {
  for (const table of tableNames) {
    if ((await findTable(account.dynamo, replaces[table])) === undefined) {
      throw new Refused(
        `${replaces[table]} is gone, so nothing can be carried over: ` +
          'go on with "npm run restore -- --resume --nothing-to-carry".',
      );
    }
  }
}

async function deployedLineage({ account, parts }: Step): Promise<Lineage> {
  const lineage = await lineageOf(account.dynamo, parts.inUse);
  if (lineage !== undefined) return lineage;
  throw new Refused(
    `The stack ${parts.stack} works on ${parts.inUse.marketing}, which was not restored by this ` +
      'command: deploy the restored tables first ("npx cdk deploy"), or give the restore up (--abandon).',
  );
}

async function resume(
  step: Step,
  {
    hasNothingToCarry,
    isDryRun,
  }: { readonly hasNothingToCarry: boolean; readonly isDryRun: boolean },
): Promise<void> {
  const { account, parts, surroundings } = step;
  const { tell } = surroundings;
  const lineage = await deployedLineage(step);
  if (lineage.carried === undefined && !hasNothingToCarry) {
    throw new Refused(
      'Who has unsubscribed or bounced since is not known to the restored tables: first give ' +
        '"npm run restore -- --carry withdrawals" (or --carry inputs), or add --nothing-to-carry.',
    );
  }
  tell(`The queues are read again, on the tables restored to ${lineage.restoredTo}.`);
  if (isDryRun) return tell('Nothing was changed (--dry-run).');
  const isThere = (await findTable(account.dynamo, lineage.replaces.marketing)) !== undefined;
  if (isThere) await leaveTables(account.table(lineage.replaces), surroundings.now());
  await readAgain(step);
  await noteResumed(account.dynamo, parts.inUse, surroundings.now());
  tell('Every live campaign is being paused: look at each (GET /admin/campaigns, pausedFor), then');
  tell(
    'resume or cancel it. Wait until the queue "inputs" is empty, so that nobody who withdrew is',
  );
  tell('sent anything. The tables before stay until you delete them.');
}

async function abandon(step: Step, isDryRun: boolean): Promise<void> {
  const { account, parts, surroundings } = step;
  const lineage = await lineageOf(account.dynamo, parts.inUse);
  if (lineage !== undefined && !lineage.isResumed) {
    throw new Refused('The restored tables are deployed already: go on with --carry and --resume.');
  }
  surroundings.tell(`The queues are read again, on ${Object.values(parts.inUse).join(', ')}.`);
  if (isDryRun) return surroundings.tell('Nothing was changed (--dry-run).');
  await readAgain(step);
  surroundings.tell(
    'Take "tables" out of the configuration again, or put back what it was. Restored',
  );
  surroundings.tell('tables stay, and are paid for, until you delete them.');
}

async function readAgain({ account, parts, surroundings }: Step): Promise<void> {
  const { mappings } = parts;
  const switched = await switchReaders(account.lambda, { mappings, isRead: true }, surroundings);
  surroundings.tell(
    switched.length > 0 ? `  read again: ${switched.join(', ')}` : '  they were read before',
  );
}

async function tellStatus({ account, parts, surroundings }: Step): Promise<void> {
  const { tell } = surroundings;
  const lineage = await lineageOf(account.dynamo, parts.inUse);
  tell(`${parts.stack} works on ${Object.values(parts.inUse).join(', ')}`);
  if (lineage === undefined) tell('  which were not restored by this command');
  else {
    tell(`  restored to ${lineage.restoredTo}, in the place of ${lineage.replaces.marketing} ...`);
    tell(
      `  carried over: ${lineage.carried ?? 'nothing yet'}; resumed: ${lineage.isResumed ? 'yes' : 'not yet'}`,
    );
  }
  const readers = await queueReaders(account.lambda, parts.mappings);
  const stopped = readers.filter(({ state }) => state !== 'Enabled');
  tell(
    stopped.length === 0
      ? `All ${readers.length} queues are read.`
      : `${stopped.length} of ${readers.length} queues are not read: ${stopped.map(({ queue, state }) => `${queue} (${state})`).join(', ')}`,
  );
}
