import { Temporal } from 'temporal-polyfill';

/** The calendar as the recount of rules knows it: Temporal alone, and a memory because it is slow. */

const most = 200_000;

function remembered<Value>(
  work: (subject: string | number, zone: string, duration: string) => Value,
): (subject: string | number, zone: string, duration?: string) => Value {
  const known = new Map<string, Value>();
  return (subject, zone, duration = '') => {
    const key = `${subject} ${zone} ${duration}`;
    const found = known.get(key);
    if (found !== undefined || known.has(key)) return found as Value; // it is in the map
    if (known.size >= most) known.clear();
    const value = work(subject, zone, duration);
    known.set(key, value);
    return value;
  };
}

const zoned = (at: number, zone: string): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);

/** An instant, a duration later on the zone's calendar. */
export const later = remembered(
  (at, zone, duration) => zoned(Number(at), zone).add(duration).epochMilliseconds,
);

/** An instant, a duration earlier on the zone's calendar. */
export const earlier = remembered(
  (at, zone, duration) => zoned(Number(at), zone).subtract(duration).epochMilliseconds,
);

/** The day of an instant in a zone. */
export const dayAt = remembered((at, zone) => zoned(Number(at), zone).toPlainDate());

/** The first instant of a day in a zone. */
export const startOf = remembered(
  (day, zone) => Temporal.PlainDate.from(String(day)).toZonedDateTime(zone).epochMilliseconds,
);

const isInstant = /[Tt ].*(?:[Zz]|[+-]\d\d(?::?\d\d)?)$/;
const isDate = /^\d{4}-\d\d-\d\d(?:$|[T ]\d\d:\d\d)/;

/** The instant a written date names in a zone; undefined for what is no date. */
export const instantOf = remembered((text, zone) => {
  const written = String(text);
  if (!isDate.test(written)) return undefined;
  try {
    if (isInstant.test(written)) return Temporal.Instant.from(written).epochMilliseconds;
    if (written.length === 10) return startOf(written, zone);
    return Temporal.PlainDateTime.from(written).toZonedDateTime(zone).epochMilliseconds;
  } catch {
    return undefined;
  }
});

/** The day a written date names: its own, or that of its instant in the zone. */
export const dayOf = remembered((text, zone) => {
  const written = String(text);
  return isInstant.test(written)
    ? zoned(Temporal.Instant.from(written).epochMilliseconds, zone).toPlainDate()
    : Temporal.PlainDate.from(written.slice(0, 10));
});
