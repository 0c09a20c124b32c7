import type {
  APIGatewayProxyEventV2,
  APIGatewayProxyEventV2WithJWTAuthorizer,
  APIGatewayProxyStructuredResultV2,
} from 'aws-lambda';
import * as z from 'zod';
import { isPermitted, type Role, refusalOf, rolesOf } from '../domain/access/permission.ts';
import { findUnstorable } from '../domain/tracking/storable.ts';
import type { Ports } from '../ports/ports.ts';
import { InvalidRequest, Throttled } from '../ports/table.ts';
import { framesOf, nameOf } from './error-name.ts';
import { gatewayAnswer, problemAnswer } from './http/answer.ts';
import { useFieldMessages } from './http/field-messages.ts';
import { wrongCursor } from './http/list-query.ts';
import { bodyText, isCsv, jsonBody } from './http/request-body.ts';
import { permissionOf, type Route, type Upload } from './http/route.ts';
import type { RoutesFor } from './http/route-groups.ts';
import { routeTable } from './http/route-table.ts';
import { sourceOfWriteKey } from './http/write-key.ts';
import { type LambdaFunction, lambdaFunction } from './lambda-function.ts';
import { logger } from './observability.ts';
import { Problem, unprocessable } from './problem.ts';

useFieldMessages();

/** A Lambda behind the HTTP API (payload format 2.0): finds the route, parses, answers, and turns every failure into a problem document. */
export function httpFunction(
  routesFor: RoutesFor,
): LambdaFunction<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2> {
  return lambdaFunction(async (event, ports) => {
    const { method } = event.requestContext.http;
    if (method !== 'HEAD') return dispatch(method, event, ports);
    // What a GET would answer, without its body: no GET changes anything.
    return { ...(await dispatch('GET', event, ports)), body: '' };
  });

  async function dispatch(method: string, event: APIGatewayProxyEventV2, ports: Ports) {
    try {
      const find = routeTable(await routesFor(event.rawPath));
      const { route, params } = find(method, event.rawPath);
      return gatewayAnswer(await answer(route, params, event, ports));
    } catch (error) {
      return problemAnswer(asProblem(error, event));
    }
  }
}

async function answer(
  route: Route,
  params: Readonly<Record<string, string>>,
  event: APIGatewayProxyEventV2,
  ports: Ports,
) {
  const asker = askerOf(event);
  refuseUnpermitted(route, asker);
  const { upload } = route;
  refuseBody(route, event);
  const csv = upload !== undefined && isCsv(event) ? csvBody(upload, event) : undefined;
  const hasJson = route.body !== undefined && csv === undefined;
  const json = hasJson ? jsonBody(event, upload) : undefined;
  // What websites send and rows of uploads are looked through one by one, where they are read.
  const isWhole = permissionOf(route) !== undefined && upload === undefined;
  const fault = isWhole ? findUnstorable(json) : undefined;
  if (fault !== undefined) throw unprocessable([fault]);
  const source =
    route.auth === 'write-key' ? await sourceOfWriteKey(event.headers, json, ports) : '';
  return route.handle(
    {
      params,
      query: queryOf(route, event),
      body: route.body === undefined || csv !== undefined ? csv : parse(route.body, json),
      source,
      user: asker.user,
      may: (permission) => isPermitted(permission, asker.roles),
      requestId: event.requestContext.requestId,
      isHead: event.requestContext.http.method === 'HEAD',
      userAgent: event.headers['user-agent'],
    },
    ports,
  );
}

const nothing = z.strictObject({});

/** Where an admin can say nothing, nothing is ignored: "dryRun" beside a launch would be a launch. */
function queryOf({ query, ...route }: Route, event: APIGatewayProxyEventV2): unknown {
  const schema = query ?? (permissionOf(route) === undefined ? undefined : nothing);
  if (schema === undefined) return undefined;
  const parsed = parse(schema, event.queryStringParameters ?? {});
  return query === undefined ? undefined : parsed;
}

function refuseBody({ auth, body, method }: Route, event: APIGatewayProxyEventV2): void {
  if (permissionOf({ auth }) === undefined || body !== undefined || method === 'GET') return;
  if (bodyText(event).trim() !== '') parse(nothing, jsonBody(event));
}

function csvBody({ csv, maxBytes }: Upload<unknown>, event: APIGatewayProxyEventV2): unknown {
  const reading = csv(bodyText(event, maxBytes));
  if (!reading.ok) throw unprocessable(reading.issues);
  return reading.value;
}

function parse(schema: NonNullable<Route['body']>, value: unknown): unknown {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw unprocessable(parsed.error.issues);
  return parsed.data;
}

type Asker = { readonly user: string; readonly roles: readonly Role[] };

/** The authoriser has checked the token; its subject is who asks. Public routes have none. */
function askerOf(event: APIGatewayProxyEventV2): Asker {
  // The authoriser adds to the context what the type of an open route does not name.
  const { authorizer } = event.requestContext as Partial<
    APIGatewayProxyEventV2WithJWTAuthorizer['requestContext']
  >;
  const claims = authorizer?.jwt.claims ?? {};
  // The authoriser lets ID tokens in too, which are for websites to read and not to act with.
  if (claims['token_use'] !== 'access') return { user: '', roles: [] };
  const subject = claims['sub'];
  return {
    user: typeof subject === 'string' ? subject : '',
    roles: rolesOf(claims['cognito:groups']),
  };
}

/** Before anything of the request is read: who may not ask learns nothing by asking. */
function refuseUnpermitted(route: Route, { user, roles }: Asker): void {
  const permission = permissionOf(route);
  if (permission === undefined) return;
  if (user === '') throw new Problem(401, 'Send the access token of a user as a bearer.');
  if (!isPermitted(permission, roles)) throw new Problem(403, refusalOf(permission, roles));
}

function asProblem(error: unknown, event: APIGatewayProxyEventV2): Problem {
  if (error instanceof Problem) return error;
  // Of all that a request names, only its cursor reaches the tables as it is.
  if (error instanceof InvalidRequest && event.queryStringParameters?.['after'] !== undefined)
    return wrongCursor();
  if (error instanceof Throttled)
    return new Problem(503, 'Too much at once: try again in a second.');
  const { http } = event.requestContext;
  // Where it broke, not what it said: an error's words may quote what the request held.
  logger.error('request-failed', {
    method: http.method,
    error: nameOf(error),
    at: framesOf(error),
  });
  const advice =
    http.method === 'GET' ? 'Try again.' : 'Look whether it was done, and try again if not.';
  return new Problem(500, `Something went wrong on our side. ${advice}`);
}
