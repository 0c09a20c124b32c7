import { ok } from '../../shared/runtime/http/answer.ts';
import { type Route, route } from '../../shared/runtime/http/route.ts';

/** The API as an OpenAPI document, made of the routes themselves. */
export const describeApi = (routes: () => Promise<readonly Route[]>): Route =>
  route({
    method: 'GET',
    path: '/admin/openapi.json',
    summary: 'This API as an OpenAPI 3.1 document',
    auth: 'see-numbers',
    handle: async (_request, { settings }) => {
      const { openApiDocument } = await import('../../shared/runtime/http/openapi-document.ts');
      return ok(openApiDocument(await routes(), settings.publicUrl));
    },
  });
