import { canarySource, isCanaryLead } from '../canary/canary.ts';
import { normaliseEmail, normaliseId, normalisePhone } from '../identity/identifier.ts';
import type { Input, InputIdentifiers } from './input.ts';
import { findHalfPair } from './storable.ts';

/** What is wrong with something a site sent, and where. */
export type ReadingIssue = { readonly path: readonly PropertyKey[]; readonly message: string };

export type Reading =
  | { readonly ok: true; readonly input: Input }
  | { readonly ok: false; readonly issues: readonly ReadingIssue[] };

/** What the request adds to what a site sent. */
export type ReadingContext = {
  /** The source whose write key was used. */
  readonly source: string;
  /** ISO. */
  readonly receivedAt: string;
  readonly defaultCountry: string | undefined;
  readonly newId: () => string;
};

/** Of one input: the quarantine must be able to hold it whole, in an item of 400 KB. */
const maxInputBytes = 256 * 1024;

/** UTC with milliseconds; undefined outside the years 0 to 9999, whose texts sort as their instants do. What lies ahead does not count until then. */
export function readInstant(instant: number): string | undefined {
  if (Number.isNaN(instant) || Math.abs(instant) > 8.64e15) return undefined;
  const text = new Date(instant).toISOString();
  return text.length === 24 ? text : undefined;
}

export const wrongInstant = (field: string): ReadingIssue => ({
  path: [field],
  message: 'is no time of the years 0 to 9999',
});

/** An input that is whole: what the tables and the quarantine could not hold is refused at the door. */
export function wholeInput(input: Input): Reading {
  if (input.source === canarySource && !isCanaryLead(input)) {
    const message =
      'this write key is for Perennial to watch itself with: make one with POST /admin/sources/{id}/keys';
    return { ok: false, issues: [{ path: [], message }] };
  }
  const json = JSON.stringify(input);
  if (json.length * 3 > maxInputBytes && new TextEncoder().encode(json).length > maxInputBytes) {
    const message = `must be at most ${maxInputBytes / 1024} KB in all`;
    return { ok: false, issues: [{ path: [], message }] };
  }
  const fault = findHalfPair(input, json);
  if (fault === undefined) return { ok: true, input };
  const path = fault.path[0] === 'identifiers' ? fault.path.slice(1) : fault.path;
  return { ok: false, issues: [{ ...fault, path }] };
}

/** A reading whose faults have the paths of what the site sent. */
export function renamed(
  reading: Reading,
  rename: (path: readonly PropertyKey[]) => readonly (PropertyKey | undefined)[],
): Reading {
  if (reading.ok) return reading;
  const issues = reading.issues.map((issue) => ({
    ...issue,
    path: rename(issue.path).filter((part) => part !== undefined),
  }));
  return { ok: false, issues };
}

type RawIdentifiers = { readonly [Kind in keyof InputIdentifiers]?: string | undefined };

/** Identifiers normalised; each that is not one is an issue with its field and the fix. */
export function readIdentifiers(
  raw: RawIdentifiers,
  defaultCountry: string | undefined,
): { readonly identifiers: InputIdentifiers; readonly issues: readonly ReadingIssue[] } {
  const identifiers: Record<string, string> = {};
  const issues: ReadingIssue[] = [];
  const read = (kind: keyof InputIdentifiers, value: string | undefined, fix: string): void => {
    if (value !== undefined) identifiers[kind] = value;
    else if (raw[kind] !== undefined) issues.push({ path: [kind], message: fix });
  };
  const { externalId, email, phone, anonymousId } = raw;
  read(
    'externalId',
    externalId === undefined ? undefined : normaliseId(externalId),
    'must be 1 to 256 characters',
  );
  read(
    'email',
    email === undefined ? undefined : normaliseEmail(email),
    'is not an email address, such as anna@example.com',
  );
  const country =
    defaultCountry === undefined
      ? 'begin with + and the country code'
      : `begin with + or be a number of ${defaultCountry}`;
  read(
    'phone',
    phone === undefined ? undefined : normalisePhone(phone, defaultCountry),
    `is not a phone number: it must ${country}`,
  );
  read(
    'anonymousId',
    anonymousId === undefined ? undefined : normaliseId(anonymousId),
    'must be 1 to 256 characters',
  );
  return { identifiers, issues };
}

export const noIdentifier = (names: string): ReadingIssue => ({
  path: [],
  message: `nobody is named: send at least one of ${names}`,
});
