import * as z from 'zod';
import { normaliseEmail, normalisePhone } from '../../shared/domain/identity/identifier.ts';
import { maxTextCharacters } from '../../shared/domain/messaging/ledger.ts';
import { RenderError } from '../../shared/domain/templates/liquid.ts';
import { type Rendered, renderer } from '../../shared/domain/templates/rendering.ts';
import type { Template } from '../../shared/domain/templates/template.ts';
import { inLanguage } from '../../shared/domain/templates/template-language.ts';
import { bytesOf } from '../../shared/domain/templates/template-source.ts';
import { testLinkToken } from '../../shared/flows/messaging/links/unsubscribe-tokens.ts';
import {
  type Asked,
  askedData,
  askedFields,
  askedTemplate,
} from '../../shared/flows/templates/asked-template.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { route } from '../../shared/runtime/http/route.ts';
import { Problem, unprocessableField } from '../../shared/runtime/problem.ts';
import { suppressedAmong } from '../../shared/stores/suppressions.ts';

/**
 * Sends one real message to an address or number, just as a person would get it, at most once. It is
 * no row of the ledger and counts for nothing: no report, no cap, no timeline, and what the provider
 * tells of it is not recorded. Its links to unsubscribe lead to a page that says so. 409 when the
 * address is suppressed, 422 when the person lacks a value.
 */
export const sendTest = route({
  method: 'POST',
  path: '/admin/templates/{id}/test',
  summary: 'Send a template to an address, to see it; answers { id }',
  auth: 'market',
  body: z.strictObject({
    to: z.string().describe('An email address, or a phone number, as the channel needs.'),
    ...askedFields,
  }),
  status: 202,
  handle: async ({ params, body: { to, ...asked } }, ports) => {
    const template = await askedTemplate(params['id'] ?? '', asked.version, ports);
    const { channel } = template;
    if (channel !== 'email' && channel !== 'sms') {
      const why = `test messages go out by email and sms: show this ${channel} with a preview`;
      throw unprocessableField('id', why);
    }
    const address = addressOf(to, channel, ports);
    if ((await suppressedAmong(ports.table, channel, [address])).size > 0) {
      throw new Problem(409, 'This address is suppressed: nothing may be sent to it.');
    }
    const id = ports.ids.next();
    const made = await rendered(template, asked, { id, ports });
    const content = contentOf(made, { id, to: address });
    if (bytesOf(JSON.stringify(content)) > maxBytes) {
      throw unprocessableField('template', `is larger than ${maxBytes} bytes with this data`);
    }
    const queue = channel === 'email' ? 'emails' : 'texts';
    await ports.queue.send(queue, [{ body: { test: { id, attempt: 1, content } } }]);
    return { status: 202, json: { id } };
  },
});

/** What a queue takes, with room for what is put around it. */
const maxBytes = 1_000_000;

function addressOf(to: string, channel: 'email' | 'sms', { settings }: Ports): string {
  const address =
    channel === 'email' ? normaliseEmail(to) : normalisePhone(to, settings.defaultCountry);
  if (address !== undefined) return address;
  const example = channel === 'email' ? 'anna@example.com' : '+37120000000';
  throw unprocessableField('to', `must be such as ${example}`);
}

type Made = { readonly rendered: Rendered; readonly unsubscribeUrl: string };

async function rendered(
  template: Template,
  asked: Asked,
  { id, ports }: { readonly id: string; readonly ports: Ports },
): Promise<Made> {
  const { data, language } = await askedData(asked, template, ports);
  const token = await testLinkToken(ports.secrets, id);
  const unsubscribeUrl = `${ports.settings.publicUrl}/u/${token}`;
  try {
    const render = renderer(inLanguage(template, language));
    return { rendered: render({ ...data, unsubscribeUrl }), unsubscribeUrl };
  } catch (error) {
    if (!(error instanceof RenderError)) throw error;
    const way = 'give a "profile" and an "event" that have it, or the template a default';
    throw unprocessableField('template', `cannot be sent with this data: ${error.message}; ${way}`);
  }
}

function contentOf({ rendered: made, unsubscribeUrl }: Made, about: { id: string; to: string }) {
  if ('html' in made) {
    const headers = {
      'List-Unsubscribe': `<${unsubscribeUrl}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    };
    // Without the tag of a message its events are about none.
    return { ...about, ...made, headers, tags: { test: about.id } };
  }
  const text = 'text' in made ? made.text : '';
  if (text.length > maxTextCharacters) {
    throw unprocessableField('template', `has more than ${maxTextCharacters} characters`);
  }
  return { ...about, text };
}
