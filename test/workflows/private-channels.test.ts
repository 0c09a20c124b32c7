import { inspect } from 'node:util';
import { afterAll, describe, expect, it, vi } from 'vitest';
import type { AroundPorts } from '../../infra/local/load-functions.ts';
import { anOffice } from '../support/campaigns.ts';
import { ask } from '../support/modes.ts';
import { aWorld } from '../support/world.ts';

// Before anything is imported that keeps a console: all logs and metrics, as loud as they can be.
const written = vi.hoisted(() => {
  process.env['POWERTOOLS_LOG_LEVEL'] = 'DEBUG';
  process.env['POWERTOOLS_METRICS_DISABLED'] = 'false';
  const lines: string[] = [];
  const take = (chunk: unknown): boolean => {
    lines.push(String(chunk));
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(take);
  vi.spyOn(process.stderr, 'write').mockImplementation(take);
  for (const level of ['debug', 'info', 'log', 'warn', 'error', 'trace'] as const) {
    vi.spyOn(console, level).mockImplementation((...words: readonly unknown[]) => {
      for (const word of words) lines.push(inspect(word, { depth: 10 }));
    });
  }
  return lines;
});
afterAll(() => void vi.restoreAllMocks());

const phone = '+37120000456';
const stranger = '+37120000789';
const token = 'token-plugh-of-anna';
const words = 'my doctor is dr xyzzy';
const secrets = ['20000456', '20000789', 'plugh', 'xyzzy', 'whsec', 'zebedee'];

/** How a provider is away: it says so, quoting whom it was to reach. */
const away = (to: string) => async (): Promise<never> => {
  throw new Error(`The connection to ${to} of Zebedee was lost.`);
};

const sends = ['sms', 'push', 'webhook'] as const;

describe('what is written to logs and metrics about SMS, push messages and webhooks', () => {
  it('names no number, no token, no word of an answer and no secret, whatever breaks', async () => {
    let isAway = false;
    const around: AroundPorts = (_, ports) => ({
      ...ports,
      text: { send: (one) => (isAway ? away(one.to)() : ports.text.send(one)) },
      push: { send: (one) => (isAway ? away(one.device.token)() : ports.push.send(one)) },
      webhook: { send: (one) => (isAway ? away(one.body)() : ports.webhook.send(one)) },
    });
    const reason = `Nobody at ${token}`;
    await using world = await aWorld({ around, pushAnswer: () => ({ kind: 'rejected', reason }) });
    const office = await anOffice(world);
    const consents = sends.map((channel) => ({ topic: 'offers', channel, given: true }));
    await office.lead('anna', { phone, consents: consents.slice(0, 2) });
    const device = { id: 'd', token, type: 'ios' };
    await office.track('anna', 'Application Opened', { messageId: 'open', context: { device } });
    await office.segment('all', { attribute: 'phone', exists: true });
    const url = 'https://crm.example.com/hooks';
    await office.done('PUT', '/admin/webhooks/crm', { name: 'CRM', url });
    const contents = {
      sms: { text: 'Hello' },
      push: { title: 'Hello', text: 'Hello' },
      webhook: { body: '{ "phone": "{{ profile.identifiers.phone }}" }' },
    };
    for (const channel of sends) {
      const none = { subject: undefined, html: undefined };
      await office.template(channel, { channel, ...none, ...contents[channel] });
    }
    for (const [round, at] of ['13:00', '15:00'].entries()) {
      isAway = round === 1;
      for (const channel of sends) {
        const id = `${channel}-${round}`;
        const endpoint = channel === 'webhook' ? { endpoint: 'crm' } : {};
        await office.campaign(id, {
          audience: { include: ['all'] },
          schedule: { at: `2026-11-25T${at}`, timeZone: 'UTC' },
          message: { channel, template: channel, ...endpoint },
        });
        await office.launch(id);
      }
      await world.advance('PT2H');
    }
    const [text] = world.outbox().filter(({ channel }) => channel === 'sms');
    await world.feedback({ message: text?.id ?? '', type: 'failure' });
    for (const from of [phone, stranger, words]) {
      await ask(world, 'POST', '/local/texts', { body: { from, text: words } });
    }
    await world.ports.queue.send('inbound-texts', [{ body: { from: phone, text: words } }]);
    isAway = true;
    await ask(world, 'POST', '/admin/templates/sms/test', { admin: true, body: { to: phone } });
    await world.advance('PT2H');
    written.push(...world.failures().map(({ error }) => error));
    const told = [
      'provider-did-not-answer',
      'repeatable-call-broken',
      'message-rejected',
      'text-not-delivered',
      'inbound-text-of-no-number',
      'inbound-text-of-nobody',
      'test-not-answered',
      'message-unreadable',
    ];
    // Everything that breaks was told, so that silence proves nothing.
    expect(told.filter((code) => !written.some((line) => line.includes(code)))).toEqual([]);
    const leaks = written.filter((line) =>
      secrets.some((secret) => line.toLowerCase().includes(secret)),
    );
    expect(leaks).toEqual([]);
  });
});
