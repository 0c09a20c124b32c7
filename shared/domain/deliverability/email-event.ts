import * as z from 'zod';

/** Any time with an offset, as an ISO instant with milliseconds. */
const timestamp = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text).toISOString());

const recipients = z.array(z.object({ emailAddress: z.string() }));

const mail = z.object({
  timestamp,
  messageId: z.string(),
  destination: z.array(z.string()),
  tags: z.record(z.string(), z.array(z.string())),
});

/**
 * `isBot`: what a machine opened or clicked. The name and shape of SES's mark are an assumption, not
 * confirmed by its documentation: anything but a yes counts as a person's, and makes nothing unreadable.
 */
const touch = {
  timestamp,
  isBot: z
    .unknown()
    .optional()
    .transform((mark) => mark === true || mark === 'true'),
};

/**
 * The `detail` of what SES publishes to EventBridge about an email ("Contents of event data that
 * Amazon SES publishes"). Only what is used; SES adds more.
 */
const detailSchema = z.discriminatedUnion('eventType', [
  z.object({ eventType: z.literal('Send'), mail }),
  z.object({ eventType: z.literal('Delivery'), mail, delivery: z.object({ timestamp }) }),
  z.object({
    eventType: z.literal('Bounce'),
    mail,
    bounce: z.object({
      bounceType: z.string(),
      bounceSubType: z.string(),
      bouncedRecipients: recipients,
      timestamp,
      feedbackId: z.string(),
    }),
  }),
  z.object({
    eventType: z.literal('Complaint'),
    mail,
    complaint: z.object({
      complaintSubType: z.string().nullish(),
      complainedRecipients: recipients,
      timestamp,
      feedbackId: z.string(),
    }),
  }),
  z.object({ eventType: z.literal('Reject'), mail, reject: z.object({ reason: z.string() }) }),
  z.object({
    eventType: z.literal('Rendering Failure'),
    mail,
    failure: z.object({ errorMessage: z.string() }),
  }),
  z.object({ eventType: z.literal('Open'), mail, open: z.object(touch) }),
  z.object({
    eventType: z.literal('Click'),
    mail,
    click: z.object({ ...touch, link: z.string() }),
  }),
  z.object({
    eventType: z.literal('DeliveryDelay'),
    mail,
    deliveryDelay: z.object({ timestamp, delayType: z.string() }),
  }),
]);

type Detail = z.infer<typeof detailSchema>;

/** What the provider says about one email. `at` is ISO. */
export type EmailEvent = {
  /** The id of the message, from its tag. */
  readonly message: string;
  readonly providerId: string;
  readonly at: string;
} & (
  | { readonly kind: 'sent' | 'delivered' }
  | {
      readonly kind: 'bounced';
      readonly permanent: boolean;
      readonly detail: string;
      readonly feedbackId: string;
      readonly addresses: readonly string[];
      /** SES did not try at all: the address is on the account's own suppression list for an earlier bounce. */
      readonly isHeldBack?: true;
    }
  | {
      readonly kind: 'complained';
      readonly feedbackId: string;
      readonly addresses: readonly string[];
      /** So too, for an earlier complaint. */
      readonly isHeldBack?: true;
    }
  | { readonly kind: 'rejected' | 'delayed'; readonly detail: string }
  | { readonly kind: 'opened'; readonly automated: boolean }
  | { readonly kind: 'clicked'; readonly automated: boolean; readonly link: string }
);

const ignoredTypes = ['Subscription'];

const taggedSchema = z.object({
  eventType: z.string(),
  mail: z.object({ tags: z.object({ message: z.tuple([z.string()]) }) }),
});

/**
 * Reads an event of SES. `foreign`: not about an email of ours, or of a kind that changes nothing
 * (a subscription, the account's own status). `unreadable`: about ours, in a shape this version does not know.
 */
export function readEmailEvent(detail: unknown): EmailEvent | 'foreign' | 'unreadable' {
  const tagged = taggedSchema.safeParse(detail);
  if (!tagged.success || ignoredTypes.includes(tagged.data.eventType)) return 'foreign';
  const parsed = detailSchema.safeParse(detail);
  if (!parsed.success) return 'unreadable';
  return { message: tagged.data.mail.tags.message[0], ...told(parsed.data) };
}

type Told = EmailEvent extends infer Event
  ? Event extends unknown
    ? Omit<Event, 'message'>
    : never
  : never;

function told(detail: Detail): Told {
  const { messageId: providerId, timestamp: sentAt, destination } = detail.mail;
  switch (detail.eventType) {
    case 'Send':
      return { kind: 'sent', providerId, at: sentAt };
    case 'Delivery':
      return { kind: 'delivered', providerId, at: detail.delivery.timestamp };
    case 'Bounce': {
      const { bounceType, bounceSubType, bouncedRecipients, feedbackId } = detail.bounce;
      return {
        kind: 'bounced',
        providerId,
        feedbackId,
        at: detail.bounce.timestamp,
        permanent: bounceType === 'Permanent',
        detail: `${bounceType}/${bounceSubType}`,
        addresses: addressesOf(bouncedRecipients, destination),
        ...heldBack(bounceSubType),
      };
    }
    case 'Complaint': {
      const {
        complainedRecipients,
        feedbackId,
        timestamp: at,
        complaintSubType,
      } = detail.complaint;
      const addresses = addressesOf(complainedRecipients, destination);
      const why = heldBack(complaintSubType);
      return { kind: 'complained', providerId, feedbackId, at, addresses, ...why };
    }
    case 'Reject':
      return { kind: 'rejected', providerId, at: sentAt, detail: detail.reject.reason };
    case 'Rendering Failure':
      return { kind: 'rejected', providerId, at: sentAt, detail: detail.failure.errorMessage };
    case 'Open': {
      const { timestamp: at, isBot: automated } = detail.open;
      return { kind: 'opened', providerId, at, automated };
    }
    case 'Click': {
      const { timestamp: at, isBot: automated, link } = detail.click;
      return { kind: 'clicked', providerId, at, automated, link };
    }
    case 'DeliveryDelay': {
      const { timestamp: at, delayType } = detail.deliveryDelay;
      return { kind: 'delayed', providerId, at, detail: delayType };
    }
  }
}

const heldBack = (subType: string | null | undefined) =>
  subType === 'OnAccountSuppressionList' ? ({ isHeldBack: true } as const) : {};

/** Of the recipients the event names, those the email went to: every email of ours goes to one. */
function addressesOf(
  named: readonly { readonly emailAddress: string }[],
  destination: readonly string[],
): readonly string[] {
  const sentTo = new Set(destination.map((address) => address.toLowerCase()));
  return named
    .map(({ emailAddress }) => emailAddress.toLowerCase())
    .filter((address) => sentTo.has(address));
}
