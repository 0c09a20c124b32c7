import { describe, expect, it } from 'vitest';
import { keptProfile, keptValues } from '../../../shared/domain/templates/kept-values.ts';
import { MissingValues } from '../../../shared/domain/templates/liquid.ts';
import { renderer } from '../../../shared/domain/templates/rendering.ts';
import type { RenderingData } from '../../../shared/domain/templates/rendering-data.ts';
import { templateContentSchema } from '../../../shared/domain/templates/template.ts';
import { faultsOf } from '../../../shared/domain/templates/template-check.ts';
import { languageFor } from '../../../shared/domain/templates/template-language.ts';
import { pathsOf, variablesOf } from '../../../shared/domain/templates/variables.ts';

type Attributes = Readonly<Record<string, unknown>>;

const dataOf = (attributes: Attributes): RenderingData => ({
  now: 0,
  timeZone: 'UTC',
  profile: { id: 'p-1', identifiers: { email: 'anna@example.com' }, attributes },
  event: { name: 'E', occurredAt: '2026-01-01T00:00:00.000Z', properties: { total: 0 } },
  campaign: { id: 'spring', name: 'Spring' },
  unsubscribeUrl: undefined,
  kind: 'transactional',
});

const sms = (text: string, rest: Readonly<Record<string, unknown>> = {}) =>
  templateContentSchema.parse({ name: 'T', channel: 'sms', text, ...rest });

/** What a text lacks for a person with these attributes. */
function lacking(text: string, attributes: Attributes = {}): readonly string[] {
  try {
    renderer(sms(`-${text}`))(dataOf(attributes));
    return [];
  } catch (error) {
    if (error instanceof MissingValues) return error.paths;
    throw error;
  }
}

const name = 'profile.attributes.name';

describe('a value that is missing', () => {
  it.each<[string, Attributes]>([
    ['{{ profile.attributes.name }}', {}],
    ['{{ profile.attributes.name }}', { name: null }],
    ['{{ profile.attributes.name }}', { name: '' }],
    ['{{ profile.attributes.name | upcase | truncate: 3 }}', {}],
    ['{{ profile.attributes.name | append: "!" }}', {}],
    ['{{ "Dear " | append: profile.attributes.name }}', {}],
    ['{% echo profile.attributes.name %}', {}],
    ['{% liquid\n echo profile.attributes.name\n %}', {}],
    ['{% capture x %}{{ profile.attributes.name }}{% endcapture %}', {}],
    ['{% if profile.attributes.vip %}{{ profile.attributes.name }}{% endif %}', { vip: true }],
    ['{{ profile.attributes.name | strip }}', { name: '  ' }],
    ['{{ profile.attributes.name | join: ", " }}', { name: [] }],
  ])('withholds %s', (text, attributes) => {
    expect(lacking(text, attributes)).toEqual([name]);
  });

  it.each<[string, Attributes]>([
    ['{{ profile.attributes.name | default: "friend" }}', { name: '' }],
    ['{{ profile.attributes.name | upcase | default: "" }}', {}],
    ['{% if profile.attributes.name %}{{ profile.attributes.name }}{% endif %}', {}],
    ['{% if profile.attributes.name %}{{ profile.attributes.name }}{% endif %}', { name: '' }],
    [
      '{% unless profile.attributes.name == blank %}{{ profile.attributes.name }}{% endunless %}',
      {},
    ],
    [
      '{% case profile.attributes.name %}{% when "a" %}A{% else %}{{ profile.attributes.name }}{% endcase %}',
      {},
    ],
    ['{% if profile.attributes.vip %}{{ profile.attributes.name }}{% endif %}', {}],
    ['{% for car in profile.attributes.cars %}{{ car.model }}{% endfor %}', {}],
    ['{% assign x = profile.attributes.name | default: "you" %}{{ x }}', {}],
    ['{{ event.properties.total }} {{ profile.attributes.no }}', { no: false }],
    ['{{ profile.attributes.cars | size }}', { cars: [] }],
    ['{{ unsubscribeUrl }}{{ preferencesUrl }}{{ "" }}', {}],
  ])('does not withhold %s', (text, attributes) => {
    expect(lacking(text, attributes)).toEqual([]);
  });

  it('is named by the loop that lacks it, and each once', () => {
    const text = '{% for car in profile.attributes.cars %}{{ car.model }}{% endfor %}';
    expect(lacking(text, { cars: [{ model: 'S' }, {}, {}] })).toEqual(['car.model']);
  });

  it('is noted for one person and not for the next', () => {
    const render = renderer(sms('Hi {{ profile.attributes.name }}'));
    expect(() => render(dataOf({}))).toThrow(MissingValues);
    expect(render(dataOf({ name: 'Anna' }))).toEqual({ text: 'Hi Anna' });
    expect(() => render(dataOf({}))).toThrow(MissingValues);
  });

  it('is written as nothing where the template says so', () => {
    const render = renderer(sms('Hi {{ profile.attributes.name }}!', { missing: 'empty' }));
    expect(render(dataOf({}))).toEqual({ text: 'Hi !' });
  });
});

