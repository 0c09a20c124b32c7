import { describe, expect, it } from 'vitest';
import { renderer } from '../../../shared/domain/templates/rendering.ts';
import { templateContentSchema } from '../../../shared/domain/templates/template.ts';
import { compileMjml } from '../../../shared/flows/templates/compile-mjml.ts';

const around = (body: string): string => `<mjml>\n<mj-body>\n${body}\n</mj-body>\n</mjml>`;
const column = (body: string): string =>
  around(`<mj-section><mj-column>\n${body}\n</mj-column></mj-section>`);

async function html(mjml: string): Promise<string> {
  const compiled = await compileMjml(mjml);
  if ('error' in compiled) throw new Error(compiled.error);
  return compiled.html;
}

const rendered = async (mjml: string, attributes: Readonly<Record<string, unknown>>) => {
  const content = { name: 'T', channel: 'email', subject: 'S', html: await html(mjml) };
  const made = renderer(templateContentSchema.parse(content))({
    now: 0,
    timeZone: 'UTC',
    profile: { id: 'p-1', identifiers: {}, attributes },
    event: undefined,
    campaign: { id: 'c', name: 'C' },
    unsubscribeUrl: undefined,
    kind: 'transactional',
  });
  return 'html' in made ? made.html : '';
};

describe('MJML', () => {
  it('becomes HTML for narrow screens and for Outlook, the same every time', async () => {
    const mjml = column('<mj-button href="https://shop.example">Buy</mj-button>');
    const made = await html(mjml);
    expect(made).toContain('@media only screen');
    expect(made).toContain('<!--[if mso | IE]>');
    expect(await html(mjml)).toBe(made);
  });

  it('repeats and leaves out whole sections, whatever its Liquid compares and quotes', async () => {
    const mjml = around(`
      <mj-raw>{% for car in profile.attributes.cars %}</mj-raw>
      <mj-section background-color="{{ car.color | default: "#ffffff" }}"><mj-column>
        <mj-image src="{{ car.image }}" alt='{{ car.model }}' />
        <mj-text css-class="{% if car.km < 10 and car.km > 0 %}new{% endif %}">Model {{ car.model }}</mj-text>
        <mj-button href="https://shop.example/?id={{ car.id }}&amp;a=1">Drive</mj-button>
      </mj-column></mj-section>
      <mj-raw>{% endfor %}</mj-raw>
      <mj-raw>{% if profile.attributes.vip %}</mj-raw>
      <mj-section><mj-column><mj-text>For you alone</mj-text></mj-column></mj-section>
      <mj-raw>{% endif %}</mj-raw>`);
    const cars = [
      { id: 1, model: '3 <S>', color: '#ff0000', km: 5, image: 'https://x.example/1.png' },
      { id: 2, model: 'X', km: 50, image: 'https://x.example/2.png' },
    ];
    const made = await rendered(mjml, { cars });
    expect(made).toContain('Model 3 &lt;S&gt;');
    expect(made).toContain('background-color:#ff0000');
    expect(made).toContain('background-color:#ffffff');
    expect(made.match(/shop\.example\/\?id=\d/g)).toEqual([
      'shop.example/?id=1',
      'shop.example/?id=2',
    ]);
    expect(made.match(/class="new"/g)).toHaveLength(1);
    expect(made).not.toContain('For you alone');
    expect(made).not.toMatch(/xliquid|{{|{%/);
    expect(await rendered(mjml, { cars: [], vip: true })).toContain('For you alone');
  });

  it.each<[string, string, string, number]>([
    ['an element that MJML does not have', column('<mj-foo>a</mj-foo>'), 'no <mj-foo>', 4],
    ['an element that is not closed', column('<mj-text>a'), '<mj-text> is not closed', 4],
    ['HTML that is not closed', column('<mj-text>\n<b>a</mj-text>'), '<b> is not closed', 5],
    ['a file of its own', around('<mj-include path="/etc/passwd" />'), 'put its content here', 3],
    ['an angle that is no element', column('<mj-text>{{ 1\n}} a < b</mj-text>'), '&lt;', 5],
    ['an attribute without quotes', column('<mj-text color=red>a</mj-text>'), 'quote every', 4],
    ['no MJML at all', '<html></html>', 'begin with <mjml>', 1],
    [
      'comments alone, however many',
      `${'<!-- a -->'.repeat(1_000)}<html></html>`,
      'begin with <mjml>',
      1,
    ],
    [
      'styles that are to be put inline',
      '<mjml><mj-head>\n<mj-style inline="inline">.a {}</mj-style></mj-head><mj-body></mj-body></mjml>',
      'inline',
      2,
    ],
    [
      'Liquid that MJML computes with',
      column('<mj-image\n src="a" width="{{ profile.id }}" />'),
      '{{ profile.id }} gets lost',
      5,
    ],
  ])('with %s is refused with its line and the way out', async (_, mjml, words, line) => {
    const compiled = await compileMjml(mjml);
    expect(compiled).toHaveProperty('error');
    const error = 'error' in compiled ? compiled.error : '';
    expect(error).toContain(words);
    expect(error).toContain(`line:${line}`);
  });

  // Each took minutes, or hours, while expressions looked for their end again and again.
  it.each([
    ['{{', 'html'],
    ['{%', 'html'],
    ['{{ a }}', 'html'],
    ['<aaaa', 'error'],
    ['<a "', 'error'],
    ['<!--', 'error'],
  ])('of %s a hundred thousand times is answered with %s', async (part, answer) => {
    expect(await compileMjml(around(part.repeat(100_000)))).toHaveProperty(answer);
  });

  it.each(['mj-section', 'b', '_'])(
    'with <%s> too deep in each other is refused, and spoils nothing for others',
    async (name) => {
      const deep = `${`<${name}>`.repeat(5_000)}${`</${name}>`.repeat(5_000)}`;
      const compiled = await compileMjml(around(deep));
      expect('error' in compiled ? compiled.error : '').toContain('100 deep in each other');
      expect(await html(column('<mj-text>Hello</mj-text>'))).toContain('Hello');
    },
  );
});
