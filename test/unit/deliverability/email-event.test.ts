import { describe, expect, it } from 'vitest';
import {
  type EmailEvent,
  readEmailEvent,
} from '../../../shared/domain/deliverability/email-event.ts';
import { changeBy, provesSending } from '../../../shared/domain/deliverability/feedback.ts';
import { changed, newMessage } from '../../../shared/domain/messaging/ledger.ts';
import {
  type Message,
  type MessageState,
  messageStates,
} from '../../../shared/domain/messaging/message.ts';

const mail = {
  timestamp: '2017-08-05T00:40:02.012Z',
  source: 'Sender <sender@example.com>',
  messageId: 'EXAMPLE7c191be45',
  destination: ['recipient@example.com'],
  headersTruncated: false,
  headers: [{ name: 'From', value: 'Sender <sender@example.com>' }],
  tags: {
    'ses:configuration-set': ['perennial'],
    'ses:from-domain': ['example.com'],
    message: ['bWVzc2FnZQ'],
    campaign: ['spring'],
  },
};
const timestamp = '2017-08-05T00:41:02.669Z';
const touch = { timestamp, ipAddress: '192.0.2.1', userAgent: 'Mozilla/5.0' };
const about = { message: 'bWVzc2FnZQ', providerId: 'EXAMPLE7c191be45' };

describe('what SES publishes', () => {
  it.each<[string, unknown, EmailEvent]>([
    ['Send', { send: {} }, { ...about, kind: 'sent', at: mail.timestamp }],
    [
      'Delivery',
      { delivery: { timestamp, processingTimeMillis: 546, recipients: mail.destination } },
      { ...about, kind: 'delivered', at: timestamp },
    ],
    [
      'Bounce',
      {
        bounce: {
          bounceType: 'Permanent',
          bounceSubType: 'General',
          bouncedRecipients: [{ emailAddress: 'Recipient@example.com', status: '5.1.1' }],
          timestamp,
          feedbackId: 'f1',
        },
      },
      {
        ...about,
        kind: 'bounced',
        at: timestamp,
        permanent: true,
        detail: 'Permanent/General',
        feedbackId: 'f1',
        addresses: ['recipient@example.com'],
      },
    ],
    [
      'Complaint',
      {
        complaint: {
          complainedRecipients: [
            { emailAddress: 'recipient@example.com' },
            { emailAddress: 'somebody.else@example.com' },
          ],
          timestamp: '2017-08-05T02:41:02+02:00',
          feedbackId: 'f2',
          complaintSubType: null,
        },
      },
      {
        ...about,
        kind: 'complained',
        at: '2017-08-05T00:41:02.000Z',
        feedbackId: 'f2',
        addresses: ['recipient@example.com'],
      },
    ],
    [
      'Bounce',
      {
        bounce: {
          bounceType: 'Permanent',
          bounceSubType: 'OnAccountSuppressionList',
          bouncedRecipients: [{ emailAddress: 'recipient@example.com' }],
          timestamp,
          feedbackId: 'f3',
        },
      },
      {
        ...about,
        kind: 'bounced',
        at: timestamp,
        permanent: true,
        detail: 'Permanent/OnAccountSuppressionList',
        feedbackId: 'f3',
        addresses: ['recipient@example.com'],
        isHeldBack: true,
      },
    ],
    [
      'Complaint',
      {
        complaint: {
          complainedRecipients: [{ emailAddress: 'recipient@example.com' }],
          timestamp,
          feedbackId: 'f4',
          complaintSubType: 'OnAccountSuppressionList',
        },
      },
      {
        ...about,
        kind: 'complained',
        at: timestamp,
        feedbackId: 'f4',
        addresses: ['recipient@example.com'],
        isHeldBack: true,
      },
    ],
    [
      'Reject',
      { reject: { reason: 'Bad content' } },
      { ...about, kind: 'rejected', at: mail.timestamp, detail: 'Bad content' },
    ],
    [
      'Rendering Failure',
      { failure: { errorMessage: 'missing', templateName: 't' } },
      { ...about, kind: 'rejected', at: mail.timestamp, detail: 'missing' },
    ],
    ['Open', { open: touch }, { ...about, kind: 'opened', at: timestamp, automated: false }],
    [
      'Open',
      { open: { ...touch, isBot: true } },
      { ...about, kind: 'opened', at: timestamp, automated: true },
    ],
    [
      'Open',
      { open: { ...touch, isBot: 'unlikely' } },
      { ...about, kind: 'opened', at: timestamp, automated: false },
    ],
    [
      'Click',
      { click: { ...touch, link: 'https://a.example', linkTags: null } },
      { ...about, kind: 'clicked', at: timestamp, automated: false, link: 'https://a.example' },
    ],
    [
      'Click',
      { click: { ...touch, link: 'https://a.example', isBot: true } },
      { ...about, kind: 'clicked', at: timestamp, automated: true, link: 'https://a.example' },
    ],
    [
      'DeliveryDelay',
      {
        deliveryDelay: {
          delayType: 'MailboxFull',
          delayedRecipients: [{ emailAddress: 'recipient@example.com', status: '4.2.2' }],
          expirationTime: '2017-08-05T14:40:02.012Z',
          timestamp: '2017-08-05T02:41:02+02:00',
        },
      },
      { ...about, kind: 'delayed', at: '2017-08-05T00:41:02.000Z', detail: 'MailboxFull' },
    ],
  ])('%s is understood', (eventType, outcome, event) => {
    expect(readEmailEvent({ eventType, mail, ...(outcome as object) })).toEqual(event);
  });

  it.each([
    ['the account’s own status', { version: '1.0', data: {} }],
    ['an email of somebody else', { eventType: 'Open', mail: { ...mail, tags: {} }, open: touch }],
    ['a subscription', { eventType: 'Subscription', mail, subscription: { timestamp } }],
    ['nothing', undefined],
  ])('%s is left alone', (_, detail) => {
    expect(readEmailEvent(detail)).toBe('foreign');
  });

  it('what is about an email of ours but has another shape is not thrown away', () => {
    expect(readEmailEvent({ eventType: 'Bounce', mail })).toBe('unreadable');
    expect(readEmailEvent({ eventType: 'Something new', mail })).toBe('unreadable');
  });
});

