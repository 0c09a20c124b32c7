import { type Device, devicePlatforms } from '../profiles/profile.ts';

/** What an input says of the device it comes from. */
export type GivenDevice = Pick<Device, 'token' | 'platform'>;

/** Longer than any push service's token, and short enough to be a key. */
const maxTokenCharacters = 1_000;

/**
 * The device in the `context` of a Segment call, as its mobile libraries send it; undefined when it
 * takes no push messages, or is of another kind.
 */
export function readDevice(context: Readonly<Record<string, unknown>>): GivenDevice | undefined {
  const { device } = context;
  if (typeof device !== 'object' || device === null) return undefined;
  const { token, type } = device as { readonly token?: unknown; readonly type?: unknown }; // any object may be asked
  if (typeof token !== 'string' || typeof type !== 'string') return undefined;
  const platform = devicePlatforms.find((one) => one === type.toLowerCase());
  const isToken = /^[\x21-\x7e]+$/.test(token) && token.length <= maxTokenCharacters;
  return platform === undefined || !isToken ? undefined : { token, platform };
}

/** Devices kept of a person; the oldest go. */
const maxDevices = 5;

/** A device that comes again sooner is not written again, in ms. */
const freshMs = 60 * 60_000;

/** The devices of a person after one came with an input, the latest first; the same ones when that is no news. */
export function withDevice(
  known: readonly Device[] | undefined,
  given: GivenDevice | undefined,
  at: string,
): readonly Device[] | undefined {
  if (given === undefined) return known;
  const before = known?.find(({ token }) => token === given.token);
  if (before !== undefined && Date.parse(at) < Date.parse(before.at) + freshMs) return known;
  const others = known?.filter((one) => one !== before) ?? [];
  return [{ ...given, at }, ...others]
    .toSorted((left, right) => Date.parse(right.at) - Date.parse(left.at))
    .slice(0, maxDevices);
}
