import { describe, expect, it } from 'vitest';
import { templateContentSchema } from '../../../shared/domain/templates/template.ts';
import { faultsOf } from '../../../shared/domain/templates/template-check.ts';
import { unquotedOutput } from '../../../shared/domain/templates/unquoted-values.ts';

const name = '{{ profile.attributes.name }}';

describe('a value in an element of an email', () => {
  it.each([
    `<a href=${name}>x</a>`,
    `<a href=https://shop.example/${name}>x</a>`,
    `<a class= ${name} href="https://shop.example">x</a>`,
    `<p ${name}>x</p>`,
    `<p data-${name}="x">x</p>`,
    `<h${name}>x</h1>`,
    `{% if a < b %}<p title="1"></p>{% endif %}<p title=${name}>x</p>`,
  ])('needs quotes around it: %s', (html) => {
    expect(unquotedOutput(html)).toBe(name);
  });

  it.each([
    `<a href="${name}" title='${name}'>${name}</a>`,
    `<a href="https://shop.example/{{ profile.attributes.city | default: "x" }}?a=${name}">x</a>`,
    `<p {% if profile.attributes.a %}class="b"{% endif %} style=color:red>${name}</p>`,
    `{% if profile.attributes.a < 3 %}${name}{% endif %} 1 < 2 ${name}`,
    `<!-- <p ${name}> --><style>p { color: red }</style>${name}`,
    `<table width=100%><tr><td>${name}</td></tr></table>`,
    '<p>{ {{',
  ])('has them, or stands elsewhere: %s', (html) => {
    expect(unquotedOutput(html)).toBeUndefined();
  });

  it('is refused at the field it is written in, whatever the language', () => {
    const content = templateContentSchema.parse({
      name: 'Hello',
      channel: 'email',
      subject: 'Hello',
      html: '<p>Hello</p>',
      languages: { lv: { subject: 'Sveiki', html: `<p title=${name}>Sveiki</p>` } },
    });
    expect(faultsOf(content, { now: 0, timeZone: 'UTC' })).toEqual([
      { path: 'languages.lv.html', message: expect.stringContaining('without quotes') },
    ]);
  });
});