describe('what an event changes', () => {
  const reserved = newMessage(
    {
      run: 'r',
      step: 'main',
      profileId: 'p',
      way: 'email',
      channel: 'email',
      variant: undefined,
      trigger: '',
      campaign: 'c',
      kind: 'marketing',
      topic: 'offers',
      template: 't',
      templateVersion: 1,
      priority: 5,
      plannedAt: timestamp,
      deadline: undefined,
      event: undefined,
    },
    { kind: 'send' },
    0,
  );
  const inState = (state: MessageState): Message => ({ ...reserved, state });
  const delivered: EmailEvent = { ...about, kind: 'delivered', at: timestamp };
  const sent: EmailEvent = { ...about, kind: 'sent', at: timestamp };
  const delayed: EmailEvent = {
    ...about,
    kind: 'delayed',
    at: timestamp,
    detail: 'MailboxFull',
  };
  const opened = (automated: boolean): EmailEvent => ({
    ...about,
    kind: 'opened',
    at: timestamp,
    automated,
  });

  it.each([sent, delayed])('settles a call without an answer: $kind', (event) => {
    for (const state of ['unknown', 'claimed'] as const) {
      const change = changeBy(event, inState(state));
      expect(change).toMatchObject({ state: 'accepted', acceptedAt: timestamp });
      expect(change).not.toHaveProperty('reason');
      expect(provesSending(event, inState(state))).toBe(true);
    }
    expect(provesSending(event, inState('accepted'))).toBe(false);
  });

  it('a delay told late changes nothing', () => {
    for (const state of ['accepted', 'delivered', 'bounced', 'complained'] as const) {
      expect(changeBy(delayed, inState(state))).toBeUndefined();
    }
  });

  it('never takes a message back: whatever comes in whatever order, twice', () => {
    const complained: EmailEvent = {
      ...about,
      kind: 'complained',
      at: timestamp,
      feedbackId: 'f',
      addresses: [],
    };
    for (const state of messageStates) {
      for (const event of [sent, delayed, delivered, complained, opened(false)]) {
        const change = changeBy(event, inState(state));
        const after = change === undefined ? inState(state) : changed(inState(state), change);
        expect(changeBy(event, after)).toBeUndefined();
        const isKept = state !== 'complained' || after.state === 'complained';
        expect([state, event.kind, isKept]).toEqual([state, event.kind, true]);
      }
    }
    expect(changeBy(sent, inState('delivered'))).toBeUndefined();
    expect(changeBy(delivered, inState('complained'))).toBeUndefined();
  });

  it('counts what a person opened, once, and what a machine did apart', () => {
    expect(changeBy(opened(false), inState('delivered'))).toEqual({ openedAt: timestamp });
    expect(changeBy(opened(true), inState('delivered'))).toEqual({ automatedOpenedAt: timestamp });
    expect(changeBy(opened(false), { ...inState('delivered'), openedAt: 'x' })).toBeUndefined();
  });
});
