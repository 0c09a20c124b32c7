import { describe, expect, it, vi } from 'vitest';
import { lambdaContext } from '../../infra/local/lambda-context.ts';
import { functions } from '../../infra/manifest.ts';
import { messageId } from '../../shared/domain/messaging/message.ts';
import { NotSent, type SendAnswer } from '../../shared/ports/senders.ts';
import { anOffice } from '../support/campaigns.ts';
import { aRun, handOver, ledgerOf, reserve, somePeople, standing } from '../support/messaging.ts';
import { aWorld } from '../support/world.ts';

// Exact counts of one call each: a hostile world makes more calls.
describe('what is counted for the alarms', () => {
  it.each<[string, () => SendAnswer, string]>([
    ['refused one by one', () => ({ kind: 'throttled', reason: 'PAUSED' }), 'MessagesRefused'],
    [
      'refused whole',
      () => {
        throw new NotSent('The provider took nothing.');
      },
      'MessagesRefused',
    ],
    [
      'never answered',
      () => {
        throw new Error('socket hang up');
      },
      'MessagesUnanswered',
    ],
  ])('is every message of a call that was %s', async (_, emailAnswer, metric) => {
    await using world = await aWorld({ emailAnswer });
    const { metrics } = await import('../../shared/runtime/observability.ts');
    using counted = vi.spyOn(metrics, 'addMetric');
    const run = await aRun(world);
    await handOver(world, await reserve(world, run, await somePeople(world, 3)));
    await world.settle();
    expect(counted.mock.calls).toEqual([[metric, 'Count', 3]]);
  });
});

describe('a system of the company that takes no webhooks', () => {
  it('is told of apart from providers, with the run it stops', async () => {
    await using world = await aWorld({
      webhookAnswer: () => ({ kind: 'throttled', reason: 'http-500' }),
    });
    const { logger, metrics } = await import('../../shared/runtime/observability.ts');
    using counted = vi.spyOn(metrics, 'addMetric');
    using warned = vi.spyOn(logger, 'warn');
    const office = await anOffice(world);
    await office.lead('anna');
    await office.segment('all', { attribute: 'email', exists: true });
    const address = { name: 'CRM', url: 'https://crm.example.com/hooks' };
    await office.done('PUT', '/admin/webhooks/crm', address);
    const words = { channel: 'webhook', body: '{}', subject: undefined, html: undefined };
    await office.template('call', words);
    await office.campaign('calls', {
      audience: { include: ['all'] },
      schedule: { at: '2026-11-25T13:00', timeZone: 'UTC' },
      message: { channel: 'webhook', template: 'call', endpoint: 'crm' },
    });
    await office.launch('calls');
    await world.advance('PT1H1M');
    const names = new Set(counted.mock.calls.map(([name]) => name));
    names.delete('DueLag'); // Of every tick.
    expect([...names]).toEqual(['WebhooksRefused']);
    expect(warned).toHaveBeenCalledWith('provider-refused', {
      run: expect.stringMatching(/^calls/),
      channel: 'webhook',
      messages: 1,
    });
  });
});

describe('a sender whose time is nearly over', () => {
  it('begins no call, not even the first of a body, and hands the messages out again', async () => {
    await using world = await aWorld();
    const run = await aRun(world);
    const rows = await reserve(world, run, await somePeople(world, 2));
    const row = functions.find(({ file }) => file === 'functions/messaging/send-emails.ts');
    if (row === undefined) throw new Error('The sender is not in the manifest.');
    const { handler } = await import('../../functions/messaging/send-emails.ts');
    const context = { ...lambdaContext(row), getRemainingTimeInMillis: () => 29_000 };
    const body = JSON.stringify({ messages: rows.map(messageId) });
    const attributes = { ApproximateReceiveCount: '1' };
    // The function reads nothing else of a record.
    const event = { Records: [{ messageId: 'm', body, attributes }] } as unknown as Parameters<
      typeof handler
    >[0];
    expect(await handler.in(world.ports)(event, context)).toEqual({ batchItemFailures: [] });
    expect(world.outbox()).toEqual([]);
    expect(standing(await ledgerOf(world, run))).toEqual(['reserved', 'reserved']);
    await world.advance('PT10M');
    expect(world.outbox()).toHaveLength(2);
  });
});
