import { describe, expect, it } from 'vitest';
import type { Email, SendAnswer } from '../../shared/ports/senders.ts';
import { aProbe, aWorkshop, bodiesOf } from '../support/workshop.ts';

const welcome = {
  id: 'bWVzc2FnZQ',
  to: 'anna@example.com',
  subject: 'Welcome',
  html: '<p>Welcome</p>',
  text: 'Welcome',
  headers: { 'List-Unsubscribe': '<https://example.com/u/1>' },
  tags: { message: 'bWVzc2FnZQ' },
};

// About the machinery itself, not about what functions make of its misfortunes.
describe('feedback on an email in the local world', () => {
  it('comes as SES publishes it: sent by itself, the rest when it is told', async () => {
    await using workshop = aMailRoom();
    await workshop.embedded.ports.email.send([welcome]);
    for (const type of ['delivery', 'open', 'bounce', 'complaint', 'reject'] as const) {
      expect(await workshop.feedback({ message: welcome.id, type })).toBe('published');
      await workshop.settle();
    }
    expect(workshop.events).toMatchObject([
      { 'detail-type': 'Email Sent', detail: { eventType: 'Send', send: {} } },
      { 'detail-type': 'Email Delivered', detail: { eventType: 'Delivery' } },
      { 'detail-type': 'Email Opened', detail: { eventType: 'Open' } },
      {
        'detail-type': 'Email Bounced',
        source: 'aws.ses',
        detail: {
          eventType: 'Bounce',
          mail: {
            messageId: 'outbox-1',
            source: 'hello@perennial.example',
            destination: ['anna@example.com'],
            tags: { message: ['bWVzc2FnZQ'] },
            headers: expect.arrayContaining([
              { name: 'List-Unsubscribe', value: '<https://example.com/u/1>' },
            ]),
            commonHeaders: { to: ['anna@example.com'], subject: 'Welcome' },
          },
          bounce: {
            bounceType: 'Permanent',
            bouncedRecipients: [{ emailAddress: 'anna@example.com', status: '5.1.1' }],
          },
        },
      },
      { 'detail-type': 'Email Complaint Received', detail: { eventType: 'Complaint' } },
      { 'detail-type': 'Email Rejected', detail: { eventType: 'Reject' } },
    ]);
  });

  it('tells of what SES took although its answer was lost', async () => {
    await using workshop = aMailRoom(({ id }) => {
      if (id === 'second') throw new Error('The connection broke.');
      return undefined;
    });
    const emails = [welcome, { ...welcome, id: 'second' }];
    await expect(workshop.embedded.ports.email.send(emails)).rejects.toThrow('connection broke');
    await workshop.settle();
    expect(workshop.events).toMatchObject([
      { 'detail-type': 'Email Sent', detail: { mail: { tags: { message: [welcome.id] } } } },
    ]);
  });

  it('says which link was clicked, and that a bounce was not for good', async () => {
    await using workshop = aMailRoom();
    await workshop.embedded.ports.email.send([welcome]);
    const link = 'https://example.com/spring';
    await workshop.settle();
    await workshop.feedback({ message: welcome.id, type: 'click', link });
    await workshop.settle();
    await workshop.feedback({ message: welcome.id, type: 'bounce', bounceType: 'Transient' });
    await workshop.settle();
    expect(workshop.events.slice(1)).toMatchObject([
      { 'detail-type': 'Email Clicked', detail: { click: { link } } },
      { 'detail-type': 'Email Bounced', detail: { bounce: { bounceType: 'Transient' } } },
    ]);
  });

  it('is refused for what was never sent, and for text messages', async () => {
    await using workshop = aMailRoom();
    await workshop.embedded.ports.text.send({ id: 'sms-1', to: '+37120000000', text: 'Hello' });
    expect(await workshop.feedback({ message: 'nothing', type: 'open' })).toBe('unknown');
    expect(await workshop.feedback({ message: 'sms-1', type: 'open' })).toBe('no-feedback');
  });
});

function aMailRoom(answer?: (email: Email) => SendAnswer | undefined) {
  const events: unknown[] = [];
  const workshop = aWorkshop({
    ...(answer && { answer }),
    functions: () => [
      aProbe('email-events', async (event) => void events.push(...bodiesOf(event))),
    ],
  });
  return Object.assign(workshop, { events });
}
