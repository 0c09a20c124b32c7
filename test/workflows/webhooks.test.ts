import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import type { World, WorldOptions } from '../../infra/local/world.ts';
import type { SendAnswer } from '../../shared/ports/senders.ts';
import { Breaker } from '../support/breaking-ports.ts';
import { anOffice } from '../support/campaigns.ts';
import { modes, settled } from '../support/modes.ts';
import { aWorld } from '../support/world.ts';

const body =
  '{ "who": "{{ profile.identifiers.externalId }}", "campaign": {{ campaign.id | json }} }';

/** An office with people, none of whom allows anything, and a campaign that calls a webhook about them. */
async function aWebhookCampaign(world: World, people = 3) {
  const office = await anOffice(world);
  for (let person = 1; person <= people; person += 1) {
    await office.lead(`p${person}`, { consents: [] });
  }
  await office.segment('all', { attribute: 'email', exists: true });
  const made = await office.done('PUT', '/admin/webhooks/crm', {
    name: 'CRM',
    url: 'https://crm.example.com/hooks',
  });
  await office.template('call', { channel: 'webhook', body, subject: undefined, html: undefined });
  await office.campaign('calls', {
    audience: { include: ['all'] },
    schedule: { at: '2026-11-25T13:00', timeZone: 'UTC' },
    message: { channel: 'webhook', template: 'call', endpoint: 'crm' },
  });
  await office.launch('calls');
  return { office, secret: String(made['secret']) };
}

const statesOf = async (office: Awaited<ReturnType<typeof anOffice>>) =>
  (await office.rows('calls')).map(({ state, reason }) => (reason ? `${state}(${reason})` : state));

const calls = (world: World) => world.outbox().filter(({ channel }) => channel === 'webhook');

const minutesOf = (world: World): number => Date.parse(world.now()) / 60_000;

describe.each(modes)('a webhook, hostile %s', (hostile) => {
  const worldWith = (options: Partial<WorldOptions> = {}) => aWorld({ hostile, ...options });

  it('is called once for each person, consent or none, and its signature holds', async () => {
    await using world = await worldWith();
    const { office, secret } = await aWebhookCampaign(world);
    await world.advance('PT1H');
    await settled(world, hostile);
    await world.advance('PT20M');
    expect(await statesOf(office)).toEqual(['accepted', 'accepted', 'accepted']);
    expect(calls(world)).toHaveLength(3);
    for (const { id, to, text, headers } of calls(world)) {
      expect(to).toBe('https://crm.example.com/hooks');
      expect(headers['webhook-id']).toBe(id);
      const sent = hmacOf(secret, headers, text);
      expect(headers['webhook-signature']?.split(' ')).toContain(sent);
    }
    const people = calls(world).map(({ text }) => JSON.parse(text));
    expect(people).toContainEqual({ who: 'p1', campaign: 'calls' });
  });

  it('that answers 500 for an hour is called again with the same id: nothing lost, nothing taken twice', async () => {
    let downUntil = Number.POSITIVE_INFINITY;
    const tried = new Set<string>();
    let failures = 0;
    await using world = await worldWith({
      webhookAnswer: ({ id, headers }): SendAnswer | undefined => {
        tried.add(id);
        const isDown = Number(headers['webhook-timestamp']) / 60 < downUntil;
        if (isDown) failures += 1;
        return isDown ? { kind: 'throttled', reason: 'http-500' } : undefined;
      },
    });
    const { office } = await aWebhookCampaign(world);
    downUntil = minutesOf(world) + 120;
    await world.advance('PT1H50M');
    expect(calls(world)).toEqual([]);
    expect(failures).toBeGreaterThan(5);
    await world.advance('PT2H');
    expect(await statesOf(office)).toEqual(['accepted', 'accepted', 'accepted']);
    const taken = calls(world).map(({ id }) => id);
    expect(new Set(taken)).toEqual(tried);
    expect(taken).toHaveLength(3);
  });
});

/** Standard Webhooks' own library says what the signature must be. */
function hmacOf(secret: string, headers: Readonly<Record<string, string>>, text: string): string {
  const { 'webhook-id': id = '', 'webhook-timestamp': seconds = '' } = headers;
  return new Webhook(secret).sign(id, new Date(Number(seconds) * 1000), text);
}

