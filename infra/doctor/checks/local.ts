import { maxListeners } from '../../../shared/adapters/embedded/schedules.ts';
import { type QueueName, queueNames } from '../../../shared/ports/queue.ts';
import type { Listener } from '../../../shared/ports/schedules.ts';
import { queues as rows } from '../../queue-manifest.ts';
import { type Asked, known } from '../asked.ts';
import { command, type Finding, judged, ok, warning, wrong } from '../finding.ts';
import {
  type CampaignFacts,
  checkQuarantine,
  checkSchedules,
  type QuarantineFacts,
} from './marketing.ts';
import { uniquely } from './queues.ts';
import { checkRules } from './rules.ts';
import { sizeText } from './tables.ts';
import { durationText } from './tick.ts';

/** What the running world shows of itself. */
export type WorldFacts = {
  readonly now: string;
  readonly clock: 'real' | 'virtual';
  /** The earliest instant at which something is due. */
  readonly nextDueAt: string | null;
  readonly queues: readonly {
    readonly name: QueueName;
    readonly ready: number;
    readonly inFlight: number;
    readonly dead: number;
    readonly oldestAt: string | null;
  }[];
  readonly schedules: readonly { readonly name: string }[];
  readonly listeners: readonly Listener[];
  readonly failures: readonly {
    readonly at: string;
    readonly file: string;
    readonly error: string;
  }[];
  readonly failedBatches: readonly { readonly at: string }[];
};

export type DirectoryFacts = {
  readonly path: string;
  /** Of the data alone. */
  readonly bytes: number;
  /** Who has it open: a process that runs, one that is gone, or nobody. */
  readonly lock: 'held' | 'left' | 'none';
};

export type LocalFacts = {
  /** Undefined: no world was ever started here. */
  readonly url: string | undefined;
  readonly world: Asked<WorldFacts>;
  readonly quarantine: Asked<QuarantineFacts>;
  readonly campaigns: Asked<readonly CampaignFacts[]>;
  readonly directory: Asked<DirectoryFacts>;
};

/** Judges the local world. What only AWS has (SES, quotas, alarms) is nothing to look for here. */
export function checkLocal(facts: LocalFacts): readonly Finding[] {
  const { url, world, directory } = facts;
  const kept = judged('directory', directory, (found) => directoryFinding(found, world));
  if (url === undefined || world.kind === 'unknown') {
    return [notRunning(url, world.kind === 'unknown' ? world.why : ''), ...kept];
  }
  const { value } = world;
  return uniquely([
    ok('world', `It runs at ${url}.`),
    clockFinding(value),
    ...deadFindings(value, url),
    ...lateFindings(value),
    ...failureFindings(value, url),
    ...checkQuarantine(facts.quarantine, url),
    ...scheduleFindings(facts, value, url),
    ...ruleFindings(facts, value, url),
    ...kept,
  ]);
}

const notRunning = (url: string | undefined, why: string): Finding =>
  wrong(
    'world',
    url === undefined
      ? 'No local world was started in this folder.'
      : `The world that was started last, at ${url}, does not answer. ${why}`,
    command('Start it (or look at an account: --stack, --region, --profile):', 'npm start'),
  );

/** What is due is done within the same moment, unless the machine is busy. */
const lateMs = 2 * 60_000;

function clockFinding({ now, clock, nextDueAt }: WorldFacts): Finding {
  const late = nextDueAt === null ? 0 : Date.parse(now) - Date.parse(nextDueAt);
  const text = `It is ${now} by a ${clock} clock`;
  if (late < lateMs) return ok('clock', `${text}; what is due is done.`);
  return wrong(
    'clock',
    `${text}, and what was due at ${nextDueAt} is not done: ${durationText(late)} behind.`,
    'See "failures"; when there are none, the machine does not keep up, or the world hangs: start it again.',
  );
}

function deadFindings({ queues }: WorldFacts, url: string): readonly Finding[] {
  const told = queues
    .filter(({ dead }) => dead > 0)
    .map(({ name, dead }) =>
      wrong(
        `dead letters: ${name}`,
        `${rows[name].loss} It has ${dead === 1 ? 'a dead letter' : `${dead} dead letters`}.`,
        command(
          `See them at ${url}/local, repair the cause, then put them back:`,
          `curl ${url}/local/redrive -H 'content-type: application/json' -d '{"queue":"${name}"}'`,
        ),
      ),
    );
  return told.length > 0 ? told : [ok('dead letters', `None in ${queueNames.length} queues.`)];
}

function lateFindings({ queues, now }: WorldFacts): readonly Finding[] {
  const told = queues.flatMap(({ name, ready, inFlight, oldestAt }) => {
    const ms = oldestAt === null ? 0 : Date.parse(now) - Date.parse(oldestAt);
    const limitMs = (rows[name].alarmAfterMinutes ?? 60) * 60_000;
    if (ms < limitMs / 2) return [];
    const count = ready + inFlight;
    const what = `The oldest of ${count} messages has waited for ${durationText(ms)}. ${rows[name].loss}`;
    const fix = 'See "failures": its function fails and is tried again, less and less often.';
    return [(ms >= limitMs ? wrong : warning)(`queue: ${name}`, what, fix)];
  });
  return told.length > 0 ? told : [ok('queues', `${queues.length} queues, none behind.`)];
}

function failureFindings({ failures, failedBatches }: WorldFacts, url: string): readonly Finding[] {
  const [last] = failures;
  const [batch] = failedBatches;
  return [
    last === undefined
      ? ok('failures', 'No function has failed since the start.')
      : warning(
          'failures',
          `${failures.length} since the start, at last ${last.file} at ${last.at}: ${last.error}`,
          `They are tried again by themselves; see ${url}/local.`,
        ),
    ...(batch === undefined
      ? []
      : [
          wrong(
            'unpublished events',
            `${failedBatches.length} batches of what people did started no campaign, the first at ${batch.at}.`,
            'Repair the cause ("failures"); on AWS they would be published again with RepublishCommand.',
          ),
        ]),
  ];
}

const scheduleFindings = (facts: LocalFacts, world: WorldFacts, url: string): readonly Finding[] =>
  checkSchedules(
    facts.campaigns,
    known(world.schedules.map(({ name }) => ({ name, state: 'ENABLED' }))),
    { now: Date.parse(world.now), url, group: undefined },
  );

const ruleFindings = (facts: LocalFacts, world: WorldFacts, url: string): readonly Finding[] =>
  checkRules(
    {
      campaigns: facts.campaigns,
      rules: known(
        world.listeners.map(({ name, pattern }) => ({
          name,
          isDisabled: false,
          pattern: JSON.stringify(pattern),
        })),
      ),
      targets: known(
        queueNames.map((queue) => ({
          queue,
          arn: queue,
          rules: world.listeners.filter((one) => one.queue === queue).map(({ name }) => name),
        })),
      ),
    },
    { now: Date.parse(world.now), url, quota: maxListeners, bus: undefined },
  );

function directoryFinding(
  { path, bytes, lock }: DirectoryFacts,
  world: Asked<WorldFacts>,
): Finding {
  const text = `${path}/ holds ${sizeText(bytes)} of data`;
  if (lock === 'left') {
    return warning(
      'directory',
      `${text}; the process that had it open is gone without closing it.`,
      'Nothing is lost: the next start takes it over and goes on.',
    );
  }
  return lock === 'held' && world.kind === 'unknown'
    ? warning(
        'directory',
        `${text} and a process that does not answer here has it open.`,
        `Stop that process (its id is in ${path}/lock), then start again.`,
      )
    : ok('directory', `${text}.`);
}
