import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { afterEach, describe, expect, it } from 'vitest';
import { isPublicAddress } from '../../shared/adapters/aws/public-address.ts';
import { answerOf, httpsWebhookSender } from '../../shared/adapters/aws/webhook.ts';
import { VirtualClock } from '../../shared/adapters/embedded/clock.ts';
import { openDatabase } from '../../shared/adapters/embedded/database.ts';
import { Outbox, outboxWebhookSender } from '../../shared/adapters/embedded/senders.ts';
import type { SendAnswer } from '../../shared/ports/senders.ts';
import { localhostCertificate, localhostKey } from '../support/localhost-certificate.ts';
import { type EndpointAnswer, webhookSuite } from './webhook-suite.ts';

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** A system of the company's own, and what was posted to it. */
async function anEndpoint(answer: (response: ServerResponse, request: IncomingMessage) => void) {
  const posted: { path: string; method: string; body: string; signature: unknown }[] = [];
  const server = createServer(
    { cert: localhostCertificate, key: localhostKey },
    (request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += String(chunk);
      });
      request.on('end', () => {
        const signature = request.headers['webhook-signature'];
        posted.push({ path: request.url ?? '', method: request.method ?? '', body, signature });
        answer(response, request);
      });
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stops.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  return { posted, url: `https://localhost:${port}/hooks?a=1` };
}

const aCall = { id: 'm-1', headers: { 'webhook-signature': 'v1,x' }, body: '{"name":"Jānis"}' };
const trusting = { certificates: localhostCertificate, mayCall: () => true };
const respond =
  (status: number, headers = {}) =>
  (response: ServerResponse) => {
    response.writeHead(status, headers).end('{}');
  };

webhookSuite('HTTPS', async () => {
  let next: EndpointAnswer = { status: 200 };
  const { url, posted } = await anEndpoint((response, request) => {
    if (next === 'is silent') return;
    if (next === 'breaks off') return void request.socket.destroy();
    const { status, retryAfter } = next;
    respond(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter })(response);
  });
  const { origin } = new URL(url);
  let takes = true;
  return {
    sender: httpsWebhookSender({ ...trusting, timeoutMs: 1_500 }),
    url,
    answer: (answer) => {
      next = answer;
      takes = typeof answer === 'object' && answer.status < 300;
    },
    taken: () =>
      takes
        ? posted.map(({ path, body, signature }) => ({
            url: origin + path,
            body,
            signature: String(signature),
          }))
        : [],
  };
});

webhookSuite('embedded', async () => {
  let next: EndpointAnswer = { status: 200 };
  const clock = new VirtualClock(Date.UTC(2027, 2, 8));
  const outbox = new Outbox({ database: openDatabase(':memory:'), clock });
  // The local world's endpoint says what a test tells it to.
  const said = (): SendAnswer | undefined => {
    if (typeof next === 'string') return { kind: 'throttled', reason: 'no-answer' };
    const answer = answerOf(next.status, next.retryAfter);
    return answer.kind === 'accepted' ? undefined : answer;
  };
  return {
    sender: outboxWebhookSender(outbox, { answer: said }),
    url: 'https://shop.example/hooks?a=1',
    answer: (answer) => {
      next = answer;
    },
    taken: () =>
      outbox.list().map(({ to, text, headers }) => ({
        url: to,
        body: text,
        signature: headers['webhook-signature'],
      })),
  };
});

describe('a webhook over HTTPS', () => {
  it('is posted as it is, with its headers', async () => {
    const { url, posted } = await anEndpoint(respond(204));
    const answer = await httpsWebhookSender(trusting).send({ ...aCall, url });
    expect(answer).toEqual({ kind: 'accepted', providerId: 'http-204' });
    const { body } = aCall;
    expect(posted).toEqual([{ path: '/hooks?a=1', method: 'POST', body, signature: 'v1,x' }]);
  });

  it('never goes to an address that is not public, however its name is written', async () => {
    const { url, posted } = await anEndpoint(respond(200));
    const { port } = new URL(url);
    const sender = httpsWebhookSender({ certificates: localhostCertificate });
    for (const host of ['localhost', '127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '0x7f.1']) {
      const answer = await sender.send({ ...aCall, url: `https://${host}:${port}/` });
      expect([host, answer]).toEqual([host, { kind: 'rejected', reason: 'private-address' }]);
    }
    expect(posted).toEqual([]);
  });

  it('follows no redirect', async () => {
    const other = await anEndpoint(respond(200));
    const { url } = await anEndpoint(respond(307, { location: other.url }));
    const answer = await httpsWebhookSender(trusting).send({ ...aCall, url });
    expect(answer).toEqual({ kind: 'rejected', reason: 'http-307' });
    expect(other.posted).toEqual([]);
  });

  it('is to be tried again when nobody answers, too late, or breaks off', async () => {
    const silent = await anEndpoint(() => {});
    const rude = await anEndpoint((_, request) => request.socket.destroy());
    const sender = httpsWebhookSender({ ...trusting, timeoutMs: 200 });
    const urls = [silent.url, rude.url, 'https://127.0.0.1:1/', 'https://no-such-host.invalid/'];
    const answers = await Promise.all(urls.map((url) => sender.send({ ...aCall, url })));
    expect(new Set(answers.map(({ kind }) => kind))).toEqual(new Set(['throttled']));
  });

  it('is to be tried again when the certificate is not trusted', async () => {
    const { url, posted } = await anEndpoint(respond(200));
    const answer = await httpsWebhookSender({ mayCall: () => true }).send({ ...aCall, url });
    expect(answer).toMatchObject({ kind: 'throttled' });
    expect(posted).toEqual([]);
  });

  it('is not held up by an answer without end', async () => {
    const { url } = await anEndpoint((response) => {
      response.writeHead(200);
      const more = () => response.write(Buffer.alloc(16 * 1024), more);
      more();
      response.on('error', () => {});
    });
    const answer = await httpsWebhookSender(trusting).send({ ...aCall, url });
    expect(answer).toMatchObject({ kind: 'accepted' });
  });
});

describe('the status of an endpoint', () => {
  it.each<[number, string | undefined, object]>([
    [200, undefined, { kind: 'accepted', providerId: 'http-200' }],
    [301, undefined, { kind: 'rejected', reason: 'http-301' }],
    [400, undefined, { kind: 'rejected', reason: 'http-400' }],
    [408, undefined, { kind: 'throttled', reason: 'http-408' }],
    [410, undefined, { kind: 'rejected', reason: 'http-410' }],
    [429, '120', { kind: 'throttled', reason: 'http-429', retryAfterSeconds: 120 }],
    [429, 'soon', { kind: 'throttled', reason: 'http-429' }],
    [503, '-1', { kind: 'throttled', reason: 'http-503' }],
  ])('%i with retry-after %s', (status, retryAfter, answer) => {
    expect(answerOf(status, retryAfter)).toEqual(answer);
  });
});

describe('an address', () => {
  it.each(['93.184.215.14', '8.8.8.8', '172.32.0.1', '2606:2800:21f:cb07::1'])(
    '%s is public',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  it.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '192.168.1.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:10.0.0.1',
    '64:ff9b::7f00:1',
    'fd00:ec2::254',
    'fe80::1',
    '2002:7f00:1::',
    'ff02::1',
    'localhost',
    '',
  ])('%s is not', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});
