import { describe, expect, it } from 'vitest';
import { RenderError } from '../../../shared/domain/templates/liquid.ts';
import { faultOf, renderer } from '../../../shared/domain/templates/rendering.ts';
import type { RenderingData } from '../../../shared/domain/templates/rendering-data.ts';
import { nextVersion, templateContentSchema } from '../../../shared/domain/templates/template.ts';

const unsubscribeUrl = 'https://crm.example/u/eyJh.b-c_d.e';

const someData = (data: Partial<RenderingData> = {}): RenderingData => ({
  profile: {
    id: 'p1',
    identifiers: { email: 'anna@example.com' },
    attributes: {
      firstName: 'Anna',
      shoutedName: '<b>{{ 1 | plus: 1 }}</b>\r\nBcc: all@example.com',
    },
  },
  event: {
    name: 'Order Completed',
    occurredAt: '2026-01-01T10:00:00.000Z',
    properties: { total: 29.33 },
  },
  campaign: { id: 'spring', name: 'Spring' },
  unsubscribeUrl,
  kind: 'marketing',
  now: Date.UTC(2026, 0, 1, 22, 30),
  timeZone: 'Europe/Riga',
  ...data,
});

function render(content: Record<string, unknown>, data?: Partial<RenderingData>) {
  const parsed = templateContentSchema.parse({ name: 'T', ...content });
  const template = nextVersion('t', parsed, { head: undefined, now: 0 });
  return renderer(template)(someData(data));
}

const renderEmail = (content: Record<string, unknown>, data?: Partial<RenderingData>) => {
  const rendered = render({ channel: 'email', subject: 'S', html: 'H', ...content }, data);
  if (!('html' in rendered)) throw new Error('not an email');
  return rendered;
};

describe('what people read', () => {
  it('names the person, the event and the campaign', () => {
    const text =
      '{{ profile.attributes.firstName }}, {{ event.properties.total }}, {{ campaign.name }}';
    expect(render({ channel: 'sms', text })).toEqual({ text: 'Anna, 29.33, Spring' });
  });

  it('keeps HTML and Liquid in a name as text', () => {
    const { html } = renderEmail({ html: '<p>{{ profile.attributes.shoutedName }}</p>' });
    expect(html).toContain('<p>&lt;b&gt;{{ 1 | plus: 1 }}&lt;/b&gt;');
  });

  it('never lets a name begin a new header', () => {
    const { subject } = renderEmail({ subject: 'Hi {{ profile.attributes.shoutedName }}' });
    expect(subject).toBe('Hi <b>{{ 1 | plus: 1 }}</b> Bcc: all@example.com');
  });

  it('leaves out what is not known, and takes the default', () => {
    const text = '[{{ profile.attributes.city }}] [{{ profile.attributes.city | default: "you" }}]';
    expect(render({ channel: 'sms', text, missing: 'empty' })).toEqual({ text: '[] [you]' });
  });

  it('shows dates in the company’s zone, and "now" as the instant of the message', () => {
    const text = '{{ "now" | date: "%d.%m. %H:%M" }} {{ event.occurredAt | date: "%H:%M" }}';
    expect(render({ channel: 'sms', text })).toEqual({ text: '02.01. 00:30 12:00' });
  });

  it('reads as plain text too, with its links', () => {
    const html = `<h1>Sale</h1><p><a href="https://shop.example">shop</a> <img src="x.png"></p><a href="{{ unsubscribeUrl }}">bye</a>`;
    const { text } = renderEmail({ html });
    expect(text).toContain('shop (https://shop.example)');
    expect(text).toContain(`bye (${unsubscribeUrl})`);
    expect(text).not.toContain('x.png');
  });

  it('is never an SMS without a word', () => {
    const text = '{{ profile.attributes.city }}';
    expect(() => render({ channel: 'sms', text })).toThrow(RenderError);
  });

  it.each(['{{ profile.attributes.city }}', '{{ profile.attributes.shape }}'])(
    'is never an email without a subject: %s',
    (subject) => {
      const profile = { id: 'p1', identifiers: {}, attributes: { shape: '\u200b \u00a0\r\n' } };
      expect(() => renderEmail({ subject }, { profile })).toThrow(RenderError);
    },
  );

  it('cannot reach what lies behind the data', () => {
    const text = '[{{ profile.constructor }}{{ profile.__proto__ }}{{ event.toString }}]';
    expect(render({ channel: 'sms', text, missing: 'empty' })).toEqual({ text: '[]' });
  });
});

