import { randomUUID } from 'node:crypto';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Authorizer } from './authorizer.ts';
import type { Failures } from './failures.ts';
import {
  gatewayError,
  type HttpAnswer,
  type HttpRequest,
  httpAnswer,
  httpEvent,
  maxPayloadBytes,
} from './http-event.ts';
import type { Invocations, LoadedFunction } from './invocations.ts';

type Options = {
  readonly functions: readonly LoadedFunction[];
  readonly invocations: Invocations;
  readonly failures: Failures;
  readonly authorizer: Authorizer;
  readonly clock: Clock;
  /** The world's own pages; undefined for every other path. */
  readonly local: (request: HttpRequest) => Promise<HttpAnswer | undefined>;
  readonly onEnd: () => void;
};

const corsHeaders = { 'access-control-allow-origin': '*' };
const preflightHeaders = {
  ...corsHeaders,
  'access-control-allow-methods': 'GET,POST,PUT,DELETE,OPTIONS',
  'access-control-allow-headers': 'authorization,content-type,x-write-key',
  'access-control-max-age': '86400',
};

/** The HTTP API in front of the two HTTP functions: size limit, CORS, the authoriser, events and answers. */
export class HttpGateway {
  readonly #options: Options;
  readonly #public: LoadedFunction | undefined;
  readonly #admin: LoadedFunction | undefined;

  constructor(options: Options) {
    this.#options = options;
    const find = (api: 'public' | 'admin') =>
      options.functions.find(
        ({ row: { trigger } }) => trigger.kind === 'http' && trigger.api === api,
      );
    this.#public = find('public');
    this.#admin = find('admin');
  }

  async answer(request: HttpRequest): Promise<HttpAnswer> {
    const local = await this.#options.local(request);
    if (local) return local;
    const isCrossOrigin = request.headers['origin'] !== undefined;
    if (isCrossOrigin && isPreflight(request)) return preflightAnswer;
    const answer = await this.#forward(request);
    return isCrossOrigin ? { ...answer, headers: { ...answer.headers, ...corsHeaders } } : answer;
  }

  async #forward(request: HttpRequest): Promise<HttpAnswer> {
    if (request.body.length > maxPayloadBytes) {
      return gatewayError(413, 'Request Entity Too Large');
    }
    const isAdmin = /^\/admin(?:[/?]|$)/.test(request.target);
    if (!isAdmin) return this.#invoke(this.#public, request);
    const { authorizer, clock } = this.#options;
    const authorized = await authorizer.authorize(request.headers['authorization'], clock.now());
    if (!authorized) return unauthorized;
    return this.#invoke(this.#admin, request, authorized);
  }

  async #invoke(
    loaded: LoadedFunction | undefined,
    request: HttpRequest,
    authorized?: Record<string, unknown>,
  ): Promise<HttpAnswer> {
    if (!loaded) return gatewayError(404, 'Not Found');
    const { invocations, failures, clock, onEnd } = this.#options;
    const about = { requestId: randomUUID(), nowMs: clock.now() };
    try {
      return httpAnswer(await invocations.start(loaded, httpEvent(request, about, authorized)));
    } catch (error) {
      failures.add(loaded.row.file, error);
      return gatewayError(500, 'Internal Server Error');
    } finally {
      onEnd();
    }
  }
}

const isPreflight = (request: HttpRequest): boolean =>
  request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;

const preflightAnswer: HttpAnswer = {
  status: 204,
  headers: preflightHeaders,
  cookies: [],
  body: new Uint8Array(),
};

const unauthorized: HttpAnswer = {
  ...gatewayError(401, 'Unauthorized'),
  headers: { 'content-type': 'application/json', 'www-authenticate': 'Bearer' },
};
