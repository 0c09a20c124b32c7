import { parseArgs } from 'node:util';
import { type AccountPlace, complaintAbout, placeOf, placeOptions } from '../account-place.ts';
import { Refused } from './refused.ts';

/** What is carried over from the tables before: see carry-over.ts. */
export const carryModes = ['withdrawals', 'inputs'] as const;
export type CarryMode = (typeof carryModes)[number];

export type RestoreAction =
  | { readonly kind: 'restore'; readonly source: RestoreSource; readonly isDryRun: boolean }
  | { readonly kind: 'carry'; readonly mode: CarryMode; readonly isDryRun: boolean }
  | { readonly kind: 'resume'; readonly hasNothingToCarry: boolean; readonly isDryRun: boolean }
  | { readonly kind: 'abandon'; readonly isDryRun: boolean }
  | { readonly kind: 'status' };

export type RestoreSource =
  /** `at`: ms, a whole second. `ofOwn`: of the stack's own tables, whichever it works on. */
  | { readonly kind: 'instant'; readonly at: number; readonly ofOwn: boolean }
  | { readonly kind: 'backup'; readonly name: string };

export type BackupAction =
  | { readonly kind: 'make'; readonly name: string; readonly isDryRun: boolean }
  | { readonly kind: 'delete'; readonly name: string; readonly isDryRun: boolean }
  | { readonly kind: 'list' };

const placeUsage = `\
  --stack NAME           the stack, Perennial unless set
  --region REGION        AWS_REGION unless set
  --profile NAME         the profile of the AWS CLI, AWS_PROFILE unless set`;

export const restoreUsage = `npm run restore -- [what] [options]

  What, in this order; each may be given again after a crash and goes on:
  --at INSTANT           all three tables as they were at a second, like 2026-11-20T10:00:00Z
  --backup NAME          ... or as "npm run backup -- --name NAME" saved them
                         (then: npx cdk deploy)
  --carry withdrawals    from the tables before: suppressions, and who has withdrawn consent since
  --carry inputs         ... and leads, events, consents, devices and quarantined inputs since
  --resume               the queues are read again; the tables before are marked as left

  --status               where a restore stands; changes nothing
  --abandon              the queues are read again, on the tables from before; restored ones stay

  Options:
  --own                  with --at: of the stack's own tables, though it works on restored ones
  --nothing-to-carry     with --resume: nothing is carried over, such as when the tables are gone
  --dry-run              prints the steps and changes nothing
  --config FILE          where the names of the restored tables go, perennial.config.json unless set
${placeUsage}`;

export const backupUsage = `npm run backup -- [what] [options]

  --name NAME            saves all three tables; letters, digits, ".", "_" and "-"
  --list                 what was saved
  --delete NAME          deletes what was saved under the name, for ever

  --dry-run              prints the steps and changes nothing
${placeUsage}`;

const flag = { type: 'boolean', default: false } as const;
const text = { type: 'string' } as const;

/** Reads the command line of `npm run restore`. `now` in ms. */
export function restoreOptions(args: readonly string[], now: number) {
  const values = parsed(args, {
    at: text,
    backup: text,
    carry: text,
    resume: flag,
    status: flag,
    abandon: flag,
    own: flag,
    'nothing-to-carry': flag,
    'dry-run': flag,
    ...placeOptions,
    config: { ...text, default: 'perennial.config.json' },
  });
  const { at, backup, carry, resume, status, abandon } = values;
  const isDryRun = values['dry-run'];
  const hasNothingToCarry = values['nothing-to-carry'];
  if (values.own && at === undefined) throw new Refused('--own belongs to --at.');
  if (hasNothingToCarry && !resume) throw new Refused('--nothing-to-carry belongs to --resume.');
  if (status && isDryRun) throw new Refused('--status changes nothing: leave --dry-run out.');
  const instant = (): RestoreSource => ({
    kind: 'instant',
    at: secondOf(at ?? '', now),
    ofOwn: values.own,
  });
  const mode = carryModes.find((one) => one === carry);
  if (carry !== undefined && mode === undefined) {
    throw new Refused(`--carry "${carry}" is not known: give ${carryModes.join(' or ')}.`);
  }
  const asked: (RestoreAction | false | undefined)[] = [
    at !== undefined && { kind: 'restore', source: instant(), isDryRun },
    backup !== undefined && {
      kind: 'restore',
      source: { kind: 'backup', name: backupName(backup) },
      isDryRun,
    },
    mode && { kind: 'carry', mode, isDryRun },
    resume && { kind: 'resume', hasNothingToCarry, isDryRun },
    abandon && { kind: 'abandon', isDryRun },
    status && { kind: 'status' },
  ];
  const whats = '--at, --backup, --carry, --resume, --abandon, --status';
  return { action: onlyOne(asked, whats), ...placeIn(values), config: values.config };
}

/** Reads the command line of `npm run backup`. */
export function backupOptions(args: readonly string[]) {
  const values = parsed(args, {
    name: text,
    delete: text,
    list: flag,
    'dry-run': flag,
    ...placeOptions,
  });
  const { name, list } = values;
  const isDryRun = values['dry-run'];
  if (list && isDryRun) throw new Refused('--list changes nothing: leave --dry-run out.');
  const asked: (BackupAction | false | undefined)[] = [
    name !== undefined && { kind: 'make', name: backupName(name), isDryRun },
    values.delete !== undefined && {
      kind: 'delete',
      name: backupName(values.delete),
      isDryRun,
    },
    list && { kind: 'list' },
  ];
  return { action: onlyOne(asked, '--name, --list, --delete'), ...placeIn(values) };
}

function placeIn(values: Parameters<typeof placeOf>[0]): AccountPlace {
  const complaint = complaintAbout(values);
  if (complaint !== undefined) throw new Refused(complaint);
  return placeOf(values);
}

function onlyOne<Action>(asked: readonly (Action | false | undefined)[], whats: string): Action {
  const actions = asked.filter((one): one is Action => one !== false && one !== undefined);
  const [action] = actions;
  if (action === undefined || actions.length > 1) throw new Refused(`Give one of ${whats}.`);
  return action;
}

function secondOf(at: string, now: number): number {
  const instant = Date.parse(at);
  if (
    !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.0+)?(Z|[+-]\d\d:\d\d)$/.test(at) ||
    Number.isNaN(instant)
  ) {
    throw new Refused(
      `--at "${at}" is no instant to the second: write it like 2026-11-20T10:00:00Z.`,
    );
  }
  if (instant >= now) throw new Refused(`--at ${at} is not over yet.`);
  return instant;
}

function backupName(name: string): string {
  if (/^[\w.-]{1,100}$/.test(name)) return name;
  throw new Refused(
    `"${name}" is no name of a backup: 1 to 100 letters, digits, ".", "_" and "-".`,
  );
}

type OptionTypes = NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>['options']>;

function parsed<const Options extends OptionTypes>(args: readonly string[], options: Options) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (cause) {
    throw new Refused(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
