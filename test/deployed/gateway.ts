import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import * as z from 'zod';
import { type HttpAnswer, httpAnswer, httpEvent } from '../../infra/local/http-event.ts';
import type { LambdaProcess } from './lambda-process.ts';

export const routeSchema = z.looseObject({
  RouteKey: z.string(),
  AuthorizationType: z.enum(['NONE', 'JWT']),
  Target: z.string(),
});

export type Route = {
  /** Such as `POST /v1/{proxy+}`. */
  readonly key: string;
  readonly needsToken: boolean;
  readonly lambda: LambdaProcess;
};

export type HttpRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** The Cognito groups of whoever is logged in; without it nobody is. */
  readonly groups?: readonly string[];
};

export type Reply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
};

/** The HTTP API of the template: its routes, its authoriser's verdict as claims, Lambda's proxy events. */
export class Gateway {
  /** Known once the functions are there; the address is needed before, for their links. */
  routes: readonly Route[] = [];
  readonly #now: () => number;
  readonly #server: Server;

  constructor(now: () => number) {
    this.#now = now;
    this.#server = createServer((incoming, response) => {
      this.#arrived(incoming).then(
        ({ status, headers, text: body }) => response.writeHead(status, headers).end(body),
        () => response.writeHead(500).end('{"message":"Internal Server Error"}'),
      );
    });
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, '127.0.0.1', resolve);
    });
  }

  get url(): string {
    // A server that listens on TCP has an address object.
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** From outside: nobody there has a token. */
  async #arrived(incoming: IncomingMessage): Promise<Reply> {
    const { method = '', url: path = '' } = incoming;
    const headers = Object.fromEntries(
      Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
    );
    return this.answer({ method, path, headers, body: await text(incoming) });
  }

  async answer(request: HttpRequest): Promise<Reply> {
    const { method, path, headers = {}, body, groups } = request;
    const pathname = path.split('?')[0] ?? '';
    const route = this.routes.find(({ key }) => matches(key, method, pathname));
    if (route === undefined) return refusal(404, 'Not Found');
    if (route.needsToken && groups === undefined) return refusal(401, 'Unauthorized');
    const isText = typeof body === 'string';
    const type = body === undefined || isText ? {} : { 'content-type': 'application/json' };
    const arrived = {
      method,
      target: path,
      headers: { host: new URL(this.url).host, ...type, ...headers },
      body: Buffer.from(body === undefined ? '' : isText ? body : JSON.stringify(body)),
      sourceIp: '203.0.113.7',
    };
    const about = { requestId: crypto.randomUUID(), nowMs: this.#now() };
    const authorizer = route.needsToken
      ? { jwt: { claims: claimsOf(groups), scopes: null } }
      : undefined;
    const event = httpEvent(arrived, about, authorizer);
    const answer = await route.lambda.invoke({
      ...event,
      routeKey: route.key,
      requestContext: { ...event.requestContext, routeKey: route.key },
    });
    return read(httpAnswer(answer));
  }
}

const read = ({ status, headers, body }: HttpAnswer): Reply => ({
  status,
  headers,
  text: Buffer.from(body).toString(),
});

const refusal = (status: number, message: string): Reply => ({
  status,
  headers: { 'content-type': 'application/json' },
  text: JSON.stringify({ message }),
});

/** API Gateway hands every claim of an access token over as text, a list as `[a b]`. */
const claimsOf = (groups: readonly string[] = []): Readonly<Record<string, string>> => ({
  sub: '6f0c2d3e-mia',
  username: 'mia',
  token_use: 'access',
  client_id: 'story',
  'cognito:groups': `[${groups.join(' ')}]`,
});

/** `{name}` is one part of a path, `{name+}` all the rest. */
function matches(key: string, method: string, path: string): boolean {
  const [verb = '', pattern = ''] = key.split(' ');
  if (verb !== 'ANY' && verb !== method) return false;
  const expression = pattern.replaceAll(/\{\w+\+\}/g, '.+').replaceAll(/\{\w+\}/g, '[^/]+');
  return new RegExp(`^${expression}$`).test(path);
}
