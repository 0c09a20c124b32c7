import { describe, expect, it } from 'vitest';
import { RenderError } from '../../../shared/domain/templates/liquid.ts';
import { type RenderingData, renderer } from '../../../shared/domain/templates/rendering.ts';
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
    expect(render({ channel: 'sms', text })).toEqual({ text: '[] [you]' });
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

  it('cannot reach what lies behind the data', () => {
    const text = '[{{ profile.constructor }}{{ profile.__proto__ }}{{ event.toString }}]';
    expect(render({ channel: 'sms', text })).toEqual({ text: '[]' });
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

  it('is not added to transactional emails and SMS', () => {
    const email = renderEmail({}, { kind: 'transactional' });
    expect(email).toEqual({ subject: 'S', html: 'H', text: 'H' });
    expect(render({ channel: 'sms', text: 'Hi' })).toEqual({ text: 'Hi' });
  });
});

describe('a template that would hold up everybody', () => {
  it.each([
    ['that loops', '{% for i in (1..9999) %}{% for j in (1..9999) %}x{% endfor %}{% endfor %}'],
    ['that fills the memory', '{% for i in (1..999999999) %}x{% endfor %}'],
  ])('%s is cut off', (_, text) => {
    expect(() => render({ channel: 'sms', text })).toThrow(RenderError);
  });
});