describe('a default', () => {
  const text = '{{ profile.attributes.address.city }} {{ event.properties.shop }}';
  const defaults = { 'profile.attributes.address.city': 'Riga', 'event.properties.shop': 7 };

  it.each<[Attributes, string]>([
    [{}, 'Riga 7'],
    [{ address: null }, 'Riga 7'],
    [{ address: { city: '' } }, 'Riga 7'],
    [{ address: { city: 'Jelgava' } }, 'Jelgava 7'],
  ])('stands in for what %j lacks', (attributes, words) => {
    const data = dataOf(attributes);
    const before = structuredClone(data);
    expect(renderer(sms(text, { defaults }))(data)).toEqual({ text: words });
    expect(data).toEqual(before);
  });

  it.each([
    ['profile.name', 'defaults.profile.name'],
    ['profile.attributes', 'defaults.profile.attributes'],
    ['campaign.name', 'defaults.campaign.name'],
  ])('for %s is refused', (path, field) => {
    const parsed = templateContentSchema.safeParse({
      name: 'T',
      channel: 'sms',
      text,
      defaults: { [path]: 'x' },
    });
    expect(parsed.error?.issues.map((issue) => issue.path.join('.'))).toEqual([field]);
  });

  it('for what the template does not name is refused, and so is a name that messages do not have', () => {
    const time = { now: 0, timeZone: 'UTC' };
    const idle = { ...defaults, 'profile.attributes.street': 'x' };
    expect(faultsOf(sms(text, { defaults: idle }), time)).toMatchObject([
      { path: 'defaults.profile.attributes.street' },
    ]);
    expect(faultsOf(sms('Hi {{ firstName }}'), time)).toMatchObject([
      { path: 'text', message: expect.stringContaining('profile.attributes.firstName') },
    ]);
    const own =
      '{% assign x = 1 %}{{ x }}{% for i in (1..2) %}{{ i }}{{ forloop.index }}{% endfor %}';
    expect(faultsOf(sms(own), time)).toEqual([]);
  });
});

describe('what a template names', () => {
  const content = sms(
    '{{ profile.attributes.name }} {% for car in profile.attributes.cars %}{{ car.model }}{% endfor %}{{ profile.attributes.address.city }}{{ profile.computed.spent }}',
    { languages: { lv: { text: '{{ profile.attributes.street }}{{ event.name }}' } } },
  );

  it('is told, in all its languages', () => {
    expect(variablesOf(content)).toEqual([
      'event.name',
      'profile.attributes.address.city',
      'profile.attributes.cars',
      'profile.attributes.name',
      'profile.attributes.street',
      'profile.computed.spent',
    ]);
  });

  it('is all that is kept of a person', () => {
    const person = {
      id: 'p-1',
      identifiers: { email: 'a@example.com' as const },
      attributes: {
        name: 'Anna',
        cars: [{ model: 'S', plate: 'AB-1' }],
        address: { city: 'Riga', door: '7' },
        secret: 1,
      },
      computed: { spent: 3, other: 4 },
    };
    const kept = keptValues(pathsOf(content), person as unknown as RenderingData['profile']); // an email's brand
    expect(kept).toEqual({
      attributes: { name: 'Anna', cars: person.attributes.cars, address: { city: 'Riga' } },
      computed: { spent: 3 },
    });
    expect(keptProfile('p-1', kept)).toMatchObject({ id: 'p-1', attributes: { name: 'Anna' } });
  });

  it.each([
    ['{{ profile.attributes[event.name] }}', { a: 1, b: { c: 2 } }],
    ['{{ profile.attributes.size }}', { a: 1, b: { c: 2 } }],
    ['{{ profile.attributes }}', { a: 1, b: { c: 2 } }],
    ['{{ profile.attributes.b }}{{ profile.attributes.b.c }}', { b: { c: 2 } }],
    ['{{ profile.attributes.b.c.d }}', { b: { c: 2 } }],
  ])('is kept whole where %s could name any of it', (text, attributes) => {
    const { profile } = dataOf({ a: 1, b: { c: 2 } });
    expect(keptValues(pathsOf(sms(text)), profile)).toEqual({ attributes });
  });
});

describe('the language of a person', () => {
  const languages = { lv: {}, 'pt-BR': {}, 'zh-Hant': {} };

  it.each<[Attributes, string | undefined]>([
    [{ language: 'lv' }, 'lv'],
    [{ language: 'LV-lv' }, 'lv'],
    [{ locale: 'lv_LV.UTF-8' }, 'lv'],
    [{ language: 'zh-Hant-TW' }, 'zh-Hant'],
    [{ language: 'pt-br' }, 'pt-BR'],
    [{ language: 'pt' }, undefined],
    [{ language: 'lvs' }, undefined],
    [{ language: 'en', locale: 'lv' }, undefined],
    [{ language: '', locale: 'lv' }, 'lv'],
    [{ language: 7 }, undefined],
    [{}, undefined],
  ])('%j is %s', (attributes, language) => {
    expect(languageFor({ languages }, attributes)).toBe(language);
  });
});
