import { lookup } from 'node:dns';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { SendAnswer, Webhook, WebhookSender } from '../../ports/senders.ts';
import { isPublicAddress } from './public-address.ts';

/** How long an endpoint may take to answer, in ms. */
const timeoutMs = 15_000;

/** What is read of an answer before it is cut off: it is thrown away. */
const maxAnswerBytes = 64 * 1024;

type Options = {
  readonly timeoutMs?: number;
  /** Whether an address may be called; replaced in tests alone, whose endpoints are on this machine. */
  readonly mayCall?: (address: string) => boolean;
  /** Certificates to trust besides the usual ones. */
  readonly certificates?: string;
};

/**
 * Webhooks over HTTPS. A name is resolved here, and the call goes to just the address that was looked
 * at, so no name can lead into a private network. Redirects are answers like any other.
 */
export const httpsWebhookSender = (options: Options = {}): WebhookSender => ({
  send: async (webhook) => {
    try {
      const { status, retryAfter } = await post(webhook, options);
      return answerOf(status, retryAfter);
    } catch (error) {
      if (error instanceof PrivateAddress) {
        return { kind: 'rejected', reason: 'private-address' };
      }
      // Not reached, cut off or too slow: whether it arrived is not known, and it may be sent again.
      return { kind: 'throttled', reason: 'no-answer' };
    }
  },
});

/** What an endpoint's status says: 2xx took it; 408, 425, 429 and 5xx may take it later; all else never will. */
export function answerOf(status: number, retryAfter: string | undefined): SendAnswer {
  const reason = `http-${status}`;
  if (status >= 200 && status < 300) return { kind: 'accepted', providerId: reason };
  const isLater = status >= 500 || [408, 425, 429].includes(status);
  if (!isLater) return { kind: 'rejected', reason };
  const seconds = Number(retryAfter);
  const isAsked = retryAfter !== undefined && Number.isFinite(seconds) && seconds > 0;
  return { kind: 'throttled', reason, ...(isAsked && { retryAfterSeconds: Math.ceil(seconds) }) };
}

class PrivateAddress extends Error {
  override readonly name = 'PrivateAddress';
}

type Status = { readonly status: number; readonly retryAfter: string | undefined };

function post({ url, headers, body }: Webhook, options: Options): Promise<Status> {
  const { mayCall = isPublicAddress, certificates } = options;
  const { hostname } = new URL(url);
  const literal = hostname.replace(/^\[(.*)\]$/, '$1');
  // An address in figures is never looked up.
  if (/^[\d.]+$|:/.test(literal) && !mayCall(literal)) {
    return Promise.reject(new PrivateAddress('A private address is not called.'));
  }
  return new Promise((resolve, reject) => {
    const bytes = Buffer.from(body);
    const request = httpsRequest(
      url,
      {
        method: 'POST',
        headers: { ...headers, 'content-length': bytes.length },
        agent: false,
        lookup: guardedLookup(mayCall),
        signal: AbortSignal.timeout(options.timeoutMs ?? timeoutMs),
        ...(certificates !== undefined && { ca: certificates }),
      },
      (response) => {
        let read = 0;
        response.on('data', (chunk: Buffer) => {
          read += chunk.length;
          if (read > maxAnswerBytes) response.destroy();
        });
        response.on('error', () => {}); // the status is known, and the rest is thrown away
        resolve({
          status: response.statusCode ?? 0,
          retryAfter: response.headers['retry-after'],
        });
      },
    );
    request.on('error', reject);
    request.end(bytes);
  });
}

/** Looks a name up and hands on only what may be called; a name with any private address is refused as a whole. */
const guardedLookup =
  (mayCall: (address: string) => boolean): LookupFunction =>
  (hostname, options, done) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return done(error, '');
      const [first] = addresses;
      if (first === undefined || addresses.some(({ address }) => !mayCall(address))) {
        return done(new PrivateAddress('A private address is not called.'), '');
      }
      if (options.all === true) return done(null, addresses);
      done(null, first.address, first.family);
    });
  };
