import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import * as z from 'zod';
import { account } from './lambda-context.ts';

/** One request as it arrives, before API Gateway has made an event of it. */
export type HttpRequest = {
  readonly method: string;
  /** With the query string. */
  readonly target: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly sourceIp: string;
};

export type HttpAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly body: Uint8Array;
};

/** API Gateway's limit on a payload, in bytes. */
export const maxPayloadBytes = 10 * 1024 * 1024;

/** What an HTTP API hands over in payload format 2.0; `authorizer` is added for routes that have one. */
export function httpEvent(
  request: HttpRequest,
  about: { readonly requestId: string; readonly nowMs: number },
  authorizer?: Record<string, unknown>,
): APIGatewayProxyEventV2 {
  const { path, queryString } = splitTarget(request.target);
  const { cookie, ...headers } = request.headers;
  const parameters = queryParameters(queryString);
  const isText = isTextual(request.headers['content-type']);
  const requestContext: APIGatewayProxyEventV2['requestContext'] & { authorizer?: unknown } = {
    accountId: account,
    apiId: 'local',
    domainName: request.headers['host'] ?? 'localhost',
    domainPrefix: 'local',
    http: {
      method: request.method,
      path,
      protocol: 'HTTP/1.1',
      sourceIp: request.sourceIp,
      userAgent: request.headers['user-agent'] ?? '',
    },
    requestId: about.requestId,
    routeKey: '$default',
    stage: '$default',
    time: commonLogTime(about.nowMs),
    timeEpoch: about.nowMs,
    ...(authorizer && { authorizer }),
  };
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: queryString,
    ...(cookie && { cookies: cookie.split(/;\s*/) }),
    headers,
    ...(parameters && { queryStringParameters: parameters }),
    requestContext,
    ...(request.body.length > 0 && {
      body: Buffer.from(request.body).toString(isText ? 'utf8' : 'base64'),
    }),
    isBase64Encoded: request.body.length > 0 && !isText,
  };
}

function splitTarget(target: string): { path: string; queryString: string } {
  const mark = target.indexOf('?');
  const rawPath = mark < 0 ? target : target.slice(0, mark);
  const queryString = mark < 0 ? '' : target.slice(mark + 1);
  try {
    // API Gateway hands over the path decoded.
    return { path: decodeURIComponent(rawPath), queryString };
  } catch {
    return { path: rawPath, queryString };
  }
}

/** A name that stands more than once has its values joined by commas. */
function queryParameters(queryString: string): Record<string, string> | undefined {
  if (queryString === '') return undefined;
  const parameters: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(queryString)) {
    const before = Object.hasOwn(parameters, name) ? `${parameters[name]},` : '';
    parameters[name] = before + value;
  }
  return parameters;
}

/** Only these are handed over as text; everything else, forms included, comes as base64. */
function isTextual(contentType: string | undefined): boolean {
  const mediaType = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  return (
    mediaType.startsWith('text/') ||
    ['application/json', 'application/javascript', 'application/xml'].includes(mediaType)
  );
}

/** `12/Mar/2020:19:03:58 +0000`. */
function commonLogTime(nowMs: number): string {
  const [, day, month, year, time] =
    /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(nowMs).toUTCString()) ?? [];
  return `${day}/${month}/${year}:${time} +0000`;
}

const headerValue = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const structuredAnswerSchema = z.object({
  statusCode: z.number().int().min(100).max(599),
  headers: z.record(z.string(), headerValue).optional(),
  cookies: z.array(z.string()).optional(),
  body: z.string().optional(),
  isBase64Encoded: z.boolean().optional(),
});

/** How API Gateway reads a function's answer: without a `statusCode` it is the JSON body of a 200. */
export function httpAnswer(answer: unknown): HttpAnswer {
  const isStructured = typeof answer === 'object' && answer !== null && 'statusCode' in answer;
  if (!isStructured) {
    const text = typeof answer === 'string' ? answer : (JSON.stringify(answer) ?? '');
    return textAnswer(200, text, 'application/json');
  }
  const read = structuredAnswerSchema.safeParse(answer);
  if (!read.success) return gatewayError(500, 'Internal Server Error');
  const { statusCode, headers = {}, cookies = [], body = '', isBase64Encoded } = read.data;
  const lowered = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return {
    status: statusCode,
    headers: { 'content-type': 'text/plain;charset=utf-8', ...Object.fromEntries(lowered) },
    cookies,
    body: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8'),
  };
}

/** API Gateway's own errors: `{"message":"Unauthorized"}`. */
export const gatewayError = (status: number, message: string): HttpAnswer =>
  textAnswer(status, JSON.stringify({ message }), 'application/json');

export const textAnswer = (status: number, text: string, contentType: string): HttpAnswer => ({
  status,
  headers: { 'content-type': contentType },
  cookies: [],
  body: Buffer.from(text),
});
