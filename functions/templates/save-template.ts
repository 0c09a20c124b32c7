import { slugSchema } from '../../shared/domain/identity/slug.ts';
import { faultOf } from '../../shared/domain/templates/rendering.ts';
import { nextVersion, templateContentSchema } from '../../shared/domain/templates/template.ts';
import { ok } from '../../shared/runtime/http/answer.ts';
import { route } from '../../shared/runtime/http/route.ts';
import { Problem, unprocessable, unprocessableField } from '../../shared/runtime/problem.ts';
import { getTemplate, saveTemplate as putTemplate } from '../../shared/stores/templates.ts';

const attempts = 5;

/** Saves a template: a new version when something changes. Messages on their way keep theirs. */
export const saveTemplate = route({
  method: 'PUT',
  path: '/admin/templates/{id}',
  summary: 'Save a template',
  auth: 'admin',
  body: templateContentSchema,
  handle: async ({ params, body }, { table, clock, settings }) => {
    const id = slugSchema.safeParse(params['id']);
    if (!id.success)
      throw unprocessable(id.error.issues.map((issue) => ({ ...issue, path: ['id'] })));
    const fault = faultOf(body, { now: clock.now(), timeZone: settings.timeZone });
    if (fault !== undefined) {
      const message = `cannot be rendered for anybody: ${fault.message}`;
      throw unprocessableField(fault.field, message);
    }
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
      const head = await getTemplate(table, id.data);
      if (head !== undefined && head.channel !== body.channel) {
        const message = `is "${head.channel}" for this template: save this one under another id`;
        throw unprocessableField('channel', message);
      }
      const next = nextVersion(id.data, body, { head, now: clock.now() });
      if (next === head || (await putTemplate(table, next)).kind === 'written') return ok(next);
    }
    throw new Problem(409, 'Somebody else is saving this template: read it and save again.');
  },
});
