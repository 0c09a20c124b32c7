import type { PublicApi } from '../ports/public-api.ts';

/** A post to the public API, byte for byte as a website would make it. */
export type PublicPost = {
  /** The path and the query, encoded. */
  readonly target: string;
  /** Names in lower case; what a connection adds of itself is not among them. */
  readonly headers: {
    readonly authorization: string;
    readonly 'content-type': string;
    readonly 'content-length': string;
    readonly 'user-agent': string;
  };
  readonly body: Uint8Array;
};

/** The same for every adapter, so that the API cannot tell them apart. */
export function publicPost(
  ...[path, { writeKey, body }]: Parameters<PublicApi['post']>
): PublicPost {
  // Undefined for what JSON has no word for, which its type does not say.
  const json: string | undefined = JSON.stringify(body);
  if (json === undefined) throw new TypeError('The body of a post must be JSON.');
  const { pathname, search } = new URL(path, 'http://localhost');
  const bytes = Buffer.from(json);
  return {
    target: pathname + search,
    headers: {
      authorization: `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`,
      'content-type': 'application/json',
      'content-length': String(bytes.length),
      'user-agent': 'perennial-canary',
    },
    body: bytes,
  };
}
