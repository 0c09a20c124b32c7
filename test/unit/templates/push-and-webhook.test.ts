import { describe, expect, it } from 'vitest';
import { faultOf, renderer } from '../../../shared/domain/templates/rendering.ts';
import { nextVersion, templateContentSchema } from '../../../shared/domain/templates/template.ts';

const time = { now: Date.parse('2026-11-25T12:00:00Z'), timeZone: 'UTC' };

const dataOf = (attributes: Readonly<Record<string, unknown>>) => ({
  ...time,
  profile: { id: 'p-1', identifiers: { externalId: 'anna' }, attributes },
  event: undefined,
  campaign: { id: 'spring', name: 'Spring' },
  unsubscribeUrl: undefined,
  kind: 'marketing' as const,
});

const rendered = (content: unknown, attributes: Readonly<Record<string, unknown>> = {}) =>
  renderer(templateContentSchema.parse(content))(dataOf(attributes));

const webhook = (body: string) => ({ name: 'CRM', channel: 'webhook', body });

describe('the body of a webhook', () => {
  it('is JSON whatever people are called', () => {
    const body = '{ "name": "{{ profile.attributes.name }}", "id": {{ profile.id | json }} }';
    const result = rendered(webhook(body), { name: 'Anna "O\\Neil"\n{}' });
    expect(JSON.parse('body' in result ? result.body : '')).toEqual({
      name: 'Anna "O\\Neil"\n{}',
      id: 'p-1',
    });
  });

  it('takes numbers, lists and whole objects as they are, and what is absent as null', () => {
    const body =
      '{ "age": {{ profile.attributes.age }}, "cars": {{ profile.attributes.cars }}, "city": {{ profile.attributes.city | json }} }';
    const result = rendered(webhook(body), { age: 31, cars: [{ model: '3 "S"' }] });
    expect(JSON.parse('body' in result ? result.body : '')).toEqual({
      age: 31,
      cars: [{ model: '3 "S"' }],
      city: null,
    });
  });

  it('is refused when it is saved if it can be JSON for nobody', () => {
    const content = templateContentSchema.parse(webhook('{ "a": 1, }'));
    expect(faultOf(content, time)).toMatchObject({ field: 'body' });
  });

  it('is not refused when only some people have what it needs', () => {
    const content = templateContentSchema.parse(webhook('{ "age": {{ profile.attributes.age }} }'));
    expect(faultOf(content, time)).toBeUndefined();
    expect(() => rendered(content)).toThrow('no value for profile.attributes.age');
    expect(() => rendered({ ...content, missing: 'empty' })).toThrow('no JSON');
  });
});

describe('a push message', () => {
  const push = {
    name: 'Sale',
    channel: 'push',
    title: 'Hi {{ profile.attributes.name }}',
    text: 'Sale & more',
    url: '{{ profile.attributes.link }}',
    data: { order: '{{ profile.attributes.order }}' },
  };

  it('has a title, a text, a link and data, nothing escaped', () => {
    expect(rendered(push, { name: 'Anna', link: 'shop://1?a=1&b=2', order: 7 })).toEqual({
      title: 'Hi Anna',
      text: 'Sale & more',
      url: 'shop://1?a=1&b=2',
      data: { order: '7' },
    });
  });

  it('has no link where there is none', () => {
    expect(rendered({ ...push, missing: 'empty' })).not.toHaveProperty('url');
  });

  it.each(['from', 'google.x', 'gcm_id', 'a b'])('keeps off the data name %s', (key) => {
    const data = { [key]: 'x' };
    expect(templateContentSchema.safeParse({ ...push, data }).success).toBe(false);
  });

  it('is a new version when its data changes, and the same one when nothing does', () => {
    const content = templateContentSchema.parse(push);
    const head = nextVersion('sale', content, { head: undefined, now: time.now });
    expect(nextVersion('sale', content, { head, now: time.now })).toBe(head);
    const changed = templateContentSchema.parse({ ...push, data: { order: '1' } });
    expect(nextVersion('sale', changed, { head, now: time.now }).version).toBe(2);
  });
});
