import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { HttpAnswer, HttpRequest } from './http-event.ts';
import { gatewayError, maxPayloadBytes } from './http-event.ts';

/**
 * As long as load balancers keep connections that wait: a busy process takes new ones one by one, and who
 * holds a connection must not lose a request to its end.
 */
const keepAliveTimeout = 65_000;

/** A socket in front of the world. Bodies are read only as far as API Gateway would take them. */
export function httpServer(answer: (request: HttpRequest) => Promise<HttpAnswer>): Server {
  return createServer({ keepAliveTimeout }, (incoming, outgoing) => {
    readRequest(incoming)
      .then(answer)
      .catch(() => gatewayError(500, 'Internal Server Error'))
      .then((answered) => writeAnswer(outgoing, answered, incoming.method === 'HEAD'))
      .catch(() => outgoing.destroy());
  });
}

async function readRequest(incoming: IncomingMessage): Promise<HttpRequest> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of incoming as AsyncIterable<Uint8Array>) {
    bytes += part.length;
    // One byte over the limit is enough to be refused.
    if (bytes <= maxPayloadBytes + part.length) parts.push(part);
  }
  const headers = Object.entries(incoming.headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(',') : (value ?? ''),
  ]);
  return {
    method: incoming.method ?? 'GET',
    target: incoming.url ?? '/',
    headers: Object.fromEntries(headers),
    body: Buffer.concat(parts),
    sourceIp: incoming.socket.remoteAddress?.replace(/^::ffff:/, '') ?? '127.0.0.1',
  };
}

function writeAnswer(outgoing: ServerResponse, answer: HttpAnswer, isHead: boolean): void {
  outgoing.statusCode = answer.status;
  for (const [name, value] of Object.entries(answer.headers)) outgoing.setHeader(name, value);
  if (answer.cookies.length > 0) outgoing.setHeader('set-cookie', [...answer.cookies]);
  if (answer.status !== 204) outgoing.setHeader('content-length', answer.body.length);
  outgoing.end(isHead ? undefined : answer.body);
}

/** Listens on this machine only, on a port (0: any free one) and answers the port it got; rejects when it is taken. */
export const listenOn = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });

/** Ends at once: idle connections are not waited for. */
export const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeAllConnections();
  });
