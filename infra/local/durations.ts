import { Temporal } from 'temporal-polyfill';

/**
 * The instant (milliseconds since 1970) to which `advance` leads from `now`: an ISO 8601 duration,
 * added on the calendar of `timeZone`, or an ISO instant. Undefined when it is neither or not ahead.
 */
export function advanceTarget(advance: string, now: number, timeZone: string): number | undefined {
  const target = /^[+-]?P/i.test(advance)
    ? afterDuration(advance, now, timeZone)
    : instantOf(advance);
  return target !== undefined && target >= now ? target : undefined;
}

function afterDuration(duration: string, now: number, timeZone: string): number | undefined {
  try {
    const start = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(timeZone);
    return start.add(Temporal.Duration.from(duration)).epochMilliseconds;
  } catch {
    return undefined;
  }
}

/** An ISO instant with its offset, in milliseconds since 1970. */
export function instantOf(text: string): number | undefined {
  try {
    return Temporal.Instant.from(text).epochMilliseconds;
  } catch {
    return undefined;
  }
}
