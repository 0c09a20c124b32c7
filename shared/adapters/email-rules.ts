import { domainToASCII } from 'node:url';
import type { Email, SendAnswer } from '../ports/senders.ts';

/** Recipients of one bulk call of SES. */
export const emailsPerCall = 50;

/** Content is escaped twice on its way into a call of 1 MB, which takes a third more room at most in practice. */
export const contentBytesPerCall = 700_000;

/** Characters SES takes as one recipient's replacement data (`EmailTemplateData`). */
const replacementDataLength = 262_144;

/** Bytes of one call with an inline template, less a margin for what surrounds the entries. */
const callBytes = 980_000;

/** Characters of a header's value (`MessageHeaderValue`). */
const headerValueLength = 870;

/** Everything a recipient sees, as SES is given it. */
export const replacementData = ({ subject, html, text }: Email): string =>
  JSON.stringify({ subject, html: untracked(html), text });

/** SES would count clicks by leading links through its own servers: which clicks are told of, and how, is decided before. */
const untracked = (html: string): string => html.replaceAll(/<a(?=\s)/gi, '$& ses:no-track');

/** SES takes no international addresses: the domain goes as Punycode, the part before `@` must be ASCII. */
export function asciiAddress(address: string): string | undefined {
  const at = address.lastIndexOf('@');
  const local = address.slice(0, Math.max(at, 0));
  const domain = domainToASCII(address.slice(at + 1));
  return /^[!-~]+$/.test(local) && domain !== '' ? `${local}@${domain}` : undefined;
}

/** Why SES would refuse a whole call for this one email, which is then not among its entries. */
export function refusalOf(email: Email, data: string): SendAnswer | undefined {
  if (asciiAddress(email.to) === undefined) return rejected('INVALID_ADDRESS');
  if (data.length > replacementDataLength) return rejected('CONTENT_TOO_LARGE');
  const isTooLong = (value: string) => value.length > headerValueLength;
  if (Object.values(email.headers).some(isTooLong)) return rejected('HEADER_TOO_LONG');
  return undefined;
}

/**
 * Says of each next entry of a call, by its bytes as JSON, whether it still fits: a call that is too
 * large would be refused whole, again and again, so what does not fit goes later.
 */
export function callRoom(): (entryBytes: number) => SendAnswer | undefined {
  let bytes = 0;
  return (entryBytes) => {
    if (bytes > 0 && bytes + entryBytes > callBytes) {
      return { kind: 'throttled', reason: 'CALL_TOO_LARGE' };
    }
    bytes += entryBytes;
    return undefined;
  };
}

const rejected = (reason: string): SendAnswer => ({ kind: 'rejected', reason });
