import { describe, expect, it } from 'vitest';
import { anOffice } from '../support/campaigns.ts';
import { modes } from '../support/modes.ts';
import { aWorld } from '../support/world.ts';

const section = (words: string): string =>
  `<mjml><mj-body><mj-section><mj-column><mj-text>${words}</mj-text></mj-column></mj-section></mj-body></mjml>`;

type Fields = Readonly<Record<string, unknown>>;

describe.each(modes)('a template in several languages, hostile %s', (hostile) => {
  it('goes to each in their own, or in the main one', async () => {
    await using world = await aWorld({ hostile });
    const office = await anOffice(world);
    const html = undefined;
    await office.template('hello', {
      subject: 'Hello',
      html,
      mjml: section('Hello {{ profile.attributes.firstName | default: "you" }}'),
      languages: {
        lv: { subject: 'Sveiki', mjml: section('Sveiki') },
        ru: { subject: 'Привет', html: '<p>Привет</p>', text: 'Привет!' },
      },
    });
    await office.campaign('welcome', { schedule: { on: 'Signed Up' } });
    await office.launch('welcome');
    const people: readonly [string, Fields][] = [
      ['a', { language: 'lv-LV' }],
      ['b', { locale: 'ru_RU' }],
      ['c', { language: 'de' }],
      ['d', {}],
    ];
    for (const [name, attributes] of people) await office.lead(name, { attributes });
    await world.advance('PT1M');
    for (const [name] of people) await office.track(name, 'Signed Up');
    await world.advance('PT1H');
    const sent = world
      .outbox()
      .map(({ to, subject, text }) => `${to[0]}: ${subject}, ${text.split('\n')[0]}`);
    expect(sent.toSorted()).toEqual([
      'a: Sveiki, Sveiki',
      'b: Привет, Привет!',
      'c: Hello, Hello you',
      'd: Hello, Hello you',
    ]);
  });

  it('is previewed in each, with what is missing by name, and its size', async () => {
    await using world = await aWorld({ hostile });
    const office = await anOffice(world);
    const short = {
      name: 'S',
      channel: 'sms',
      text: 'Hi {{ profile.attributes.firstName }}',
      languages: { lv: { text: `Sveiki ${'ā'.repeat(70)}` } },
    };
    await office.done('PUT', '/admin/templates/short', short);
    const preview = (body: Fields) => office.done('POST', '/admin/templates/short/preview', body);
    expect(await preview({})).toMatchObject({
      text: 'Hi ',
      language: null,
      missing: ['profile.attributes.firstName'],
      isWithheld: true,
      parts: 1,
    });
    const latvian = { attributes: { language: 'lv' } };
    expect(await preview({ profile: latvian })).toMatchObject({
      language: 'lv',
      missing: [],
      parts: 2,
    });
    expect(await preview({ profile: latvian, language: null })).toMatchObject({ language: null });
    expect(await preview({ language: 'lv-LV' })).toMatchObject({ language: 'lv' });
    const wrong = await office.refused('POST', '/admin/templates/short/preview', {
      language: 'de',
    });
    expect(wrong).toMatchObject({ status: 422, errors: [{ path: 'language' }] });
  });
});

describe.each(modes)('a template in MJML, hostile %s', (hostile) => {
  it('is kept as it was written beside the HTML it was compiled to, version by version', async () => {
    await using world = await aWorld({ hostile });
    const office = await anOffice(world);
    const mjml = section('Hi {{ profile.attributes.firstName }}');
    const first = await office.template('hello', { subject: 'One', html: undefined, mjml });
    expect(first).toMatchObject({ mjml, version: 1, variables: ['profile.attributes.firstName'] });
    expect(first['html']).toContain('>Hi {{ profile.attributes.firstName }}</div>');
    await office.template('hello', { subject: 'Two' });
    expect(await office.done('GET', '/admin/templates/hello/versions?after=')).toMatchObject({
      items: [{ version: 2 }, { version: 1 }],
      next: null,
    });
    expect(await office.done('GET', '/admin/templates/hello/versions/1')).toEqual(first);
    // Restored by saving what it was.
    const again = await office.template('hello', { subject: 'One', html: undefined, mjml });
    expect(again).toEqual({ ...first, version: 3, savedAt: again['savedAt'] });
    expect(await office.template('hello', { subject: 'One', html: undefined, mjml })).toEqual(
      again,
    );
    const preview = await office.done('POST', '/admin/templates/hello/preview', { version: 2 });
    expect(preview).toMatchObject({ subject: 'Two' });
    for (const version of ['9', 'x', '0']) {
      const path = `/admin/templates/hello/versions/${version}`;
      expect(await office.refused('GET', path)).toMatchObject({ status: 404 });
    }
    const none = await office.refused('GET', '/admin/templates/none/versions');
    expect(none).toMatchObject({ status: 404 });
  });

  it.each<[string, Fields, string, string]>([
    ['both', { html: 'x', mjml: section('x') }, 'mjml', 'leave one of the two out'],
    ['neither', {}, 'html', 'mjml'],
    ['what MJML does not know', { mjml: `\n${section('<mj-x>a</mj-x>')}` }, 'mjml', 'line:2'],
    ['Liquid that does not close', { mjml: section('{% if profile.id %}') }, 'mjml', 'endif'],
    [
      'a language that cannot be compiled',
      { html: 'x', languages: { lv: { subject: 'S', mjml: '<p>x</p>' } } },
      'languages.lv.mjml',
      'begin with <mjml>',
    ],
    [
      'a language without words',
      { html: 'x', languages: { lv: { subject: 'S' } } },
      'languages.lv.html',
      'mjml',
    ],
    [
      'a language that is none',
      { html: 'x', languages: { Latvian: { subject: 'S', html: 'x' } } },
      'languages.Latvian',
      'such as "lv"',
    ],
    [
      'html too large',
      {
        mjml: section('x').replace(
          '</mj-body>',
          `${'<mj-section></mj-section>'.repeat(400)}</mj-body>`,
        ),
      },
      'mjml',
      'larger than',
    ],
  ])('with %s is refused at its place, and nothing is saved', async (_, words, path, message) => {
    await using world = await aWorld({ hostile });
    const office = await anOffice(world);
    const template = { name: 'T', channel: 'email', subject: 'S', ...words };
    const refused = await office.refused('PUT', '/admin/templates/new', template);
    expect(refused).toMatchObject({ status: 422, errors: [{ path }] });
    expect(JSON.stringify(refused)).toContain(JSON.stringify(message).slice(1, -1));
    expect(await office.refused('GET', '/admin/templates/new')).toMatchObject({ status: 404 });
  });
});
