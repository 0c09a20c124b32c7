import * as z from 'zod';
import { permissions } from '../../domain/access/permission.ts';
import { permissionOf, type Route } from './route.ts';

/** The routes as an OpenAPI 3.1 document: bodies and queries from their schemas, every error an RFC 9457 problem. */
export function openApiDocument(routes: readonly Route[], url: string): unknown {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = (paths[route.path] ??= {});
    path[route.method.toLowerCase()] = operation(route);
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Perennial', version: '1' },
    servers: [{ url }],
    paths,
    components: {
      securitySchemes: {
        writeKey: {
          type: 'http',
          scheme: 'basic',
          description: 'The write key as user name, no password.',
        },
        admin: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
      },
      schemas: { Problem: problemSchema },
    },
  };
}

const problemSchema = {
  type: 'object',
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          path: { type: 'string' },
          message: { type: 'string' },
          row: { type: 'integer', description: 'Of an upload: the line, or the position from 1.' },
        },
      },
    },
  },
};

const problemContent = {
  'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
};

function operation(route: Route): unknown {
  const permission = permissionOf(route);
  const isPage = route.auth === 'none' && route.path !== '/health';
  return {
    summary: route.summary,
    security: securityOf(route),
    ...(permission && { 'x-permission': permission, 'x-roles': permissions[permission] }),
    parameters: [...pathParameters(route.path), ...queryParameters(route.query)],
    ...(route.body && {
      requestBody: {
        required: true,
        content: {
          'application/json': { schema: jsonSchema(route.body) },
          ...(route.upload && { 'text/csv': { schema: { type: 'string' } } }),
        },
      },
    }),
    responses: {
      [route.status]: {
        description: 'Success',
        content: isPage ? { 'text/html': {} } : { 'application/json': {} },
      },
      '4XX': { description: 'What is wrong, and the fix', content: problemContent },
    },
  };
}

function securityOf({ auth }: Route): unknown {
  if (auth === 'none') return [];
  return auth === 'write-key' ? [{ writeKey: [] }] : [{ admin: [] }];
}

const pathParameters = (path: string): unknown[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));

function queryParameters(query: z.ZodType | undefined): unknown[] {
  if (query === undefined) return [];
  const schema = jsonSchema(query);
  return Object.entries(schema.properties ?? {}).map(([name, property]) => ({
    name,
    in: 'query',
    required: schema.required?.includes(name) === true,
    schema: property,
  }));
}

/** What zod cannot write as JSON schema (rules, whose shape is told by their words) stands open. */
const jsonSchema = (schema: z.ZodType): z.core.JSONSchema.BaseSchema =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
