import { CreatePlatformApplicationCommand } from '@aws-sdk/client-sns';
import { expect, it } from 'vitest';
import { type Here, once } from './office.ts';

const hourMs = 60 * 60_000;

/** By the calendar, after a delay, from a list, on a device, and again from the timeline. */
export function byOtherWays(here: Here): void {
  it('lets people leave a segment when their time is over', async () => {
    const { world, office } = here();
    await office.track('dora', 'Page Viewed');
    await world.settle();
    const rule = { did: 'Page Viewed', within: 'P1D' };
    await office.done('PUT', '/admin/segments/curious', { name: 'Curious', rule });
    await world.settle();
    await world.advance(3 * 60_000);
    expect(await office.members('curious')).toEqual(['dora']);
    await world.advance(25 * hourMs);
    expect(await office.members('curious')).toEqual([]);
  });

  it('sends what an event starts after its delay', async () => {
    const { world, office } = here();
    await office.template('reminder');
    await office.launch('reminder', { schedule: { on: 'Cart Left', delay: 'PT1H' } });
    await office.track('dora', 'Cart Left');
    await world.settle();
    expect(await office.received('reminder')).toEqual({});
    await world.advance(1.1 * hourMs);
    expect(await office.received('reminder')).toEqual(once(['dora']));
  });

  it('sends to the people of an uploaded list, on their devices too', async () => {
    const { world, office } = here();
    await office.done('PUT', '/admin/lists/fair', { name: 'Fair' });
    const identifiers = [{ externalId: 'bert' }, { externalId: 'dora' }];
    await office.done('POST', '/admin/lists/fair/members', { identifiers });
    await office.done('PUT', '/admin/segments/fair', { name: 'Fair', rule: { list: 'fair' } });
    await world.settle();
    await world.advance(3 * 60_000);
    expect(await office.members('fair')).toEqual(['bert', 'dora']);

    const application = { Name: 'Example', Platform: 'APNS', Attributes: {} };
    await world.clients.sns.send(new CreatePlatformApplicationCommand(application));
    const device = { id: 'dora-phone', token: 'd0'.repeat(32), type: 'ios' };
    await office.track('dora', 'Application Opened', {}, { device });
    const consents = [{ topic: 'offers', channel: 'push', given: true }];
    await office.post('/v1/leads', { messageId: 'push', externalId: 'dora', consents });
    await world.settle();
    const words = { subject: undefined, html: undefined, title: 'Sale', text: 'Now' };
    await office.template('push', { channel: 'push', ...words });
    const message = { channel: 'push', template: 'push' };
    await office.sendOnce('push', { audience: { include: ['fair'] }, message });
    expect(await office.standing('push')).toMatchObject({ dora: 'accepted' });
  });

  it('publishes the timeline again, and nobody is written to again', async () => {
    const { world, office } = here();
    const before = await office.received('welcome');
    const republish = world.lambda('functions/tracking/republish-timeline.ts');
    const to = new Date(world.now()).toISOString();
    const answer = await republish.invoke({ from: '2020-01-01T00:00:00Z', to });
    const published = expect.toSatisfy((count: number) => count > 5, 'several');
    expect(answer).toMatchObject({ published, next: null });
    await world.settle();
    expect(await office.received('welcome')).toEqual(before);
    expect(await office.received('reminder')).toEqual(once(['dora']));
  });
}
