import type { HttpAnswer, HttpRequest } from './http-event.ts';

export type RequestOptions = {
  /** Text and forms go as they are; anything else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** With the world's own admin token, or that of the person of this name. */
  readonly admin?: boolean | string;
  /** The groups of that person, instead of `admin`. */
  readonly groups?: readonly string[];
};

export function asHttpRequest(
  method: string,
  target: string,
  { body, headers = {} }: RequestOptions,
  adminToken: string | undefined,
): HttpRequest {
  const { text, contentType } = bodyOf(body);
  const lowered = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return {
    method,
    target,
    headers: {
      host: 'localhost',
      ...(contentType && { 'content-type': contentType }),
      ...(adminToken && { authorization: `Bearer ${adminToken}` }),
      ...Object.fromEntries(lowered),
    },
    body: Buffer.from(text),
    sourceIp: '127.0.0.1',
  };
}

function bodyOf(body: unknown): { text: string; contentType?: string } {
  if (body === undefined) return { text: '' };
  if (typeof body === 'string') return { text: body, contentType: 'application/json' };
  if (body instanceof URLSearchParams) {
    return { text: body.toString(), contentType: 'application/x-www-form-urlencoded' };
  }
  return { text: JSON.stringify(body), contentType: 'application/json' };
}

/** An answer as tests and the demo read it. */
export type WorldAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** Unknown content: to be parsed or asserted by who asked. */
  readonly json: () => unknown;
};

export function asWorldAnswer(answer: HttpAnswer): WorldAnswer {
  const text = Buffer.from(answer.body).toString('utf8');
  return {
    status: answer.status,
    headers: answer.headers,
    text,
    json: () => JSON.parse(text) as unknown,
  };
}
