import { isSafe, type Units } from './decimal.ts';

/** Above this a number is read and written as a bigint: doubling it for the sign must stay exact. */
const exact = 2 ** 52;

/** Unsigned LEB128. */
export function writeCount(bytes: number[], count: number): void {
  let rest = count;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
}

/** Zigzag LEB128: small amounts of either sign take few bytes. */
export function writeUnits(bytes: number[], units: Units): void {
  if (isSafe(units)) return writeCount(bytes, units < 0 ? -2 * units - 1 : 2 * units);
  const whole = BigInt(units);
  let rest = whole < 0n ? -2n * whole - 1n : 2n * whole;
  while (rest >= 128n) {
    bytes.push(Number(rest % 128n) + 128);
    rest /= 128n;
  }
  bytes.push(Number(rest));
}

export type Reader = { readonly bytes: Uint8Array; at: number };

export function readCount(reader: Reader): number {
  const { bytes } = reader;
  let byte = bytes[reader.at++] ?? 0;
  if (byte < 128) return byte;
  let count = byte - 128;
  let weight = 128;
  do {
    if (reader.at >= bytes.length) throw new RangeError('The packed ledger ends too early');
    byte = bytes[reader.at++] ?? 0;
    count += (byte & 127) * weight;
    weight *= 128;
  } while (byte >= 128);
  return count;
}

export function readUnits(reader: Reader): Units {
  const start = reader.at;
  const count = readCount(reader);
  if (count < exact) return count % 2 === 0 ? count / 2 : -(count + 1) / 2;
  let whole = 0n;
  for (let at = reader.at - 1; at >= start; at--) {
    whole = whole * 128n + BigInt((reader.bytes[at] ?? 0) & 127);
  }
  return whole % 2n === 0n ? whole / 2n : -(whole + 1n) / 2n;
}
