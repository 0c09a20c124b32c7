import { Temporal } from 'temporal-polyfill';

const dayMs = 86_400_000;

/** About 8.7 years: a zone's transitions are looked up in pieces of this length, when first asked for. */
const pieceMs = 2 ** 38;

/** The instants that a calendar can name: 100 million days around 1970. */
const farthestMs = 8.64e15;

type Piece = { readonly starts: readonly number[]; readonly offsets: readonly number[] };

type Zone = {
  readonly name: string;
  readonly pieces: Map<number, Piece>;
  /** The stretch of one offset that was asked for last: `from <= instant < to`. */
  from: number;
  to: number;
  offset: number;
};

const zones = new Map<string, Zone>();

/** An IANA time zone such as `Europe/Riga`; offsets like `+02:00` are none. */
export const isTimeZone = (text: unknown): text is string =>
  typeof text === 'string' && (zones.has(text) || canonicalName(text) !== undefined);

/** The person's own zone when it is one, else the company's. */
export const personTimeZone = (attribute: unknown, companyTimeZone: string): string =>
  isTimeZone(attribute) ? attribute : companyTimeZone;

/** Milliseconds that the zone's wall clock is ahead of UTC at an instant. */
export function offsetAt(instant: number, timeZone: string): number {
  if (timeZone === 'UTC') return 0;
  const zone = zones.get(timeZone) ?? openZone(timeZone);
  if (instant < zone.from || instant >= zone.to) find(instant, zone);
  return zone.offset;
}

/** The instant's wall clock, as milliseconds since 1970-01-01T00:00 of the same clock. */
export const toLocal = (instant: number, timeZone: string): number =>
  instant + offsetAt(instant, timeZone);

/**
 * The instant at which the zone's wall clock reads `local`; the earlier of two, and past a gap by as
 * much as the clock skipped (Temporal's `compatible`).
 */
export function fromLocal(local: number, timeZone: string): number {
  if (timeZone === 'UTC') return local;
  const zone = zones.get(timeZone) ?? openZone(timeZone);
  const guess = local - zone.offset;
  if (guess - dayMs >= zone.from && guess + dayMs < zone.to) return guess;
  const before = local - offsetAt(local - dayMs, timeZone);
  const after = local - offsetAt(local + dayMs, timeZone);
  if (before === after || toLocal(before, timeZone) === local) return before;
  return toLocal(after, timeZone) === local ? after : before;
}

/** Both instants at which the wall clock reads `local`, earlier first; in a gap the first instant after it. */
export function instantsOfLocal(local: number, timeZone: string): readonly number[] {
  const before = local - offsetAt(local - dayMs, timeZone);
  const after = local - offsetAt(local + dayMs, timeZone);
  const readings = [...new Set([before, after])].filter((one) => toLocal(one, timeZone) === local);
  if (readings.length > 0) return readings.sort((a, b) => a - b);
  offsetAt(before, timeZone);
  return [(zones.get(timeZone) ?? openZone(timeZone)).from];
}

function canonicalName(text: string): string | undefined {
  if (!/^[A-Za-z][\w+\-/]*$/.test(text)) return undefined;
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(text).timeZoneId;
  } catch {
    return undefined;
  }
}

function openZone(text: string): Zone {
  const name = canonicalName(text);
  if (name === undefined) throw new RangeError(`"${text}" is not an IANA time zone`);
  const known = zones.get(name);
  const zone = known ?? { name, pieces: new Map(), from: 0, to: 0, offset: 0 };
  zones.set(name, zone);
  zones.set(text, zone);
  if (known === undefined) find(0, zone);
  return zone;
}

function find(instant: number, zone: Zone): void {
  const index = Math.floor(instant / pieceMs);
  let piece = zone.pieces.get(index);
  if (piece === undefined) {
    piece = readPiece(index, zone.name);
    zone.pieces.set(index, piece);
  }
  let low = 0;
  let high = piece.starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((piece.starts[middle] ?? 0) <= instant) low = middle;
    else high = middle;
  }
  zone.from = piece.starts[low] ?? 0;
  zone.to = piece.starts[low + 1] ?? (index + 1) * pieceMs;
  zone.offset = piece.offsets[low] ?? 0;
}

function readPiece(index: number, name: string): Piece {
  const start = index * pieceMs;
  const bounded = Math.max(-farthestMs, Math.min(farthestMs, start));
  let at = Temporal.Instant.fromEpochMilliseconds(bounded).toZonedDateTimeISO(name);
  const starts = [start];
  const offsets = [at.offsetNanoseconds / 1e6];
  for (;;) {
    const next = at.getTimeZoneTransition('next');
    if (next === null || next.epochMilliseconds >= start + pieceMs) return { starts, offsets };
    starts.push(next.epochMilliseconds);
    offsets.push(next.offsetNanoseconds / 1e6);
    at = next;
  }
}
