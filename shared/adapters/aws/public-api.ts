import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { PublicApi } from '../../ports/public-api.ts';

/** As long as the public API itself may take, in ms. */
const timeoutMs = 10_000;

/** Calls the API under its public URL, each time over a connection of its own: minutes lie between. */
export const publicApiAt = (url: string, options: { timeoutMs?: number } = {}): PublicApi => ({
  post: (path, { writeKey, body }) =>
    new Promise((resolve, reject) => {
      const bytes = Buffer.from(JSON.stringify(body));
      const send = url.startsWith('https:') ? httpsRequest : httpRequest;
      const request = send(
        `${url}${path}`,
        {
          method: 'POST',
          headers: {
            authorization: `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`,
            'content-type': 'application/json',
            'content-length': bytes.length,
            'user-agent': 'perennial-canary',
          },
          agent: false,
          signal: AbortSignal.timeout(options.timeoutMs ?? timeoutMs),
        },
        (response) => {
          response.on('error', () => {}); // the status is known, and the rest is thrown away
          response.resume();
          resolve(response.statusCode ?? 0);
        },
      );
      request.on('error', reject);
      request.end(bytes);
    }),
});
