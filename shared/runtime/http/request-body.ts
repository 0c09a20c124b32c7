import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { Problem } from '../problem.ts';

/** The largest body taken, in bytes, but for uploads. */
export const maxBodyBytes = 512 * 1024;

/** The body as text; API Gateway hands form bodies over in base64. */
export function bodyText(event: APIGatewayProxyEventV2, maxBytes = maxBodyBytes): string {
  if (event.body === undefined) return '';
  const bytes = event.isBase64Encoded
    ? Buffer.byteLength(event.body, 'base64')
    : Buffer.byteLength(event.body);
  if (bytes > maxBytes) {
    throw new Problem(
      413,
      `The body has ${bytes} bytes; ${maxBytes} (${maxBytes / 1024} KB) are taken. Send less at a time.`,
    );
  }
  return event.isBase64Encoded ? Buffer.from(event.body, 'base64').toString('utf8') : event.body;
}

const jsonTypes = ['application/json', 'text/plain'];

const mediaType = (event: APIGatewayProxyEventV2): string =>
  (event.headers['content-type'] ?? 'application/json').split(';')[0]?.trim().toLowerCase() ?? '';

export const isCsv = (event: APIGatewayProxyEventV2): boolean => mediaType(event) === 'text/csv';

/** The JSON of the body. `text/plain` is taken too: browsers' beacons cannot say more. */
export function jsonBody(
  event: APIGatewayProxyEventV2,
  upload?: { readonly maxBytes: number },
): unknown {
  const text = bodyText(event, upload?.maxBytes);
  const type = mediaType(event);
  if (!jsonTypes.includes(type) && !type.endsWith('+json')) {
    const taken = upload === undefined ? 'application/json' : 'application/json or text/csv';
    throw new Problem(415, `Content type "${type}" is not taken here: send ${taken}.`);
  }
  if (text.trim() === '') throw new Problem(400, 'The body is empty: send a JSON object.');
  try {
    return JSON.parse(text);
  } catch (cause) {
    // The rest of the parser's message would quote what was sent.
    const place =
      cause instanceof Error ? /line \d+ column \d+/.exec(cause.message)?.[0] : undefined;
    const where = place === undefined ? '' : ` at ${place}`;
    throw new Problem(400, `The body is not JSON${where}: check quotes, commas and brackets.`);
  }
}
