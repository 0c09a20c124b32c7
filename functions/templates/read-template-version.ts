import { askedTemplate, versionOf } from '../../shared/flows/templates/asked-template.ts';
import { shownTemplate } from '../../shared/flows/templates/shown-template.ts';
import { ok } from '../../shared/runtime/http/answer.ts';
import { route } from '../../shared/runtime/http/route.ts';

/** One version of a template as it was saved; what is compiled from MJML stands in `html`. */
export const readTemplateVersion = route({
  method: 'GET',
  path: '/admin/templates/{id}/versions/{version}',
  summary: 'Read a version of a template',
  auth: 'see-numbers',
  handle: async ({ params }, ports) => {
    const version = versionOf(params['version'] ?? '');
    return ok(shownTemplate(await askedTemplate(params['id'] ?? '', version, ports)));
  },
});
