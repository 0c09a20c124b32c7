import { normaliseEmail, normaliseId, normalisePhone } from '../identity/identifier.ts';
import type { Input, InputIdentifiers } from './input.ts';

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

/** An ISO date-time with an offset as UTC with milliseconds; absent: when it was received. What lies ahead does not count until then. */
export const readInstant = (text: string | undefined, receivedAt: string): string =>
  text === undefined ? receivedAt : new Date(text).toISOString();

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
  read('externalId', externalId && normaliseId(externalId), 'must be 1 to 256 characters');
  read(
    'email',
    email && normaliseEmail(email),
    'is not an email address, such as anna@example.com',
  );
  const country =
    defaultCountry === undefined
      ? 'begin with + and the country code'
      : `begin with + or be a number of ${defaultCountry}`;
  read(
    'phone',
    phone && normalisePhone(phone, defaultCountry),
    `is not a phone number: it must ${country}`,
  );
  read('anonymousId', anonymousId && normaliseId(anonymousId), 'must be 1 to 256 characters');
  return { identifiers, issues };
}

export const noIdentifier = (names: string): ReadingIssue => ({
  path: [],
  message: `nobody is named: send at least one of ${names}`,
});
