import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { VirtualClock } from '../../shared/adapters/embedded/clock.ts';
import { roles } from '../../shared/domain/access/permission.ts';
import { queueNames } from '../../shared/ports/queue.ts';
import { Problem, unprocessable, unprocessableField } from '../../shared/runtime/problem.ts';
import { advanceTarget } from './durations.ts';
import { feedbackSchema } from './feedback.ts';
import { type HttpAnswer, type HttpRequest, textAnswer } from './http-event.ts';
import { inboundSchema, inboundText } from './inbound-text.ts';
import { localState } from './local-state.ts';
import type { LocalWorld } from './local-world.ts';
import { sentMessages } from './outbox-items.ts';

type Route = (request: HttpRequest, world: LocalWorld) => Promise<HttpAnswer> | HttpAnswer;

const page = readFileSync(new URL('page.html', import.meta.url), 'utf8');

const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  // Emails shown in the page may load pictures and nothing else; no script but the page's own runs.
  'content-security-policy':
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'; img-src * data:; base-uri 'self'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
};

const routes: Readonly<Record<string, Readonly<Record<string, Route>>>> = {
  '/local': { GET: () => ({ ...textAnswer(200, page, ''), headers: pageHeaders }) },
  '/local/state.json': { GET: (_, world) => json(200, localState(world)) },
  '/local/outbox': { GET: (_, { embedded }) => json(200, sentMessages(embedded.outbox)) },
  '/local/clock': { POST: postClock },
  '/local/feedback': { POST: postFeedback },
  '/local/redrive': { POST: postRedrive },
  '/local/texts': { POST: postText },
  '/local/token': { POST: postToken },
};

/** The pages that only the local world has; undefined for every other path. */
export function localRoutes(world: LocalWorld) {
  return async (request: HttpRequest): Promise<HttpAnswer | undefined> => {
    const path = (request.target.split('?')[0] ?? '').replace(/(.)\/$/, '$1');
    if (path === '/') return { ...textAnswer(302, '', ''), headers: { location: '/local' } };
    if (path !== '/local' && !path.startsWith('/local/')) return undefined;
    try {
      return await routeOf(path, request.method)(request, world);
    } catch (error) {
      if (error instanceof Problem) return problemDocument(error);
      throw error;
    }
  };
}

function routeOf(path: string, method: string): Route {
  const methods = routes[path];
  if (!methods) throw new Problem(404, `There is nothing at ${path}.`);
  const route = methods[method === 'HEAD' ? 'GET' : method];
  if (route) return route;
  throw new Problem(
    405,
    `${method} is not possible at ${path}: use ${Object.keys(methods).join(', ')}.`,
  );
}

const advanceSchema = z.strictObject({ advance: z.string() });

async function postClock(request: HttpRequest, world: LocalWorld): Promise<HttpAnswer> {
  const { advance } = parsed(advanceSchema, request);
  if (!(world.clock instanceof VirtualClock)) {
    throw new Problem(
      409,
      'The clock is real and cannot be advanced: start with --clock 2027-03-08T00:00:00Z.',
    );
  }
  if (advanceTarget(advance, world.clock.now(), world.settings.timeZone) === undefined) {
    throw unprocessableField('advance', 'must be an ISO 8601 duration ahead, like PT2H or P3D');
  }
  return json(200, { now: await world.advance(advance) });
}

async function postFeedback(request: HttpRequest, world: LocalWorld): Promise<HttpAnswer> {
  const feedback = parsed(feedbackSchema, request);
  const outcome = await world.feedback(feedback);
  switch (outcome) {
    case 'published':
      return json(202, { message: feedback.message });
    case 'unknown':
      throw new Problem(404, `No message "${feedback.message}" was sent: see GET /local/outbox.`);
    case 'no-feedback':
      throw unprocessableField(
        'message',
        `is on a channel of which nobody says "${feedback.type}"`,
      );
  }
}

async function postText(request: HttpRequest, { embedded, clock }: LocalWorld) {
  const text = parsed(inboundSchema, request);
  const { id = randomUUID() } = text;
  const body = inboundText({ ...text, id }, clock.now());
  await embedded.queue.send('inbound-texts', [{ body }]);
  return json(202, { id });
}

const redriveSchema = z.strictObject({ queue: z.enum(queueNames) });

function postRedrive(request: HttpRequest, { embedded }: LocalWorld): HttpAnswer {
  const { queue } = parsed(redriveSchema, request);
  return json(202, { queue, messages: embedded.queue.redrive(queue) });
}

const tokenSchema = z.strictObject({
  name: z.string().min(1).max(100),
  roles: z.array(z.enum(roles)).default(['admin']),
});

/** Another person's token, for whoever has one: campaigns may need the approval of a second person. */
async function postToken(
  request: HttpRequest,
  { authorizer, clock }: LocalWorld,
): Promise<HttpAnswer> {
  const { name, roles: held } = parsed(tokenSchema, request);
  const asker = await authorizer.authorize(request.headers['authorization'], clock.now());
  if (asker === undefined) throw new Problem(401, 'Send the admin token of the world as a bearer.');
  return json(200, { name, roles: held, token: await authorizer.adminToken(name, held) });
}

function parsed<Body>(schema: z.ZodType<Body>, request: HttpRequest): Body {
  const read = schema.safeParse(bodyOf(request));
  if (!read.success) throw unprocessable(read.error.issues);
  return read.data;
}

function bodyOf(request: HttpRequest): unknown {
  try {
    return JSON.parse(Buffer.from(request.body).toString('utf8'));
  } catch {
    throw new Problem(400, 'The body is not JSON: send an object such as { "advance": "PT2H" }.');
  }
}

const json = (status: number, body: unknown): HttpAnswer => ({
  ...textAnswer(status, JSON.stringify(body), 'application/json'),
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
});

const problemDocument = ({ status, title, detail, errors }: Problem): HttpAnswer =>
  textAnswer(
    status,
    JSON.stringify({
      type: 'about:blank',
      title,
      status,
      detail,
      ...(errors.length > 0 && { errors }),
    }),
    'application/problem+json',
  );
