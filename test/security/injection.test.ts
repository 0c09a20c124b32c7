import fc from 'fast-check';
import { Parser } from 'htmlparser2';
import { beforeAll, describe, expect, it } from 'vitest';
import type { World } from '../../infra/local/world.ts';
import { emailRenderer } from '../../shared/domain/templates/email-rendering.ts';
import type { RenderingData } from '../../shared/domain/templates/rendering-data.ts';
import { textRenderer } from '../../shared/domain/templates/text-rendering.ts';
import { webhookRenderer } from '../../shared/domain/templates/webhook-rendering.ts';
import { anOffice } from '../support/campaigns.ts';
import { aWorld } from '../support/world.ts';

/** What people may call themselves in a form. */
const names = {
  liquid: '{{ profile.identifiers.email }}{% if true %}yes{% endif %}',
  filters: '{{ "a" | append: "b" }}',
  html: '<script>alert(1)</script><img src=x onerror=alert(1)>',
  attribute: '" onmouseover="alert(1)',
  quotes: `O'Hara & "Sons" <>`,
  header: 'Anna\r\nBcc: everybody@example.com\r\n\r\n<h1>Won</h1>',
  separators: 'Anna\u2028Bcc: x@example.com\u0085Cc: y@example.com\0',
  ses: '{{#each}} {{{subject}}} {{> unsubscribe}}',
  json: '", "role": "admin", "x": "',
  comment: '--><!-- ]]> </title></style>',
} as const;

const template = {
  subject: 'Hello {{ profile.attributes.firstName }}',
  html: '<p class="{{ profile.attributes.firstName }}" title=\'{{ profile.attributes.firstName }}\'>Hello {{ profile.attributes.firstName }}</p>',
};

/** Elements with the names of their attributes, and what a reader sees. */
function readingOf(html: string) {
  const elements: string[] = [];
  let text = '';
  const parser = new Parser({
    onopentag: (name, attributes) =>
      elements.push([name, ...Object.keys(attributes).toSorted()].join(' ')),
    ontext: (part) => {
      text += part;
    },
    oncomment: (comment) => elements.push(`<!--${comment}`),
  });
  parser.end(html);
  return { elements, text };
}

const dataOf = (firstName: string): RenderingData => ({
  kind: 'marketing',
  timeZone: 'UTC',
  now: Date.parse('2026-11-25T12:00:00Z'),
  unsubscribeUrl: 'https://shop.example/u/token',
  campaign: { id: 'welcome', name: 'Welcome' },
  event: undefined,
  profile: { id: 'p-1', identifiers: {}, attributes: { firstName } },
});

describe('a name that is code, in whatever language', () => {
  const sent: Record<string, ReturnType<World['outbox']>[number]> = {};

  beforeAll(async () => {
    await using world = await aWorld();
    const office = await anOffice(world);
    await office.template('hello', template);
    await office.campaign('welcome', { schedule: { on: 'lead.captured' } });
    await office.launch('welcome');
    for (const [id, firstName] of Object.entries(names)) {
      await office.lead(id, { attributes: { firstName } });
    }
    await world.advance('PT1M');
    for (const message of world.outbox()) sent[message.to.split('@')[0] ?? ''] = message;
  });

  it.each(Object.entries(names))('stays text in an email: %s', (id, name) => {
    const message = sent[id];
    const { elements, text } = readingOf(message?.html ?? '');
    // The same elements as for a name that holds none: the template's and the footer's.
    expect(elements).toEqual(readingOf(sent['quotes']?.html ?? '').elements);
    expect(elements[0]).toBe('p class title');
    const words = (value: string): string =>
      value.replaceAll(/[\p{Cc}\u2028\u2029\s]+/gu, ' ').trim();
    expect(words(text)).toContain(words(name));
    expect(message?.subject).toBe(`Hello ${words(name)}`);
  });

  it('begins no header', () => {
    for (const { subject, headers, to } of Object.values(sent)) {
      for (const line of [subject, to, ...Object.keys(headers), ...Object.values(headers)]) {
        expect(line).not.toMatch(/[\r\n\0\u0085\u2028\u2029]/);
      }
      expect(Object.keys(headers).map((name) => name.toLowerCase())).not.toContain('bcc');
    }
  });
});

describe('whatever a person is called', () => {
  const pieces = fc.constantFrom(
    ...Object.values(names),
    '{{',
    '}}',
    '{%',
    '%}',
    '<',
    '>',
    '&lt;',
    '"',
    "'",
    '\\',
    '\n',
    ' ',
    'Anna',
    'Ж',
    '😀',
  );
  const anyName = fc
    .array(pieces, { minLength: 1, maxLength: 6 })
    .map((parts) => `A${parts.join('')}`);

  it('an email has the elements of its template, and no other', () => {
    const render = emailRenderer(template);
    const plain = readingOf(render(dataOf('Anna')).html).elements;
    fc.assert(
      fc.property(anyName, (name) => {
        const email = render(dataOf(name));
        expect(readingOf(email.html).elements).toEqual(plain);
        expect(email.subject).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
      }),
    );
  });

  it('an SMS says it as it is', () => {
    const render = textRenderer({ text: 'Hello {{ profile.attributes.firstName }}!' });
    fc.assert(
      fc.property(anyName, (name) => {
        expect(render(dataOf(name)).text).toContain(name.trim());
      }),
    );
  });

  it('the JSON of a webhook has the fields of its template, and the name in one of them', () => {
    const render = webhookRenderer({ body: '{ "name": "{{ profile.attributes.firstName }}" }' });
    fc.assert(
      fc.property(anyName, (name) => {
        expect(JSON.parse(render(dataOf(name)).body)).toEqual({ name });
      }),
    );
  });
});
