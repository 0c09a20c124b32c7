import * as z from 'zod';
import type { Template } from '../domain/templates/template.ts';
import type { Item, Table, WriteResult } from '../ports/table.ts';

/**
 * Templates, in `marketing`.
 * - `template` / template id: the latest version of each: the list, and one by id.
 * - `template#<id>` / `version#<six digits>`: every version ever saved, for messages that name it.
 */
const words = {
  email: {
    subject: z.string(),
    html: z.string(),
    mjml: z.string().optional(),
    text: z.string().optional(),
  },
  sms: { text: z.string() },
  push: {
    title: z.string(),
    text: z.string(),
    url: z.string().optional(),
    data: z.record(z.string(), z.string()).optional(),
  },
  webhook: { body: z.string() },
};

const fields = {
  name: z.string(),
  version: z.int(),
  savedAt: z.string(),
  savedBy: z.string().optional(),
  id: z.string(),
  defaults: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  missing: z.enum(['withhold', 'empty']).optional(),
};

const said = <Said extends z.ZodRawShape>(one: Said) => ({
  ...one,
  languages: z.record(z.string(), z.object(one)).optional(),
});

const storedSchema = z.discriminatedUnion('channel', [
  z.object({ ...fields, channel: z.literal('email'), ...said(words.email) }),
  z.object({ ...fields, channel: z.literal('sms'), ...said(words.sms) }),
  z.object({ ...fields, channel: z.literal('push'), ...said(words.push) }),
  z.object({ ...fields, channel: z.literal('webhook'), ...said(words.webhook) }),
]);

/** `content` as a whole, so that the key's names and the template's never meet. */
const parse = (item: Item): Template => storedSchema.parse(item['content']);

/** JSON drops what is absent: only storable values are left. */
const contentOf = (template: Template): NonNullable<Item[string]> =>
  JSON.parse(JSON.stringify(template));

const headKey = (id: string) => ({ pk: 'template', sk: id });
const versionKey = (id: string, version: number) => ({
  pk: `template#${id}`,
  sk: `version#${String(version).padStart(6, '0')}`,
});

/** Stores a new version and makes it the latest; refused when another save was faster. */
export const saveTemplate = (table: Table, template: Template): Promise<WriteResult> => {
  const { id, version } = template;
  const content = contentOf(template);
  return table.transact([
    {
      kind: 'put',
      table: 'marketing',
      item: { ...headKey(id), version, content },
      when: version === 1 ? { absent: true } : { attribute: 'version', equals: version - 1 },
    },
    {
      kind: 'put',
      table: 'marketing',
      item: { ...versionKey(id, version), content },
      when: { absent: true },
    },
  ]);
};

/** The latest version. */
export async function getTemplate(table: Table, id: string): Promise<Template | undefined> {
  const item = await table.get('marketing', headKey(id));
  return item === undefined ? undefined : parse(item);
}

/** The version a message names. */
export async function getTemplateVersion(
  table: Table,
  id: string,
  version: number,
): Promise<Template | undefined> {
  const item = await table.get('marketing', versionKey(id, version));
  return item === undefined ? undefined : parse(item);
}

/** The latest versions of all templates, by id. */
export async function listTemplates(
  table: Table,
  page: { readonly after: string | null; readonly limit: number },
): Promise<{ readonly rows: readonly Template[]; readonly after: string | null }> {
  const found = await table.query('marketing', { pk: 'template', consistent: true, ...page });
  return { rows: found.items.map(parse), after: found.after };
}

/** The versions of a template, newest first, page by page. */
export async function queryTemplateVersions(
  table: Table,
  id: string,
  page: { readonly after: string | null; readonly limit: number },
): Promise<{ readonly rows: readonly Template[]; readonly after: string | null }> {
  const { pk } = versionKey(id, 0);
  const found = await table.query('marketing', { pk, descending: true, consistent: true, ...page });
  return { rows: found.items.map(parse), after: found.after };
}
