import { describe, expect, it } from 'vitest';
import type { World } from '../../infra/local/world.ts';
import { getTemplateVersion } from '../../shared/stores/templates.ts';
import { somePeople } from '../support/messaging.ts';
import { ask, modes } from '../support/modes.ts';
import { aWorld } from '../support/world.ts';

const email = {
  name: 'Spring',
  channel: 'email',
  subject: 'Hello {{ profile.attributes.firstName }}',
  html: '<p>{{ event.properties.total }} € <a href="{{ unsubscribeUrl }}">bye</a></p>',
};

const put = (world: World, id: string, body: unknown) =>
  ask(world, 'PUT', `/admin/templates/${id}`, { body, admin: true });
const get = (world: World, path: string) => ask(world, 'GET', path, { admin: true });
const preview = (world: World, body: unknown) =>
  ask(world, 'POST', '/admin/templates/spring/preview', { body, admin: true });

describe.each(modes)('a template, hostile %s', (hostile) => {
  it('reads back as it was saved, and keeps every version', async () => {
    await using world = await aWorld({ hostile });
    const saved = await put(world, 'spring', email);
    expect(saved.status).toBe(200);
    expect(saved.json()).toEqual({
      ...email,
      id: 'spring',
      version: 1,
      savedAt: world.now(),
      variables: ['event.properties.total', 'profile.attributes.firstName', 'unsubscribeUrl'],
    });
    await put(world, 'spring', { ...email, subject: 'Hi' });
    await put(world, 'spring', { ...email, subject: 'Hi' });
    expect((await get(world, '/admin/templates/spring')).json()).toMatchObject({
      subject: 'Hi',
      version: 2,
    });
    const first = await getTemplateVersion(world.ports.table, 'spring', 1);
    expect(first).toMatchObject({ subject: email.subject });
    await put(world, 'autumn', { name: 'Autumn', channel: 'sms', text: 'Hi' });
    expect((await get(world, '/admin/templates')).json()).toMatchObject({
      items: [
        { id: 'autumn', channel: 'sms', version: 1 },
        { id: 'spring', channel: 'email', version: 2 },
      ],
      next: null,
    });
  });

  it.each<[string, string, unknown, string]>([
    ['Liquid that does not close', 'spring', { ...email, html: '{% if x %}' }, 'html'],
    [
      'a field that an SMS has not',
      'spring',
      { name: 'A', channel: 'sms', text: 'a', html: 'b' },
      'html',
    ],
    ['html too deep to be read', 'spring', { ...email, html: '<div>'.repeat(30_000) }, 'html'],
    ['no channel', 'spring', { name: 'A' }, 'channel'],
    ['an id that is no slug', 'a%20b', email, 'id'],
  ])('with %s is refused by name, and nothing is saved', async (_, id, body, path) => {
    await using world = await aWorld({ hostile });
    const answer = await put(world, id, body);
    expect(answer.status).toBe(422);
    expect(answer.json()).toMatchObject({ errors: [{ path }] });
    expect((await get(world, '/admin/templates/spring')).status).toBe(404);
  });

  it('keeps its channel: campaigns depend on it', async () => {
    await using world = await aWorld({ hostile });
    await put(world, 'spring', email);
    const answer = await put(world, 'spring', { name: 'A', channel: 'sms', text: 'a' });
    expect(answer.status).toBe(422);
    expect(answer.json()).toMatchObject({ errors: [{ path: 'channel' }] });
  });

  it('saved by two at once loses neither', async () => {
    await using world = await aWorld({ hostile });
    const names = ['One', 'Two', 'Three'];
    await Promise.all(names.map((name) => put(world, 'spring', { ...email, name })));
    const versions = await Promise.all(
      [1, 2, 3].map((version) => getTemplateVersion(world.ports.table, 'spring', version)),
    );
    expect(new Set(versions.map((version) => version?.name))).toEqual(new Set(names));
  });
});

describe.each(modes)('a preview, hostile %s', (hostile) => {
  it('shows what a stored or a made-up person would get', async () => {
    await using world = await aWorld({ hostile });
    await put(world, 'spring', email);
    await somePeople(world, 1);
    const event = { name: 'Order Completed', properties: { total: 29.33 } };
    const stored = await preview(world, { profile: 'person-0000', event });
    expect(stored.json()).toEqual({
      subject: 'Hello Anna 0',
      html: '<p>29.33 € <a href="http://localhost:8787/u/preview">bye</a></p>',
      text: '29.33 € bye (http://localhost:8787/u/preview)',
      language: null,
      missing: [],
      isWithheld: false,
      bytes: 161,
    });
    const made = await preview(world, { profile: { attributes: { firstName: '<Eve>' } } });
    expect(made.json()).toMatchObject({ subject: 'Hello <Eve>' });
    expect((await preview(world, {})).status).toBe(200);
  });

  it('says what cannot be rendered with this data', async () => {
    await using world = await aWorld({ hostile });
    const html = '{{ profile.attributes.html | raw }}';
    await put(world, 'spring', { ...email, subject: '{{ profile.attributes.title }}', html });
    for (const attributes of [{}, { title: 'Hi', html: '<div>'.repeat(30_000) }]) {
      const answer = await preview(world, { profile: { attributes } });
      expect(answer.status).toBe(422);
      expect(answer.json()).toMatchObject({ errors: [{ path: 'template' }] });
    }
  });

  it('names what is missing', async () => {
    await using world = await aWorld({ hostile });
    expect((await preview(world, {})).status).toBe(404);
    await put(world, 'spring', email);
    const answer = await preview(world, { profile: 'nobody' });
    expect(answer.status).toBe(422);
    expect(answer.json()).toMatchObject({ errors: [{ path: 'profile' }] });
  });
});
