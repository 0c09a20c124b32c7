import { Temporal } from 'temporal-polyfill';

const dayMs = 86_400_000;

/** About 8.7 years: a zone's transitions are looked up in pieces of this length, when first asked for. */
const pieceMs = 2 ** 38;

/** About 25 days: where in a piece to begin looking. */
const slotMs = 2 ** 31;

/** The instants that a calendar can name: 100 million days around 1970. */
const farthestMs = 8.64e15;

/** `offsets[i]` holds from `starts[i]` until `starts[i + 1]`; `slots` has the position at each slot's start. */
type Piece = {
  readonly startMs: number;
  readonly starts: readonly number[];
  readonly offsets: readonly number[];
  readonly slots: readonly number[];
  /** The largest offset less the smallest. */
  readonly spreadMs: number;
};

type Zone = { readonly name: string; readonly pieces: Map<number, Piece>; latest: Piece };

const zones = new Map<string, Zone>();

/** An IANA time zone such as `Europe/Riga`; offsets like `+02:00` are none. */
export const isTimeZone = (text: unknown): text is string =>
  typeof text === 'string' && (zones.has(text) || canonicalName(text) !== undefined);

/** The person's own zone when it is one, else the company's. */
export const personTimeZone = (attribute: unknown, companyTimeZone: string): string =>
  isTimeZone(attribute) ? attribute : companyTimeZone;

/** Milliseconds that the zone's wall clock is ahead of UTC at an instant. */
export const offsetAt = (instant: number, timeZone: string): number =>
  timeZone === 'UTC' ? 0 : offsetIn(zoneNamed(timeZone), instant);

/**
 * No zone's offset changes by more, from any time to any other: crossing the date line made 25 hours
 * between a winter and the next summer of Pacific/Apia.
 */
export const widestSpreadMs = 26 * 3_600_000;

/** The most by which a zone's offsets within a span of time may differ. */
export function offsetSpread(from: number, to: number, timeZone: string): number {
  if (timeZone === 'UTC') return 0;
  const zone = zoneNamed(timeZone);
  const isLatest = from >= zone.latest.startMs && to < zone.latest.startMs + pieceMs;
  if (isLatest) return zone.latest.spreadMs;
  const index = Math.floor(from / pieceMs);
  return index === Math.floor(to / pieceMs) ? pieceOf(zone, index).spreadMs : widestSpreadMs;
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
  const zone = zoneNamed(timeZone);
  const before = local - offsetIn(zone, local - dayMs);
  const after = local - offsetIn(zone, local + dayMs);
  if (before === after || before + offsetIn(zone, before) === local) return before;
  return after + offsetIn(zone, after) === local ? after : before;
}

/** Both instants at which the wall clock reads `local`, earlier first; in a gap the first instant after it. */
export function instantsOfLocal(local: number, timeZone: string): readonly number[] {
  const before = local - offsetAt(local - dayMs, timeZone);
  const after = local - offsetAt(local + dayMs, timeZone);
  const readings = [...new Set([before, after])].filter((one) => toLocal(one, timeZone) === local);
  if (readings.length > 0) return readings.sort((a, b) => a - b);
  // The clock skipped less than a day before.
  return [changeBetween(before - dayMs, before, timeZone)];
}

/** The first instant with the offset that holds at `to`, when the clock was changed once since `from`. */
export function changeBetween(from: number, to: number, timeZone: string): number {
  const offset = offsetAt(to, timeZone);
  let low = from;
  let high = to;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle, timeZone) === offset) high = middle;
    else low = middle;
  }
  return high;
}

/** A zone's name as the IANA database writes it: `europe/riga` is `Europe/Riga`. Undefined when it is none. */
export function canonicalName(text: string): string | undefined {
  if (!/^[A-Za-z][\w+\-/]*$/.test(text)) return undefined;
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(text).timeZoneId;
  } catch {
    return undefined;
  }
}

/** Most instants are asked in the same zone as the one before, which spares the look-up. */
let latest: { readonly text: string; readonly zone: Zone } | undefined;

function zoneNamed(text: string): Zone {
  if (latest !== undefined && latest.text === text) return latest.zone;
  const zone = zones.get(text) ?? openZone(text);
  latest = { text, zone };
  return zone;
}

function openZone(text: string): Zone {
  const name = canonicalName(text);
  if (name === undefined) throw new RangeError(`"${text}" is not an IANA time zone`);
  const zone = zones.get(name) ?? { name, pieces: new Map(), latest: readPiece(0, name) };
  zones.set(name, zone);
  zones.set(text, zone);
  return zone;
}

function offsetIn(zone: Zone, instant: number): number {
  let piece = zone.latest;
  let ofPieceMs = instant - piece.startMs;
  if (ofPieceMs < 0 || ofPieceMs >= pieceMs) {
    piece = pieceOf(zone, Math.floor(instant / pieceMs));
    zone.latest = piece;
    ofPieceMs = instant - piece.startMs;
  }
  let at = piece.slots[Math.floor(ofPieceMs / slotMs)] ?? 0;
  while ((piece.starts[at + 1] ?? 0) <= instant) at++;
  return piece.offsets[at] ?? 0;
}

function pieceOf(zone: Zone, index: number): Piece {
  const piece = zone.pieces.get(index) ?? readPiece(index, zone.name);
  zone.pieces.set(index, piece);
  return piece;
}

function readPiece(index: number, name: string): Piece {
  const startMs = index * pieceMs;
  const bounded = Math.max(-farthestMs, Math.min(farthestMs, startMs));
  let at = Temporal.Instant.fromEpochMilliseconds(bounded).toZonedDateTimeISO(name);
  const starts = [startMs];
  const offsets = [at.offsetNanoseconds / 1e6];
  for (;;) {
    const next = at.getTimeZoneTransition('next');
    if (next === null || next.epochMilliseconds >= startMs + pieceMs) break;
    starts.push(next.epochMilliseconds);
    offsets.push(next.offsetNanoseconds / 1e6);
    at = next;
  }
  const slots = Array.from({ length: pieceMs / slotMs }, (_, slot) =>
    starts.findLastIndex((start) => start <= startMs + slot * slotMs),
  );
  const spreadMs = Math.max(...offsets) - Math.min(...offsets);
  return { startMs, starts: [...starts, Number.POSITIVE_INFINITY], offsets, slots, spreadMs };
}
