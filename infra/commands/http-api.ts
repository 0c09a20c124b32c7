import type { RequestOptions } from '../local/world-request.ts';
import type { AdminApi } from './demo-data.ts';

/** The API of a world that listens, over its socket. */
export function httpApi(url: string, adminToken: string): AdminApi {
  return {
    request: async (method, path, options) => {
      const { body, headers = {}, admin = false } = options ?? {};
      const answer = await fetch(new URL(path, url), {
        method,
        headers: {
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(admin && { authorization: `Bearer ${adminToken}` }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      return {
        status: answer.status,
        headers: Object.fromEntries(answer.headers),
        text,
        json: () => JSON.parse(text) as unknown,
      };
    },
  };
}

/** What an API answers to `METHOD /path`; throws with its own words when it refuses. */
export async function ask(
  api: AdminApi,
  what: `${'GET' | 'PUT' | 'POST'} /${string}`,
  options: RequestOptions = {},
): Promise<unknown> {
  const [method = '', path = ''] = what.split(' ');
  const answer = await api.request(method, path, options);
  if (answer.status >= 300) throw new Error(`${what} answered ${answer.status}: ${answer.text}`);
  return answer.headers['content-type']?.includes('json') ? answer.json() : answer.text;
}

/** The same with the admin token. */
export const askAdmin = (
  api: AdminApi,
  what: Parameters<typeof ask>[1],
  body?: unknown,
): Promise<unknown> => ask(api, what, { admin: true, body });
