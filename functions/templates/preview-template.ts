import * as z from 'zod';
import { computedValues } from '../../shared/domain/segments/computed-values.ts';
import { RenderError } from '../../shared/domain/templates/liquid.ts';
import { renderer } from '../../shared/domain/templates/rendering.ts';
import type { RenderingData } from '../../shared/domain/templates/rendering-data.ts';
import { isoInstant } from '../../shared/domain/time/instant.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { ok } from '../../shared/runtime/http/answer.ts';
import { route } from '../../shared/runtime/http/route.ts';
import { Problem, unprocessableField } from '../../shared/runtime/problem.ts';
import { getProfile } from '../../shared/stores/profiles.ts';
import { currentRuleset } from '../../shared/stores/segments.ts';
import { getTemplate } from '../../shared/stores/templates.ts';

const profileSchema = z.strictObject({
  id: z.string().default('preview'),
  identifiers: z
    .strictObject({
      email: z.string().optional(),
      phone: z.string().optional(),
      externalId: z.string().optional(),
    })
    .default({}),
  attributes: z.record(z.string(), z.unknown()).default({}),
  /** Computed values by id. */
  computed: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
});

const bodySchema = z.strictObject({
  /** The id of a stored person, or the data of one that is made up. */
  profile: z.union([z.string().min(1).max(128), profileSchema]).optional(),
  event: z
    .strictObject({
      name: z.string().default('Example'),
      occurredAt: z.iso.datetime({ offset: true }).optional(),
      properties: z.record(z.string(), z.unknown()).default({}),
    })
    .optional(),
});

/** Renders the latest version for one person: `{ subject, html, text }`, an SMS only `{ text }`, a push message `{ title, text, url, data }`, a webhook `{ body }`. Its links lead nowhere. */
export const previewTemplate = route({
  method: 'POST',
  path: '/admin/templates/{id}/preview',
  summary: 'Preview a template',
  auth: 'admin',
  body: bodySchema,
  handle: async ({ params, body }, ports) => {
    const id = params['id'] ?? '';
    const template = await getTemplate(ports.table, id);
    if (template === undefined) throw new Problem(404, `There is no template "${id}".`);
    const now = ports.clock.now();
    try {
      return ok(
        renderer(template)({
          profile: await profileOf(body.profile, ports),
          event: body.event && {
            ...body.event,
            occurredAt: body.event.occurredAt ?? isoInstant(now),
          },
          campaign: { id: 'preview', name: 'Preview' },
          unsubscribeUrl: `${ports.settings.publicUrl}/u/preview`,
          kind: 'marketing',
          now,
          timeZone: ports.settings.timeZone,
        }),
      );
    } catch (error) {
      if (error instanceof RenderError) {
        throw unprocessableField('template', `cannot be rendered with this data: ${error.message}`);
      }
      throw error;
    }
  },
});

async function profileOf(
  asked: z.infer<typeof bodySchema>['profile'],
  { table, clock, settings }: Pick<Ports, 'table' | 'clock' | 'settings'>,
): Promise<RenderingData['profile']> {
  if (typeof asked === 'string') {
    const profile = await getProfile(table, asked);
    if (profile === undefined) throw unprocessableField('profile', 'there is nobody with this id');
    const ruleset = await currentRuleset(table, settings.timeZone);
    return { ...profile, computed: computedValues(profile, ruleset, clock.now()) };
  }
  const { id, identifiers, attributes, computed } = asked ?? profileSchema.parse({});
  // What is absent in the request is absent in the data: JSON knows no undefined.
  const known = identifiers as RenderingData['profile']['identifiers'];
  return { id, identifiers: known, attributes, computed };
}
