import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { Authorizer } from '../../infra/local/authorizer.ts';
import {
  asHttpRequest,
  asWorldAnswer,
  type RequestOptions,
} from '../../infra/local/world-request.ts';
import { aRow, aWorkshop } from '../support/workshop.ts';

// About the machinery itself, not about what functions make of its misfortunes.
describe('the HTTP API of the local world', () => {
  it('hands over what API Gateway does', async () => {
    await using api = anApi();
    await api.call('POST', '/v1/leads?a=1&a=2&b=%C3%A4', {
      body: { email: 'anna@example.com' },
      headers: { 'X-Write-Key': 'k', Cookie: 'x=1; y=2', 'User-Agent': 'form' },
    });
    expect(api.events).toEqual([
      {
        version: '2.0',
        routeKey: '$default',
        rawPath: '/v1/leads',
        rawQueryString: 'a=1&a=2&b=%C3%A4',
        cookies: ['x=1', 'y=2'],
        headers: {
          host: 'localhost',
          'content-type': 'application/json',
          'x-write-key': 'k',
          'user-agent': 'form',
        },
        queryStringParameters: { a: '1,2', b: 'ä' },
        requestContext: expect.objectContaining({
          http: {
            method: 'POST',
            path: '/v1/leads',
            protocol: 'HTTP/1.1',
            sourceIp: '127.0.0.1',
            userAgent: 'form',
          },
          requestId: expect.any(String),
          time: '25/Nov/2026:12:00:00 +0000',
          timeEpoch: 1_795_608_000_000,
          stage: '$default',
          domainName: 'localhost',
        }),
        body: '{"email":"anna@example.com"}',
        isBase64Encoded: false,
      },
    ]);
  });

  it('hands over forms, and whatever is no text, in base64', async () => {
    await using api = anApi();
    await api.call('POST', '/u/token', { body: new URLSearchParams({ topic: 'offers' }) });
    await api.call('POST', '/u/token', {
      body: '{}',
      headers: { 'content-type': 'application/octet-stream' },
    });
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    expect(api.events).toMatchObject([
      { body: base64('topic=offers'), isBase64Encoded: true },
      { body: base64('{}'), isBase64Encoded: true },
    ]);
  });

  it('answers as API Gateway reads a function', async () => {
    const answers: unknown[] = [
      { anything: 1 },
      { statusCode: 302, headers: { Location: '/x', 'x-count': 3 }, cookies: ['a=1', 'b=2'] },
      { statusCode: 200, body: Buffer.from('päge').toString('base64'), isBase64Encoded: true },
      { statusCode: 'many' },
    ];
    await using api = anApi(async () => answers.shift());
    expect(asWorldAnswer(await api.call('GET', '/'))).toMatchObject({
      status: 200,
      text: '{"anything":1}',
      headers: { 'content-type': 'application/json' },
    });
    expect(await api.call('GET', '/')).toMatchObject({
      status: 302,
      headers: { location: '/x', 'x-count': '3' },
      cookies: ['a=1', 'b=2'],
    });
    expect(asWorldAnswer(await api.call('GET', '/')).text).toBe('päge');
    expect((await api.call('GET', '/')).status).toBe(500);
  });

  it('answers 500 when the function throws, and 413 when there is too much', async () => {
    await using api = anApi(async () => {
      throw new Error('no luck');
    });
    expect(asWorldAnswer(await api.call('GET', '/health'))).toMatchObject({
      status: 500,
      text: '{"message":"Internal Server Error"}',
    });
    const body = 'x'.repeat(10 * 1024 * 1024 + 1);
    expect((await api.call('POST', '/v1/leads', { body })).status).toBe(413);
    expect(api.events).toHaveLength(1);
  });

  it('answers the preflights of other sites, and lets them read', async () => {
    await using api = anApi();
    const origin = 'https://shop.example';
    const preflight = await api.call('OPTIONS', '/v1/leads', {
      headers: { origin, 'access-control-request-method': 'POST' },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers['access-control-allow-headers']).toContain('x-write-key');
    expect(api.events).toHaveLength(0);
    const posted = await api.call('POST', '/v1/leads', { headers: { origin } });
    expect(posted.headers['access-control-allow-origin']).toBe('*');
  });
});

describe('the authoriser in front of the admin API', () => {
  it('lets nobody in without a token of this world', async () => {
    await using api = anApi();
    const forged = await new SignJWT({})
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer('https://local.perennial')
      .setAudience('perennial-admin')
      .sign(Buffer.alloc(32, 8));
    const headers = [{}, { authorization: 'Bearer x' }, { authorization: `Bearer ${forged}` }];
    for (const sent of headers) {
      const answer = asWorldAnswer(await api.call('GET', '/admin/segments', { headers: sent }));
      expect(answer).toMatchObject({ status: 401, text: '{"message":"Unauthorized"}' });
    }
    expect(api.events).toHaveLength(0);
  });

  it('hands the claims over as text, lists in brackets', async () => {
    await using api = anApi();
    const token = await new Authorizer(Buffer.alloc(32, 7)).adminToken();
    await api.call('GET', '/admin/segments', { headers: { authorization: `Bearer ${token}` } });
    expect(api.events).toMatchObject([
      {
        requestContext: {
          authorizer: {
            jwt: { claims: { sub: 'local-admin', 'cognito:groups': '[admin]' } },
          },
        },
      },
    ]);
  });
});

/** A gateway whose functions keep their events and answer what the test says. */
function anApi(answer: () => Promise<unknown> = async () => ({ statusCode: 200 })) {
  const events: APIGatewayProxyEventV2[] = [];
  const call = async (event: unknown) => {
    // The gateway hands over nothing else.
    events.push(event as APIGatewayProxyEventV2);
    return answer();
  };
  const workshop = aWorkshop({
    functions: () => [
      { row: aRow('functions/http/public.ts', { kind: 'http', api: 'public' }), call },
      { row: aRow('functions/http/admin.ts', { kind: 'http', api: 'admin' }), call },
    ],
  });
  return {
    events,
    call: (method: string, path: string, request: RequestOptions = {}) =>
      workshop.gateway.answer(asHttpRequest(method, path, request, '')),
    [Symbol.asyncDispose]: () => workshop[Symbol.asyncDispose](),
  };
}
