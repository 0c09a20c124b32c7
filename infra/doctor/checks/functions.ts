import { isoInstant } from '../../../shared/domain/time/instant.ts';
import type { Asked } from '../asked.ts';
import { command, type Finding, judged, madeAnew, ok, warning, wrong } from '../finding.ts';
import { durationText } from './tick.ts';

/** What hands a queue's messages, or the timeline's stream, to a function. */
export type MappingFacts = {
  readonly id: string;
  /** The function's name as the manifest has it. */
  readonly reads: string;
  /** Enabled, Disabled, Creating, Enabling, Updating... */
  readonly state: string;
  /** Lambda's last word: `OK`, `No records processed`, or `PROBLEM: ...`; a queue's has none. */
  readonly lastResult: string | undefined;
};

export function checkMappings(
  asked: Asked<readonly MappingFacts[]>,
  expected: number,
): readonly Finding[] {
  return judged('functions', asked, (mappings) => {
    const told = mappings.flatMap(mappingFindings);
    const missing = expected - mappings.length;
    if (missing > 0) {
      told.push(
        wrong(
          'functions',
          `${missing} of ${expected} functions that read queues or the stream have nothing that starts them.`,
          madeAnew('the event source mapping'),
        ),
      );
    }
    return told.length > 0
      ? told
      : [ok('functions', `All ${mappings.length} that read queues or the stream are started.`)];
  });
}

function mappingFindings({ id, reads, state, lastResult }: MappingFacts): Finding[] {
  const check = `function: ${reads}`;
  const findings: Finding[] = [];
  if (state === 'Disabled' || state === 'Disabling') {
    findings.push(
      wrong(
        check,
        `It is not started (${state}): what it should read waits.`,
        command(
          'While a restore is under way it is to stand still ("npm run restore -- --status" tells). Else start it:',
          `aws lambda update-event-source-mapping --uuid ${id} --enabled`,
        ),
      ),
    );
  } else if (state !== 'Enabled') {
    findings.push(
      warning(check, `What starts it is ${state}.`, 'Wait a minute, then run the doctor again.'),
    );
  }
  if (lastResult?.startsWith('PROBLEM') === true) {
    findings.push(
      wrong(
        check,
        `Lambda says: ${lastResult}`,
        'See the log of the function, and repair the cause.',
      ),
    );
  }
  return findings;
}

/** How far the publisher of the timeline lags, at the most in the last quarter of an hour; undefined: it had nothing to do. */
export const checkPublisher = (asked: Asked<number | undefined>): readonly Finding[] =>
  judged('timeline stream', asked, (ageMs) => {
    if (ageMs === undefined || ageMs < 5 * 60_000) {
      return ok('timeline stream', 'What people do reaches the bus within five minutes.');
    }
    const what = `What people did reaches the bus ${durationText(ageMs)} late; after 24 hours it would be lost to campaigns.`;
    const fix = 'See the alarm and the log of publish-timeline, and "quotas" below.';
    // As the alarm counts it: half of the hour within which a lag must be noticed.
    return ageMs < 30 * 60_000
      ? warning('timeline stream', what, fix)
      : wrong('timeline stream', what, fix);
  });

export type FailedBatchesFacts = {
  readonly count: number;
  /** When the oldest that was looked at was given up. */
  readonly oldest: string | undefined;
  /** The output RepublishCommand. */
  readonly republish: string | undefined;
};

/** Batches stay in the bucket for 30 days, whether or not they were published again since. */
export const checkFailedBatches = (asked: Asked<FailedBatchesFacts>): readonly Finding[] =>
  judged('unpublished events', asked, ({ count, oldest, republish }) => {
    if (count === 0) return ok('unpublished events', 'The bucket of failed batches is empty.');
    const batches = count === 1 ? 'A batch' : `${count >= 1000 ? '1,000 or more' : count} batches`;
    const since = oldest === undefined ? '' : `, the oldest of ${oldest}`;
    return wrong(
      'unpublished events',
      `${batches} of what people did started no campaign${since}.`,
      command(
        'Publish their time again, then remove them from the bucket FailedBatchesBucket:',
        `export FROM=${oldest === undefined ? '...' : beforeRetries(oldest)} TO=...`,
        republish ?? '(the command of the output RepublishCommand)',
      ),
    );
  });

/** What was given up then had been tried for as long as half a day. */
const beforeRetries = (instant: string): string =>
  isoInstant(Date.parse(instant) - 12 * 60 * 60_000);