describe('the way out', () => {
  it('is added to a marketing email that forgot it, before the body ends', () => {
    const { html, text } = renderEmail({ html: '<body><p>Hi</p></body>', text: 'Hi' });
    expect(html).toMatch(new RegExp(`<p>Hi</p>.*href="${unsubscribeUrl}".*\n</body>$`, 's'));
    expect(text).toBe(`Hi\n\nUnsubscribe: ${unsubscribeUrl}`);
  });

  it.each(['unsubscribeUrl', 'preferencesUrl'])('is not added twice beside {{ %s }}', (name) => {
    const { html, text } = renderEmail({ html: `<a href="{{ ${name} }}">bye</a>` });
    expect(html.split(unsubscribeUrl)).toHaveLength(2);
    expect(text.split(unsubscribeUrl)).toHaveLength(2);
  });

  it('is added where a condition hid it', () => {
    const html = '{% if profile.attributes.vip %}<a href="{{ unsubscribeUrl }}">bye</a>{% endif %}';
    expect(renderEmail({ html }).html).toContain(unsubscribeUrl);
  });

  it.each([
    ['in a comment', '<p>Hi</p><!-- {{ unsubscribeUrl }} -->'],
    ['in a style', '<style>p { background: url({{ unsubscribeUrl }}) }</style><p>Hi</p>'],
    ['in an attribute that nobody sees', '<p data-out="{{ unsubscribeUrl }}">Hi</p>'],
    ['in a comment with a link', '<p>Hi</p><!-- <a href="{{ unsubscribeUrl }}">bye</a> -->'],
  ])('is added where it stands only %s, to the text made of it too', (_, html) => {
    const rendered = renderEmail({ html });
    expect(rendered.html).toContain(`href="${unsubscribeUrl}" style=`);
    expect(rendered.text).toContain(unsubscribeUrl);
  });

  it.each([
    ['a comment that ends the body', '<body><p>Hi</p><!-- </body> -->'],
    ['a comment that never ends', '<p>Hi</p><!-- old'],
    ['a title that never ends', '<p>Hi</p><title>old'],
  ])('is not swallowed by %s', (_, html) => {
    const rendered = renderEmail({ html });
    const footer = rendered.html.indexOf(`href="${unsubscribeUrl}"`);
    const before = rendered.html.slice(0, footer);
    expect(footer).toBeGreaterThan(-1);
    expect(before.split('<!--').length).toBe(before.split('-->').length);
    expect(before).not.toContain('<title>');
    expect(rendered.text).toContain(unsubscribeUrl);
  });

  it('finds its place behind letters that change their length with their case', () => {
    const { html } = renderEmail({ html: '<body><p>İİİİ</p></body>' });
    expect(html).toMatch(/<p>İİİİ<\/p>\s<p style.*<\/p>\s<\/body>$/s);
  });

  it('is added to a text that forgot it', () => {
    const { text } = renderEmail({ html: '<a href="{{ unsubscribeUrl }}">bye</a>', text: 'Hi' });
    expect(text).toBe(`Hi\n\nUnsubscribe: ${unsubscribeUrl}`);
  });

  it('is not added to transactional emails and SMS', () => {
    const email = renderEmail({}, { kind: 'transactional' });
    expect(email).toEqual({ subject: 'S', html: 'H', text: 'H' });
    expect(render({ channel: 'sms', text: 'Hi' })).toEqual({ text: 'Hi' });
  });
});

describe('a template that would hold up everybody', () => {
  it('with elements too deep in each other is cut off, and layouts of tables are not', () => {
    expect(() => renderEmail({ html: '<div>'.repeat(30_000) })).toThrow(RenderError);
    const html = `${'<table><tr><td>'.repeat(40)}Hi`;
    expect(renderEmail({ html }).text).toContain('Hi');
  });

  it.each([
    ['subject', { subject: '{% for i in (1..999999999) %}x{% endfor %}' }],
    ['html', { html: '<div>'.repeat(30_000) }],
    ['text', { text: '{% for i in (1..999999999) %}x{% endfor %}' }],
  ])('is found out by its %s before anybody is to get it', (field, content) => {
    const email = { name: 'T', channel: 'email', subject: 'S', html: 'H', ...content };
    const time = { now: 0, timeZone: 'UTC' };
    expect(faultOf(templateContentSchema.parse(email), time)).toMatchObject({ field });
  });

  it('because it no longer parses fails message by message', () => {
    const saved = { name: 'T', channel: 'sms', text: '{% if profile.id %}' } as const;
    const rendering = renderer(saved);
    expect(() => rendering(someData())).toThrow(RenderError);
  });

  it('is none that only needs data', () => {
    const content = {
      name: 'T',
      channel: 'email',
      subject: '{{ event.properties.product.name | upcase }}',
      html: '{% for car in profile.attributes.cars %}{{ car.boughtAt | date: "%Y" }}{% endfor %}',
      text: '{{ profile.attributes.total | divided_by: event.properties.count | round: 2 }}',
    };
    const time = { now: 0, timeZone: 'UTC' };
    expect(faultOf(templateContentSchema.parse(content), time)).toBeUndefined();
  });

  it.each([
    ['that loops', '{% for i in (1..9999) %}{% for j in (1..9999) %}x{% endfor %}{% endfor %}'],
    ['that fills the memory', '{% for i in (1..999999999) %}x{% endfor %}'],
    ['that asks something of too many', '{{ (1..999999) | group_by_exp: "i", "i" | size }}'],
    ['that writes a date without end', `{{ "now" | date: "${'%A'.repeat(40_000)}" }}`],
    ['that filters what grows', `{{ "<" ${'| url_encode'.repeat(6_000)} }}`],
    ['that sorts again and again', `{{ (1..9999) ${'| sort'.repeat(500)} }}`],
  ])('%s is cut off', (_, text) => {
    expect(() => render({ channel: 'sms', text })).toThrow(RenderError);
  });

  it('that asks something of each of many is not', () => {
    const text = '{{ (1..9999) | where_exp: "i", "i > 9990" | join: "," }}';
    expect(render({ channel: 'sms', text })).toMatchObject({
      text: '9991,9992,9993,9994,9995,9996,9997,9998,9999',
    });
  });
});
