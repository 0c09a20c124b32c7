import { afterWord, sourceOf } from '../../../domain/consent/opt-out.ts';
import { isoInstant } from '../../../domain/time/instant.ts';
import type { Ports } from '../../../ports/ports.ts';
import { Throttled } from '../../../ports/table.ts';
import {
  getLastWord,
  type LastWord,
  lastWordCheck,
  lastWordPut,
} from '../../../stores/inbound-texts.ts';
import { getProfile, profileWrites } from '../../../stores/profiles.ts';
import { getSuppression, lift, suppress } from '../../../stores/suppressions.ts';
import { timelineEntry } from '../../../stores/timeline.ts';

/** STOP or START from a number; `text`: the id of the text that said it. */
export type Word = {
  readonly word: 'stop' | 'start';
  readonly number: string;
  /** Whose number it is, if anybody's. */
  readonly profileId: string | undefined;
  readonly at: string;
  readonly text: string;
};

type Reach = Pick<Ports, 'table' | 'clock' | 'ids'>;

const attempts = 8;

/**
 * Ends or begins texts to a number. First the number itself is suppressed, or set free, together with
 * the record of its last word; then the person's consents follow. A word that is told late, after a
 * later one, changes nothing.
 */
export async function takeWord(word: Word, reach: Reach): Promise<void> {
  if (!(await takeNumber(word, reach))) return;
  const { profileId } = word;
  if (profileId === undefined) return;
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    if (await changeConsents(word, profileId, reach)) return;
  }
  throw new Throttled('A profile stays contended.');
}

/** Whether this is the number's last word. */
async function takeNumber(word: Word, { table }: Reach): Promise<boolean> {
  const { number, at, text } = word;
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const last = await getLastWord(table, number);
    if (last?.text === text) return true; // told again: the rest may be missing
    if (last !== undefined && isLater(last, word)) return false;
    const put = lastWordPut(number, { word: word.word, at, text }, last);
    const known = await getSuppression(table, 'sms', number);
    const isOptOut = known?.reason === 'opt-out';
    const why = { reason: 'opt-out', at, message: text } as const;
    const beside =
      word.word === 'stop'
        ? known === undefined
          ? [suppress('sms', number, why)]
          : []
        : isOptOut
          ? [lift('sms', number)]
          : [];
    const result = await table.transact([put, ...beside]);
    if (result.kind === 'written') return true;
  }
  throw new Throttled('The last word of a number stays contended.');
}

/** Of two at the same instant, both ways round agree which is the later: STOP before all. */
const isLater = (last: LastWord, word: Word): boolean =>
  last.at === word.at ? last.word === 'stop' : last.at > word.at;

/** False when somebody else changed the person meanwhile. */
async function changeConsents(
  { word, number, at, text }: Word,
  profileId: string,
  { table, clock, ids }: Reach,
): Promise<boolean> {
  // Only as long as it is the last word: a slow worker must not undo what the person said since.
  if ((await getLastWord(table, number))?.text !== text) return true;
  const before = await getProfile(table, profileId);
  if (before === undefined) return true;
  const { consents, changed } = afterWord(before.consents, word, at);
  if (changed.length === 0) return true;
  const recordedAt = isoInstant(clock.now());
  const after = { ...before, consents, version: before.version + 1, updatedAt: recordedAt };
  const entries = changed.map(({ topic, at: occurredAt }) =>
    timelineEntry({
      id: ids.next(),
      profileId,
      type: word === 'stop' ? 'consent.withdrawn' : 'consent.given',
      occurredAt,
      recordedAt,
      data: { topic, channel: 'sms', source: sourceOf(word) },
    }),
  );
  const isLast = lastWordCheck(number, text);
  const result = await table.transact([isLast, ...profileWrites(before, after), ...entries]);
  return result.kind === 'written';
}
