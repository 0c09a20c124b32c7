import { createServer, type IncomingMessage, type Server, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type Call, callOf, type Place } from './calls.ts';
import { putOffByAttribute } from './delayed-messages.ts';
import { isAllowed, type Need, type Statement } from './policy.ts';

/** Whoever calls: a role of the template, by its ARN, with its statements, or who sets up the account. */
export type Principal = {
  readonly name: string;
  readonly may: readonly Statement[] | 'everything';
};

export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** A call that was let through, and its answer. */
export type Exchange = Call & {
  readonly principal: string;
  readonly service: string;
  readonly answer: Answer;
};

/** A call that the policies of its caller do not allow. */
export type Refusal = { readonly principal: string; readonly needs: readonly Need[] };

/** Stands between a call and its answer; undefined cuts the connection. */
export type Interception = (
  call: Call & { readonly principal: string },
  forward: () => Promise<Answer>,
) => Promise<Answer | undefined>;

type Options = {
  /** Where each service is; `other` for all that is not named. */
  readonly servers: Readonly<Record<'ses' | 'other', string>>;
  readonly place: Place;
  readonly now: () => number;
};

/**
 * All that the functions say to AWS goes through here. Each caller has an access key of its own; a call
 * that the policies of the template do not allow it is refused, as IAM would. moto would judge by the
 * action alone, and knows of no resource.
 */
export class Wire {
  readonly exchanges: Exchange[] = [];
  readonly refusals: Refusal[] = [];
  /** URLs of the queues that somebody has sent to since they were last looked at. */
  readonly sentTo = new Set<string>();
  intercept: Interception | undefined;
  readonly #options: Options;
  readonly #principals = new Map<string, Principal>();
  readonly #server: Server;
  #lastOfTables: Promise<unknown> = Promise.resolve();

  constructor(options: Options) {
    this.#options = options;
    this.#server = createServer((incoming, response) => {
      this.#answer(incoming).then(
        (answer) => {
          if (answer === undefined) return incoming.socket.destroy();
          response.writeHead(answer.status, answer.headers).end(answer.body);
        },
        (error: unknown) => {
          this.refusals.push({ principal: String(error), needs: [] });
          response.writeHead(500).end(String(error));
        },
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

  /** The access key that such a caller is known by. */
  admit(principal: Principal): string {
    const key = `AKIA${String(this.#principals.size).padStart(16, '0')}`;
    this.#principals.set(key, principal);
    return key;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /**
   * moto undoes a cancelled transaction by putting back a copy of the tables as they were when it began,
   * with whatever others had written meanwhile gone: so calls to tables wait for each other.
   */
  #oneByOne(pass: () => Promise<Answer>): Promise<Answer> {
    const passing = this.#lastOfTables.then(pass);
    this.#lastOfTables = passing.catch(() => {});
    return passing;
  }

  async #answer(incoming: IncomingMessage): Promise<Answer | undefined> {
    const body = await text(incoming);
    const { key, service } = scopeOf(incoming.headers.authorization ?? '');
    const principal = this.#principals.get(key);
    if (principal === undefined) throw new Error(`Nobody has the access key '${key}'.`);
    const forward = (content = body): Promise<Answer> => {
      const server = this.#options.servers[service === 'ses' ? 'ses' : 'other'];
      const pass = () => forwarded(incoming, content, server);
      return service === 'dynamodb' ? this.#oneByOne(pass) : pass();
    };
    if (principal.may === 'everything') return forward();
    const target = incoming.headers['x-amz-target'];
    const request = {
      service,
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      target: typeof target === 'string' ? target : undefined,
      body,
    };
    const call = { ...callOf(request, this.#options.place), principal: principal.name };
    const { may } = principal;
    const refused = call.needs.filter((need) => !isAllowed(need, may));
    if (refused.length > 0) {
      this.refusals.push({ principal: principal.name, needs: refused });
      return accessDenied(refused);
    }
    const to = /"QueueUrl":"([^"]+)"/.exec(body)?.[1];
    if (call.operation.startsWith('SendMessage') && to !== undefined) this.sentTo.add(to);
    const content = service === 'sqs' ? putOffByAttribute(body, this.#options.now()) : body;
    const complete = async (): Promise<Answer> => {
      const answer = await forward(content);
      this.exchanges.push({ ...call, service, answer });
      return answer;
    };
    return this.intercept === undefined ? complete() : this.intercept(call, complete);
  }
}

/** Who signed, and for which service: `Credential=key/date/region/service/aws4_request`. */
function scopeOf(authorization: string): { readonly key: string; readonly service: string } {
  const [, key = '', service = ''] =
    /Credential=([^/]+)\/\d+\/[^/]+\/([^/]+)\//.exec(authorization) ?? [];
  return { key, service };
}

function accessDenied(needs: readonly Need[]): Answer {
  const message = needs.map(({ action, resource }) => `${action} on ${resource}`).join(', ');
  return {
    status: 403,
    headers: { 'content-type': 'application/x-amz-json-1.0' },
    body: JSON.stringify({ __type: 'AccessDeniedException', message: `Not allowed: ${message}` }),
  };
}

function forwarded(incoming: IncomingMessage, body: string, server: string): Promise<Answer> {
  const { 'content-length': _, 'transfer-encoding': __, ...headers } = incoming.headers;
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const outgoing = send(
    new URL(incoming.url ?? '/', server),
    {
      method: incoming.method,
      // The host stays: moto makes the URLs of queues from it, and calls to them shall come here too.
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    },
    (response) => {
      text(response).then((content) => {
        const type = response.headers['content-type'];
        const answerHeaders = typeof type === 'string' ? { 'content-type': type } : {};
        resolve({ status: response.statusCode ?? 500, headers: answerHeaders, body: content });
      }, reject);
    },
  );
  outgoing.on('error', reject);
  outgoing.end(body);
  return promise;
}
