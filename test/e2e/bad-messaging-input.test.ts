import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { World } from '../../infra/local/world.ts';
import { modes } from '../support/modes.ts';
import { pathsOf, refusal } from '../support/refusal.ts';
import { aSite } from '../support/site.ts';
import { aWorld } from '../support/world.ts';

describe.each(modes)('what is sent, in a world that is hostile %s', (hostile) => {
  let world: World & AsyncDisposable;

  beforeAll(async () => {
    world = await aWorld({ hostile });
    const site = await aSite(world);
    const template = { name: 'March', channel: 'sms', text: 'Hello' };
    await site.admin('PUT', '/admin/templates/march', template);
  });

  afterAll(() => world.close());

  it.each([
    ['GET', '/admin/messages/none', 'message'],
    ['GET', '/admin/runs/none/verify', 'run'],
    ['GET', '/admin/webhooks/none', 'none'],
    ['DELETE', '/admin/webhooks/none', 'none'],
    ['POST', '/admin/webhooks/none/keys', 'none'],
    ['GET', '/admin/campaigns/none/report', 'none'],
    ['POST', '/admin/campaigns/none/preflight', 'none'],
    ['POST', '/admin/campaigns/none/approve', 'none'],
    ['POST', '/admin/campaigns/none/pause', 'none'],
    ['GET', '/admin/explain?campaign=none&externalId=nobody', 'none'],
    ['GET', '/admin/templates/none/versions', 'none'],
    ['GET', '/admin/templates/march/versions/7', '7'],
  ])('%s %s is not found, and says what', async (method, path, what) => {
    const { status, detail } = await refusal(world, method, path, {});
    expect(status).toBe(404);
    expect(detail).toContain(what);
  });

  const campaign = {
    name: 'New',
    topic: 'offers',
    schedule: { on: 'Order Completed' },
    message: { channel: 'sms', template: 'march' },
  };

  it.each<[string, string, unknown, readonly string[]]>([
    [
      'PUT',
      '/admin/sending-policy',
      { caps: [{ channel: 'fax', per: 'year', limit: 0 }], colour: 1 },
      ['caps[0].channel', 'caps[0].per', 'caps[0].limit', 'colour'],
    ],
    [
      'PUT',
      '/admin/sending-policy',
      { controlGroup: { share: 0.6 }, reputation: { bounces: 5 }, warmUp: { from: 'now' } },
      ['controlGroup.share', 'reputation.bounces', 'warmUp.from'],
    ],
    ['PUT', '/admin/sending-policy', { prices: { sms: { Latvia: 1 } } }, ['prices.sms.Latvia']],
    ['PUT', '/admin/webhooks/new', { name: '', url: 'https://a.example' }, ['name']],
    ['PUT', '/admin/webhooks/new', { name: 'New', url: 'ftp://a.example' }, ['url']],
    ['POST', '/admin/templates/march/test', { to: 'somebody' }, ['to']],
    ['PUT', '/admin/campaigns/new', { ...campaign, deadline: 'soon' }, ['deadline']],
    ['PUT', '/admin/campaigns/new', { ...campaign, holdout: 1 }, ['holdout']],
    ['PUT', '/admin/campaigns/new', { ...campaign, priority: 11 }, ['priority']],
    ['PUT', '/admin/campaigns/new', { ...campaign, overCap: 'defer' }, ['deadline']],
    ['PUT', '/admin/campaigns/new', { ...campaign, resend: 'always' }, ['resend']],
    [
      'PUT',
      '/admin/campaigns/new',
      { ...campaign, quietHours: { from: '9', to: '25:00' } },
      ['quietHours.from', 'quietHours.to'],
    ],
    [
      'PUT',
      '/admin/campaigns/new',
      { ...campaign, message: { channel: 'best', order: ['sms'] } },
      ['message.templates'],
    ],
    [
      'PUT',
      '/admin/campaigns/new',
      { ...campaign, goal: { event: 'Paid', within: 'P7D', attribution: 'best' } },
      ['goal.attribution'],
    ],
  ])('%s %s %j is named by its path', async (method, path, body, paths) => {
    const problem = await refusal(world, method, path, { body });
    expect([problem.status, pathsOf(problem)]).toEqual([422, paths]);
    for (const { message } of problem.errors ?? []) expect(message).not.toBe('');
  });
});
