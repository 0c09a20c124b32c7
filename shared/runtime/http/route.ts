import type { z } from 'zod';
import type { Permission } from '../../domain/access/permission.ts';
import type { Ports } from '../../ports/ports.ts';
import type { HttpAnswer } from './answer.ts';

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** A request as a use case gets it: decoded path parameters, parsed body and query, who asks. */
export type HttpRequest<Body, Query> = {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: Body;
  /** The id of the source whose write key was used; '' on routes without one. */
  readonly source: string;
  /** The subject of the admin's token; '' on public routes. */
  readonly user: string;
  /** What else the user may do: some answers show more to some. */
  readonly may: (permission: Permission) => boolean;
  readonly requestId: string;
  /** Whether only the head of the answer is asked for. */
  readonly isHead: boolean;
  /** What the caller says of itself; undefined: nothing. */
  readonly userAgent: string | undefined;
};

/** What routes of the admin API ask for; undefined: the route is open, or asks for a write key. */
export const permissionOf = ({ auth }: Pick<Route, 'auth'>): Permission | undefined =>
  auth === 'none' || auth === 'write-key' ? undefined : auth;

/** What a text says, or why it says nothing. */
export type TextReading<Body> =
  | { readonly ok: true; readonly value: Body }
  | {
      readonly ok: false;
      readonly issues: readonly {
        readonly path: readonly PropertyKey[];
        readonly message: string;
      }[];
    };

/**
 * A body of many rows, also as `text/csv`, which `csv` reads into the same. Each row is judged for
 * itself: what cannot be stored is the use case's to report too.
 */
export type Upload<Body> = {
  readonly maxBytes: number;
  readonly csv: (text: string) => TextReading<Body>;
};

/** One call of the API: what it takes, what it does, in words and schemas that make the OpenAPI document. */
export type Route = {
  readonly method: HttpMethod;
  /** `/admin/segments/{id}`. */
  readonly path: string;
  readonly summary: string;
  /** Who may call: anyone, the holder of a write key, a user whose groups permit it. */
  readonly auth: 'none' | 'write-key' | Permission;
  readonly body: z.ZodType | undefined;
  readonly query: z.ZodType | undefined;
  readonly upload: Upload<unknown> | undefined;
  /** The status of success. */
  readonly status: number;
  readonly handle: (request: HttpRequest<unknown, unknown>, ports: Ports) => Promise<HttpAnswer>;
};

/**
 * A route with its body and query typed by their schemas. Without `body` the body is not read; its
 * schema is checked before `handle`: what does not fit answers 422 naming each path.
 */
export function route<Body = undefined, Query = undefined>(definition: {
  readonly method: HttpMethod;
  readonly path: string;
  readonly summary: string;
  readonly auth: Route['auth'];
  readonly body?: z.ZodType<Body>;
  readonly query?: z.ZodType<Query>;
  readonly upload?: Upload<Body>;
  readonly status?: number;
  readonly handle: (request: HttpRequest<Body, Query>, ports: Ports) => Promise<HttpAnswer>;
}): Route {
  return {
    ...definition,
    body: definition.body,
    query: definition.query,
    upload: definition.upload,
    status: definition.status ?? 200,
    // The dispatcher hands over exactly what the two schemas have parsed.
    handle: definition.handle as Route['handle'],
  };
}
