import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js';

/** What a person can be known by, strongest first. */
export const identifierKinds = ['externalId', 'email', 'phone', 'anonymousId'] as const;
export type IdentifierKind = (typeof identifierKinds)[number];

export type Identifier = { readonly kind: IdentifierKind; readonly value: string };

/** One person per key. */
export const identifierKey = (identifier: Identifier): string =>
  `${identifier.kind}#${identifier.value}`;

// One @, no dot at the ends of what stands before it, no spaces or invisible characters, a domain with a dot: what the mail system itself can check is left to it.
const emailPattern = /^(?!\.)[^\s\p{C}@<>()[\],;:\\"]{1,64}(?<!\.)@[^\s\p{C}@<>()[\],;:\\"/?#%]+$/u;
const domainPattern =
  /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])$/;

/** Far more than an address has, with spaces around it. Bringing marks into order takes the square of their number. */
const maxEmailText = 2048;

/** Trimmed and in lower case, the domain in its ASCII form; undefined when it is no address. */
export function normaliseEmail(text: string): string | undefined {
  if (text.length > maxEmailText) return undefined;
  const email = text.trim().normalize('NFC').toLowerCase();
  if (email.length > 254 || !emailPattern.test(email) || email.includes('..')) return undefined;
  const at = email.lastIndexOf('@');
  const domain = asciiDomain(email.slice(at + 1));
  return domainPattern.test(domain) ? `${email.slice(0, at)}@${domain}` : undefined;
}

function asciiDomain(domain: string): string {
  // Plain ASCII is the common case; the URL parser does the rest (IDNA).
  if (/^[a-z0-9.-]+$/.test(domain) || !URL.canParse(`http://${domain}`)) return domain;
  return new URL(`http://${domain}`).hostname;
}

/** Whether numbers of a country can be read without a country code: an ISO 3166 code that has a plan of numbers. */
export const isPhoneCountry = (code: string): boolean => isSupportedCountry(code);

/**
 * E.164; undefined when the text is not one number and nothing else, or has an extension. Without a
 * country code the default country is assumed, if there is one.
 */
export function normalisePhone(
  text: string,
  defaultCountry: string | undefined,
): string | undefined {
  const country =
    defaultCountry !== undefined && isSupportedCountry(defaultCountry) ? defaultCountry : undefined;
  const number = parsePhoneNumberFromString(text.trim(), {
    ...(country !== undefined && { defaultCountry: country }),
    extract: false,
  });
  return number?.isPossible() === true && number.ext === undefined ? number.number : undefined;
}

/** An id of the company's or of a browser: trimmed, 1 to 256 characters; case counts. */
export function normaliseId(text: string): string | undefined {
  const id = text.trim();
  return id === '' || id.length > 256 ? undefined : id;
}
