import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { DetailedProblem, type Problem } from '../problem.ts';

/** What a route answers: JSON unless `html` is given. */
export type HttpAnswer =
  | { readonly status: number; readonly json: unknown; readonly headers?: Headers }
  | { readonly status: number; readonly html: string; readonly headers?: Headers };
type Headers = Readonly<Record<string, string>>;

export const ok = (json: unknown): HttpAnswer => ({ status: 200, json });

/** A list with the cursor of what follows, or null. */
export const page = (items: readonly unknown[], next: string | null): HttpAnswer =>
  ok({ items, next });

const securityHeaders = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000',
} as const;

const pagePolicy =
  "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

export function gatewayAnswer(answer: HttpAnswer): APIGatewayProxyStructuredResultV2 {
  const isPage = 'html' in answer;
  return {
    statusCode: answer.status,
    headers: {
      ...securityHeaders,
      'content-type': isPage ? 'text/html; charset=utf-8' : 'application/json',
      ...(isPage ? { 'content-security-policy': pagePolicy } : {}),
      ...answer.headers,
    },
    body: isPage ? answer.html : JSON.stringify(answer.json),
  };
}

/** The problem document of RFC 9457. */
export function problemAnswer(problem: Problem): APIGatewayProxyStructuredResultV2 {
  const { status, title, detail, errors } = problem;
  return {
    statusCode: status,
    headers: { ...securityHeaders, 'content-type': 'application/problem+json' },
    body: JSON.stringify({
      type: 'about:blank',
      title,
      status,
      detail,
      ...(errors.length > 0 && { errors }),
      ...(problem instanceof DetailedProblem && problem.members),
    }),
  };
}
