import { slugSchema } from '../../shared/domain/identity/slug.ts';
import type { RenderingTime } from '../../shared/domain/templates/liquid.ts';
import {
  nextVersion,
  type TemplateContent,
  type TemplateDraft,
  templateDraftSchema,
} from '../../shared/domain/templates/template.ts';
import { faultsOf, type TemplateFault } from '../../shared/domain/templates/template-check.ts';
import { compileTemplate } from '../../shared/flows/templates/compile-template.ts';
import { shownTemplate } from '../../shared/flows/templates/shown-template.ts';
import { ok } from '../../shared/runtime/http/answer.ts';
import { route } from '../../shared/runtime/http/route.ts';
import { Problem, unprocessable, unprocessableField } from '../../shared/runtime/problem.ts';
import { getTemplate, saveTemplate as putTemplate } from '../../shared/stores/templates.ts';

const attempts = 5;

/**
 * Saves a template: a new version when something changes; an older one is restored by saving its
 * content. Messages on their way keep theirs. Answers with the `variables` it names.
 */
export const saveTemplate = route({
  method: 'PUT',
  path: '/admin/templates/{id}',
  summary: 'Save a template',
  auth: 'market',
  body: templateDraftSchema,
  handle: async ({ params, body, user }, { table, clock, settings }) => {
    const id = slugSchema.safeParse(params['id']);
    if (!id.success)
      throw unprocessable(id.error.issues.map((issue) => ({ ...issue, path: ['id'] })));
    const content = await checked(body, { now: clock.now(), timeZone: settings.timeZone });
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
      const head = await getTemplate(table, id.data);
      if (head !== undefined && head.channel !== body.channel) {
        const message = `is "${head.channel}" for this template: save this one under another id`;
        throw unprocessableField('channel', message);
      }
      const next = nextVersion(id.data, content, { head, now: clock.now(), by: user });
      if (next === head || (await putTemplate(table, next)).kind === 'written') {
        return ok(shownTemplate(next));
      }
    }
    throw new Problem(409, 'Somebody else is saving this template: read it and save again.');
  },
});

/** The template with its MJML compiled; 422 with all that is wrong. */
async function checked(draft: TemplateDraft, time: RenderingTime): Promise<TemplateContent> {
  const compiled = await compileTemplate(draft);
  if ('errors' in compiled) throw unprocessable(compiled.errors.map(atPath));
  const faults = faultsOf(compiled.content, time);
  if (faults.length > 0) throw unprocessable(faults.map(atPath));
  return compiled.content;
}

const atPath = ({ path, message }: TemplateFault) => ({ path: [path], message });