describe('a webhook', () => {
  it('that refuses for good ends its message, and no other', async () => {
    await using world = await aWorld({
      webhookAnswer: ({ body: text }) =>
        text.includes('p2') ? { kind: 'rejected', reason: 'http-410' } : undefined,
    });
    const { office } = await aWebhookCampaign(world);
    await world.advance('PT2H');
    expect((await statesOf(office)).toSorted()).toEqual([
      'accepted',
      'accepted',
      'rejected(http-410)',
    ]);
  });

  it('that asks to be left alone for ten minutes is', async () => {
    const instants: number[] = [];
    await using world = await aWorld({
      webhookAnswer: ({ headers }) => {
        instants.push(Number(headers['webhook-timestamp']));
        return instants.length > 1
          ? undefined
          : { kind: 'throttled', reason: 'http-429', retryAfterSeconds: 600 };
      },
    });
    await aWebhookCampaign(world, 1);
    await world.advance('PT3H');
    expect(instants).toHaveLength(2);
    const [first = 0, second = 0] = instants;
    expect(second - first).toBeGreaterThanOrEqual(600);
    expect(second - first).toBeLessThan(700);
  });

  it.each(['kill', 'stumble'] as const)(
    'of which nobody knows whether it arrived (%s at any call) is called again with the same id',
    async (how) => {
      let at = 0;
      for (let hasBroken = true; hasBroken; ) {
        at += 1;
        const breaker = new Breaker({ at, when: 'after', how });
        await using world = await aWorld({
          around: (row, ports) =>
            row.file === 'functions/messaging/send-webhooks.ts' ? breaker.around(ports) : ports,
        });
        const { office } = await aWebhookCampaign(world, 1);
        await world.advance('PT2H');
        breaker.revive();
        await world.advance('PT2H');
        expect(await statesOf(office), `broken at ${at}`).toEqual(['accepted']);
        const ids = new Set(calls(world).map(({ id }) => id));
        expect(ids.size).toBe(1);
        expect(calls(world).length).toBeLessThanOrEqual(2);
        ({ hasBroken } = breaker);
      }
      expect(at).toBeGreaterThan(8);
    },
  );

  it('whose secret was changed is signed with both for a day', async () => {
    await using world = await aWorld();
    const { office, secret } = await aWebhookCampaign(world, 1);
    const { secret: newer } = await office.done('POST', '/admin/webhooks/crm/keys');
    expect(newer).not.toBe(secret);
    await world.advance('PT1H');
    const [call] = calls(world);
    const { headers = {}, text = '' } = call ?? {};
    expect(headers['webhook-signature']?.split(' ')).toEqual([
      hmacOf(String(newer), headers, text),
      hmacOf(secret, headers, text),
    ]);
    await world.advance('P1D');
    const { keys } = await office.done('GET', '/admin/webhooks/crm');
    expect(keys).toHaveLength(1);
  });

  it('shows its secret once', async () => {
    await using world = await aWorld();
    const { office, secret } = await aWebhookCampaign(world, 1);
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const again = { name: 'CRM', url: 'https://crm.example.com/new' };
    const answers = [
      await office.done('PUT', '/admin/webhooks/crm', again),
      await office.done('GET', '/admin/webhooks/crm'),
      await office.done('GET', '/admin/webhooks'),
    ];
    expect(JSON.stringify(answers)).not.toContain('whsec_');
    expect(answers[1]).toMatchObject({ id: 'crm', ...again });
  });

  it('that has been deleted is called no more, and its messages say so', async () => {
    await using world = await aWorld();
    const { office } = await aWebhookCampaign(world, 1);
    await office.done('DELETE', '/admin/webhooks/crm');
    await world.advance('PT2H');
    expect(await statesOf(office)).toEqual(['rejected(no-endpoint)']);
    expect(await office.refused('GET', '/admin/webhooks/crm')).toMatchObject({ status: 404 });
  });

  it.each([
    'http://crm.example.com/',
    'https://localhost/',
    'https://10.0.0.1/',
    'https://[::1]/',
    'https://metadata.internal/',
    'https://user:pass@crm.example.com/',
    'https://crm.example.com/#a',
    'ftp://crm.example.com/',
    'crm',
    'https://crm.example.com/{{ profile.id }}',
    'https://crm.example.com\\@other.example.com/',
    'https://crm.example.com/a\r\nb',
  ])('cannot lead to %s', async (url) => {
    await using world = await aWorld();
    const office = await anOffice(world);
    const refusal = await office.refused('PUT', '/admin/webhooks/crm', { name: 'CRM', url });
    expect(refusal).toMatchObject({ status: 422, errors: [{ path: 'url' }] });
  });

  it('may lead to this machine in the local world alone', async () => {
    const webhook = { name: 'CRM', url: 'http://localhost:3000/hook' };
    await using local = await aWorld();
    await (await anOffice(local)).done('PUT', '/admin/webhooks/crm', webhook);
    await using elsewhere = await aWorld({ settings: { publicUrl: 'https://api.example.com' } });
    const office = await anOffice(elsewhere);
    const refusal = await office.refused('PUT', '/admin/webhooks/crm', webhook);
    expect(refusal).toMatchObject({ status: 422 });
  });

  it('that does not exist cannot be called by a campaign', async () => {
    await using world = await aWorld();
    const { office } = await aWebhookCampaign(world, 1);
    const refusal = await office.refused('PUT', '/admin/campaigns/others', {
      name: 'others',
      topic: 'offers',
      audience: { include: ['all'] },
      schedule: { at: '2026-11-25T13:00', timeZone: 'UTC' },
      message: { channel: 'webhook', template: 'call', endpoint: 'erp' },
    });
    expect(refusal).toMatchObject({ status: 422, errors: [{ path: 'message.endpoint' }] });
  });

  it('has no links that could be tracked: a campaign that asks for it is refused', async () => {
    await using world = await aWorld();
    const { office } = await aWebhookCampaign(world, 1);
    const refusal = await office.refused('PUT', '/admin/campaigns/others', {
      name: 'others',
      topic: 'offers',
      audience: { include: ['all'] },
      schedule: { at: '2026-11-25T13:00', timeZone: 'UTC' },
      message: { channel: 'webhook', template: 'call', endpoint: 'crm' },
      links: { track: true },
    });
    expect(refusal).toMatchObject({ status: 422, errors: [{ path: 'links' }] });
  });
});
