import { expect, it } from 'vitest';
import { anOffice } from '../support/campaigns.ts';
import { aWorld } from '../support/world.ts';

const launch = '/admin/campaigns/spring/launch';

it.each([
  ['in the query of a call that takes none', 'POST', `${launch}?dryRun=true`, undefined],
  ['in the body of a call that takes none', 'POST', launch, { dryRun: true }],
  ['in the query of a report', 'GET', '/admin/campaigns/spring/report?dryRun=1', undefined],
])('a word that nobody knows, %s, is refused and does nothing', async (_, method, path, body) => {
  await using world = await aWorld();
  const office = await anOffice(world);
  await office.template('hello');
  await office.campaign('spring', { schedule: { on: 'Order Completed' } });
  const { status, errors } = await office.refused(method, path, body);
  expect([status, errors?.[0]?.path]).toEqual([422, 'dryRun']);
  expect(await office.state('spring')).toBe('draft');
});

it('an empty object is nothing said', async () => {
  await using world = await aWorld();
  const office = await anOffice(world);
  await office.template('hello');
  await office.campaign('spring', { schedule: { on: 'Order Completed' } });
  await office.done('POST', launch, {});
  expect(await office.state('spring')).toBe('running');
});

it.each([
  ['the data of a push', { channel: 'push', title: 'Hi', text: 'Hi', data: '?' }, 'data'],
  ['the languages of a template', { channel: 'sms', text: 'Hi', languages: '?' }, 'languages'],
])('a name that objects do not keep, in %s, is refused', async (_, template, field) => {
  await using world = await aWorld();
  const body = JSON.stringify({ name: 'T', ...template }).replace('"?"', '{"__proto__":{}}');
  const answer = await world.request('PUT', '/admin/templates/t', { admin: true, body });
  expect(answer.status).toBe(422);
  expect(answer.json()).toMatchObject({ errors: [{ path: `${field}.__proto__` }] });
});
