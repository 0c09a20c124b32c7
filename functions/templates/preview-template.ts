import * as z from 'zod';
import { smsParts } from '../../shared/domain/messaging/texts/sms-parts.ts';
import { RenderError } from '../../shared/domain/templates/liquid.ts';
import { type Rendered, renderer } from '../../shared/domain/templates/rendering.ts';
import { inLanguage } from '../../shared/domain/templates/template-language.ts';
import { bytesOf } from '../../shared/domain/templates/template-source.ts';
import {
  askedData,
  askedFields,
  askedTemplate,
} from '../../shared/flows/templates/asked-template.ts';
import { ok } from '../../shared/runtime/http/answer.ts';
import { route } from '../../shared/runtime/http/route.ts';
import { unprocessableField } from '../../shared/runtime/problem.ts';

/**
 * Renders a version for one person: the fields of its channel (an email's `{ subject, html, text }`),
 * with the `language`, null for the main one, the values that are `missing` by path, whether such a
 * message `isWithheld`, and its size: `bytes`, of an SMS the `parts` that are paid for. Its links lead
 * nowhere.
 */
export const previewTemplate = route({
  method: 'POST',
  path: '/admin/templates/{id}/preview',
  summary: 'Preview a template for a person, by version and language',
  auth: 'see-people',
  body: z.strictObject(askedFields),
  handle: async ({ params, body }, ports) => {
    const template = await askedTemplate(params['id'] ?? '', body.version, ports);
    const { data, language } = await askedData(body, template, ports);
    const missing = new Set<string>();
    const unsubscribeUrl = `${ports.settings.publicUrl}/u/preview`;
    try {
      const rendered = renderer(inLanguage(template, language))({
        ...data,
        unsubscribeUrl,
        missing,
      });
      const isWithheld = missing.size > 0 && template.missing !== 'empty';
      const about = { language: language ?? null, missing: [...missing], isWithheld };
      return ok({ ...rendered, ...about, ...sizeOf(rendered, template.channel) });
    } catch (error) {
      if (error instanceof RenderError) {
        throw unprocessableField('template', `cannot be rendered with this data: ${error.message}`);
      }
      throw error;
    }
  },
});

const sizeOf = (rendered: Rendered, channel: string) => ({
  bytes: bytesOf(JSON.stringify(rendered)),
  ...(channel === 'sms' && 'text' in rendered && { parts: smsParts(rendered.text) }),
});
