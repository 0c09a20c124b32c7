import * as z from 'zod';
import { computedValues } from '../../domain/segments/computed-values.ts';
import type { RenderingData } from '../../domain/templates/rendering-data.ts';
import type { Template } from '../../domain/templates/template.ts';
import { languageFor } from '../../domain/templates/template-language.ts';
import { isoInstant } from '../../domain/time/instant.ts';
import type { Ports } from '../../ports/ports.ts';
import { Problem, unprocessableField } from '../../runtime/problem.ts';
import { getProfile } from '../../stores/profiles.ts';
import { currentRuleset } from '../../stores/segments.ts';
import { getTemplate, getTemplateVersion } from '../../stores/templates.ts';

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
  computed: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .default({})
    .describe('Computed values by id.'),
});

/** Whom a template is shown or sent for, and which of it. */
export const askedFields = {
  profile: z
    .union([z.string().min(1).max(128), profileSchema])
    .optional()
    .describe('The id of a stored person, or the data of one that is made up.'),
  event: z
    .strictObject({
      name: z.string().default('Example'),
      occurredAt: z.iso.datetime({ offset: true }).optional(),
      properties: z.record(z.string(), z.unknown()).default({}),
    })
    .optional(),
  version: z.int().min(1).optional().describe('Unless set: the latest.'),
  language: z
    .string()
    .min(1)
    .nullable()
    .optional()
    .describe("Unless set: the person's; null: the main words."),
};

const askedSchema = z.strictObject(askedFields);
export type Asked = z.infer<typeof askedSchema>;

/** A version as a path says it; 404 when it is none. */
export function versionOf(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new Problem(404, `There is no version "${text}".`);
  return Number(text);
}

/** The latest version of a template, or the one that is asked for; 404 without it. */
export async function askedTemplate(
  id: string,
  version: number | undefined,
  { table }: Pick<Ports, 'table'>,
): Promise<Template> {
  const head = await getTemplate(table, id);
  if (head === undefined) throw new Problem(404, `There is no template "${id}".`);
  if (version === undefined || version === head.version) return head;
  const found = await getTemplateVersion(table, id, version);
  if (found !== undefined) return found;
  throw new Problem(
    404,
    `Template "${id}" has no version ${version}: its latest is ${head.version}.`,
  );
}

/** The data that a template is shown with, and the language; 422 when there is no such person or language. */
export async function askedData(
  asked: Asked,
  template: Template,
  ports: Pick<Ports, 'table' | 'clock' | 'settings'>,
): Promise<{
  readonly data: Omit<RenderingData, 'unsubscribeUrl'>;
  readonly language: string | undefined;
}> {
  const { clock, settings } = ports;
  const now = clock.now();
  const profile = await profileOf(asked.profile, ports);
  const { event } = asked;
  return {
    data: {
      profile,
      event: event && { ...event, occurredAt: event.occurredAt ?? isoInstant(now) },
      campaign: { id: 'preview', name: 'Preview' },
      kind: 'marketing',
      now,
      timeZone: settings.timeZone,
    },
    language: languageOf(asked.language, template, profile),
  };
}

function languageOf(
  asked: string | null | undefined,
  template: Template,
  { attributes }: RenderingData['profile'],
): string | undefined {
  if (asked === undefined) return languageFor(template, attributes);
  if (asked === null) return undefined;
  const language = languageFor(template, { language: asked });
  if (language !== undefined) return language;
  const known = Object.keys(template.languages ?? {});
  const words = known.length === 0 ? 'the template has its main words alone' : known.join(', ');
  throw unprocessableField('language', `must be one of the template's: ${words}`);
}

async function profileOf(
  asked: Asked['profile'],
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
