import type { Asked } from '../asked.ts';
import { type Finding, judged, madeAnew, ok, warning, wrong } from '../finding.ts';

/** The minute tick, seen from both sides: who calls it, and whether what is due is done. */
export type TickFacts = {
  /** State of the schedule that calls it: ENABLED or DISABLED; undefined: it is gone. */
  readonly schedule: Asked<string | undefined>;
  /** How often it ran in the last ten minutes. */
  readonly runs: Asked<number>;
  /** The head of each due slot that is overdue. */
  readonly overdue: Asked<readonly { readonly slot: string; readonly dueAt: string }[]>;
};

/** A slot with this much behind it is worked off; more says that nobody is at it. */
const lateMs = 10 * 60_000;
const stuckMs = 60 * 60_000;

export const checkTick = (facts: TickFacts, now: number): readonly Finding[] => [
  ...judged('minute tick', facts.schedule, scheduleFindings),
  ...judged('minute tick', facts.runs, runFindings),
  ...judged('overdue', facts.overdue, (overdue) => overdueFinding(overdue, now)),
];

function scheduleFindings(state: string | undefined): readonly Finding[] {
  if (state === 'ENABLED') return [];
  return [
    state === undefined
      ? wrong(
          'minute tick',
          'The schedule that calls the minute tick is gone: time stands still.',
          madeAnew('the schedule'),
        )
      : wrong(
          'minute tick',
          `The schedule that calls the minute tick is ${state}: time stands still.`,
          'Enable it in the console: Amazon EventBridge > Schedules > the one named "...TriggersMinute...".',
        ),
  ];
}

function runFindings(runs: number): Finding {
  if (runs === 0) {
    return wrong(
      'minute tick',
      'It has not run for ten minutes: nothing deferred is sent, nobody enters a segment by the calendar.',
      'See the alarm of sweep-due-slots and its log; a function that is throttled waits for "quotas" below.',
    );
  }
  const text = `It ran ${runs} times in the last ten minutes`;
  return runs < 8
    ? warning(
        'minute tick',
        `${text}.`,
        'See the alarms: it may be throttled. A stack just deployed needs ten minutes.',
      )
    : ok('minute tick', `${text}.`);
}

function overdueFinding(
  overdue: readonly { readonly slot: string; readonly dueAt: string }[],
  now: number,
): Finding {
  const late = overdue
    .map(({ slot, dueAt }) => ({ slot, ms: now - Date.parse(dueAt) }))
    .filter(({ ms }) => ms >= lateMs)
    .toSorted((one, other) => other.ms - one.ms);
  const [worst] = late;
  if (worst === undefined) return ok('overdue', 'What is due is done within ten minutes.');
  const slots = `${late.length} ${late.length === 1 ? 'slot is' : 'slots are'} behind, "${worst.slot}" by ${durationText(worst.ms)}`;
  const fix =
    'See "queues", "functions" and "minute tick": a backlog after an outage is worked off by itself, and the number shrinks.';
  return worst.ms >= stuckMs
    ? wrong('overdue', `${slots}.`, fix)
    : warning('overdue', `${slots}.`, fix);
}

export function durationText(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 120) return `${minutes} minutes`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} hours` : `${Math.floor(hours / 24)} days`;
}
