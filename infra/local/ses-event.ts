import { randomUUID } from 'node:crypto';
import type { EventBridgeEvent } from '../../shared/adapters/embedded/bus.ts';
import { account, region } from './lambda-context.ts';

/** What the local world's mail is sent with, by which its events are told from others'. */
export const configurationSet = 'perennial';

/** What can come back for an email, in the words of `POST /local/feedback`. */
export const feedbackTypes = [
  'send',
  'delivery',
  'bounce',
  'complaint',
  'open',
  'click',
  'reject',
  'renderingFailure',
  'deliveryDelay',
] as const;

export type FeedbackType = (typeof feedbackTypes)[number];

export type Feedback = {
  readonly type: FeedbackType;
  readonly bounceType?: 'Permanent' | 'Transient' | undefined;
  readonly link?: string | undefined;
};

export type SentEmail = {
  /** SES's own message id. */
  readonly providerId: string;
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly sentAt: string;
};

/** The event SES publishes on the account's default bus (docs: "SES events schema reference"). */
export function sesEvent(email: SentEmail, feedback: Feedback, now: string): EventBridgeEvent {
  const { detailType, eventType, outcome } = outcomeOf(email, feedback, now);
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': detailType,
    source: 'aws.ses',
    account,
    time: now.replace(/\.\d+Z$/, 'Z'),
    region,
    resources: [`arn:aws:ses:${region}:${account}:configuration-set/${configurationSet}`],
    detail: { eventType, mail: mailOf(email), ...outcome },
  };
}

function mailOf(email: SentEmail): Record<string, unknown> {
  const headers = {
    From: email.from,
    To: email.to,
    Subject: email.subject,
    'MIME-Version': '1.0',
    ...email.headers,
  };
  const tags = Object.entries(email.tags).map(([name, value]) => [name, [value]]);
  return {
    timestamp: email.sentAt,
    source: email.from,
    sourceArn: `arn:aws:ses:${region}:${account}:identity/local`,
    sendingAccountId: account,
    messageId: email.providerId,
    destination: [email.to],
    headersTruncated: false,
    headers: Object.entries(headers).map(([name, value]) => ({ name, value })),
    commonHeaders: {
      from: [email.from],
      to: [email.to],
      messageId: email.providerId,
      subject: email.subject,
    },
    tags: { 'ses:configuration-set': [configurationSet], ...Object.fromEntries(tags) },
  };
}

type Outcome = {
  readonly detailType: string;
  readonly eventType: string;
  readonly outcome: Readonly<Record<string, unknown>>;
};

const touch = { ipAddress: '127.0.0.1', userAgent: 'Mozilla/5.0 (local inbox)' };

function outcomeOf(email: SentEmail, feedback: Feedback, timestamp: string): Outcome {
  switch (feedback.type) {
    case 'send':
      return { detailType: 'Email Sent', eventType: 'Send', outcome: { send: {} } };
    case 'delivery':
      return {
        detailType: 'Email Delivered',
        eventType: 'Delivery',
        outcome: { delivery: deliveryOf(email, timestamp) },
      };
    case 'bounce':
      return {
        detailType: 'Email Bounced',
        eventType: 'Bounce',
        outcome: { bounce: bounceOf(email, feedback.bounceType ?? 'Permanent', timestamp) },
      };
    case 'complaint':
      return {
        detailType: 'Email Complaint Received',
        eventType: 'Complaint',
        outcome: { complaint: complaintOf(email, timestamp) },
      };
    case 'open':
      return {
        detailType: 'Email Opened',
        eventType: 'Open',
        outcome: { open: { ...touch, timestamp } },
      };
    case 'click':
      return {
        detailType: 'Email Clicked',
        eventType: 'Click',
        outcome: { click: { ...touch, link: feedback.link ?? '', linkTags: null, timestamp } },
      };
    case 'reject':
      return {
        detailType: 'Email Rejected',
        eventType: 'Reject',
        outcome: { reject: { reason: 'Bad content' } },
      };
    case 'renderingFailure':
      return {
        detailType: 'Email Rendering Failed',
        eventType: 'Rendering Failure',
        outcome: {
          failure: {
            errorMessage: 'A variable is missing in the data of the template.',
            templateName: 'local',
          },
        },
      };
    case 'deliveryDelay':
      return {
        detailType: 'Email Delivery Delayed',
        eventType: 'DeliveryDelay',
        outcome: { deliveryDelay: delayOf(email, timestamp) },
      };
  }
}

const deliveryOf = (email: SentEmail, timestamp: string) => ({
  timestamp,
  processingTimeMillis: Math.max(0, Date.parse(timestamp) - Date.parse(email.sentAt)),
  recipients: [email.to],
  smtpResponse: '250 2.0.0 OK',
  reportingMTA: 'local.smtp-out.amazonses.com',
});

function bounceOf(email: SentEmail, bounceType: 'Permanent' | 'Transient', timestamp: string) {
  const isPermanent = bounceType === 'Permanent';
  return {
    bounceType,
    bounceSubType: isPermanent ? 'NoEmail' : 'MailboxFull',
    bouncedRecipients: [
      {
        emailAddress: email.to,
        action: 'failed',
        status: isPermanent ? '5.1.1' : '4.2.2',
        diagnosticCode: isPermanent
          ? 'smtp; 550 5.1.1 user unknown'
          : 'smtp; 452 4.2.2 mailbox full',
      },
    ],
    timestamp,
    feedbackId: randomUUID(),
    reportingMTA: 'dns; local.smtp-out.amazonses.com',
  };
}

const complaintOf = (email: SentEmail, timestamp: string) => ({
  complainedRecipients: [{ emailAddress: email.to }],
  timestamp,
  feedbackId: randomUUID(),
  complaintSubType: null,
  userAgent: 'local inbox',
  complaintFeedbackType: 'abuse',
  arrivalDate: timestamp,
});

const delayOf = (email: SentEmail, timestamp: string) => ({
  delayType: 'MailboxFull',
  delayedRecipients: [
    {
      emailAddress: email.to,
      status: '4.2.2',
      diagnosticCode: 'smtp; 452 4.2.2 mailbox full',
    },
  ],
  expirationTime: new Date(Date.parse(timestamp) + 14 * 3_600_000).toISOString(),
  reportingMTA: 'local.smtp-out.amazonses.com',
  timestamp,
});
