import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { type PublicApi, postTimeoutMs } from '../../ports/public-api.ts';
import { type PublicPost, publicPost } from '../public-post.ts';

/** Calls the API under its public URL, each time over a connection of its own: minutes lie between. */
export const publicApiAt = (url: string, options: { timeoutMs?: number } = {}): PublicApi => ({
  post: async (...call) => send(url, publicPost(...call), options.timeoutMs ?? postTimeoutMs),
});

const send = (url: string, post: PublicPost, timeoutMs: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const open = url.startsWith('https:') ? httpsRequest : httpRequest;
    const request = open(
      url + post.target,
      {
        method: 'POST',
        headers: post.headers,
        agent: false,
        signal: AbortSignal.timeout(timeoutMs),
      },
      (response) => {
        response.on('error', () => {}); // the status is known, and the rest is thrown away
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    request.on('error', reject);
    request.end(post.body);
  });
