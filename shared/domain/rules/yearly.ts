import { addMonths, civilDay, dayMs, localDay, startOfDay } from '../time/calendar.ts';
import { parseDuration, subtractDuration } from '../time/duration.ts';
import { dateInstant, type Instant, readDate, type WrittenDate } from '../time/instant.ts';
import { type Answer, answerOfSpan, never } from './answer.ts';
import type { AgeLeaf, AttributeLeaf } from './leaf.ts';
import { boundsAt } from './ledger/decimal.ts';

/** Nobody and nothing is older; beyond it, a bound on an age is none. */
const longestAge = 10_000;

export type ValueAnswer = (value: unknown, timeZone: string, now: Instant) => Answer;

/** Whole years since a date; a year is full when its local day begins, for 29 February on the 28th in common years. */
export function ageAnswer(leaf: AgeLeaf): ValueAnswer {
  const bounds = boundsAt(leaf, 0);
  const youngest = Math.max(0, Number(bounds.low));
  const oldest = Number(bounds.high);
  return (value, timeZone, now) => {
    const written = readDate(value);
    if (written === undefined || youngest > longestAge || oldest < 0) return never;
    const born = dayOf(written, timeZone);
    const birth = dateInstant(written, timeZone);
    const surely = birth + (youngest * 366 + 2) * dayMs;
    const first = surely < now ? surely : anniversary(born, youngest, timeZone);
    const last =
      oldest >= longestAge ? Number.POSITIVE_INFINITY : anniversary(born, oldest + 1, timeZone) - 1;
    return answerOfSpan(Math.max(first, birth), last, now);
  };
}

/** The yearly return of a day, from one year after it on. */
export function anniversaryAnswer(words: NonNullable<AttributeLeaf['anniversary']>): ValueAnswer {
  if (words === 'today') return withBirthday(today);
  const ahead = parseDuration(words.inNext);
  return withBirthday((born, timeZone, now) => {
    const next = nextAnniversary(born, timeZone, now);
    return answerOfSpan(subtractDuration(next, ahead, timeZone), next - 1, now);
  });
}

/** A day goes on until the next one begins, whatever the clock reads meanwhile; one that a zone skipped is no day. */
function today(born: number, timeZone: string, now: Instant): Answer {
  const day = localDay(now, timeZone);
  const ofYear = civilDay(day).year - civilDay(born).year;
  for (let years = Math.max(1, ofYear); ; years++) {
    const returned = addMonths(born, 12 * years);
    if (returned + 1 < day) continue;
    const first = startOfDay(returned, timeZone);
    if (now < first) {
      if (first < startOfDay(returned + 1, timeZone)) return -first;
      continue;
    }
    const end = startOfDay(returned + 1, timeZone);
    if (now < end) return end;
  }
}

/** The start of the first anniversary that begins after `now`. */
function nextAnniversary(born: number, timeZone: string, now: Instant): Instant {
  const years = civilDay(localDay(now, timeZone)).year - civilDay(born).year;
  const next = anniversary(born, Math.max(1, years), timeZone);
  return next > now ? next : anniversary(born, years + 1, timeZone);
}

const anniversary = (born: number, years: number, timeZone: string): Instant =>
  startOfDay(addMonths(born, 12 * years), timeZone);

function withBirthday(
  answer: (born: number, timeZone: string, now: Instant) => Answer,
): ValueAnswer {
  return (value, timeZone, now) => {
    const written = readDate(value);
    return written === undefined ? never : answer(dayOf(written, timeZone), timeZone, now);
  };
}

/** A date and a wall clock name their day themselves; an instant falls on a day of the zone. */
const dayOf = (written: WrittenDate, timeZone: string): number =>
  written.kind === 'instant' ? localDay(written.ms, timeZone) : Math.floor(written.ms / dayMs);
