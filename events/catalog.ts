import type { z } from 'zod';
import { canaryCaptured } from './canary.ts';
import { consentGiven, consentWithdrawn } from './consent.ts';
import {
  messageBounced,
  messageClicked,
  messageComplained,
  messageDelayed,
  messageDelivered,
  messageOpened,
  messageRejected,
  messageReplied,
  messageSent,
} from './messaging.ts';
import { profileCreated, profileUpdated } from './profiles.ts';
import { listJoined, listLeft, segmentEntered, segmentLeft } from './segments.ts';
import { eventTracked, leadCaptured } from './tracking.ts';

type CatalogEntry = {
  readonly data: z.ZodObject;
  /** The function files that write the entry. */
  readonly producers: readonly string[];
  /** The function files that act on the event; the company may add its own on the bus. */
  readonly consumers: readonly string[];
  readonly example: Readonly<Record<string, unknown>>;
};

const ingest = ['functions/tracking/ingest-inputs.ts'];
const lists = ['functions/lists/change-static-list-members.ts'];
/** Whoever asks a person's rules may find that time has moved them. */
const segmentChanges = [
  ...ingest,
  'functions/segments/review-profiles.ts',
  'functions/segments/pass-over-profiles.ts',
  ...lists,
];
const unsubscribe = 'functions/consent/unsubscribe.ts';
const emailEvents = ['functions/deliverability/record-email-events.ts'];
const statuses = [...emailEvents, 'functions/deliverability/record-text-statuses.ts'];
const inboundTexts = 'functions/messaging/record-inbound-texts.ts';
const startCampaigns = ['functions/campaigns/start-from-event.ts'];
const about = {
  message: 'bWFyY2gtOA',
  campaign: 'march-8',
  run: 'march-8@2027-03-08T08:00:00Z',
  channel: 'email',
};

/**
 * Every event on the bus. A timeline entry whose type stands here is published; entries of other
 * types stay on the timeline.
 */
export const catalog = {
  'lead.captured': {
    data: leadCaptured,
    producers: ingest,
    consumers: startCampaigns,
    example: { source: 'spring-landing', attributes: { city: 'Riga' }, context: {} },
  },
  event: {
    data: eventTracked,
    producers: ingest,
    consumers: [...startCampaigns, 'functions/reporting/record-conversions.ts'],
    example: { name: 'Order Completed', properties: { total: 29.33 }, source: 'shop' },
  },
  'profile.created': {
    data: profileCreated,
    producers: ingest,
    consumers: startCampaigns,
    example: { source: 'spring-landing' },
  },
  'profile.updated': {
    data: profileUpdated,
    producers: ingest,
    consumers: [],
    example: { attributes: { city: 'Riga' } },
  },
  'consent.given': {
    data: consentGiven,
    producers: [...ingest, inboundTexts],
    consumers: startCampaigns,
    example: { topic: 'offers', channel: 'email', source: 'spring-landing', text: 'form-v3' },
  },
  'consent.withdrawn': {
    data: consentWithdrawn,
    producers: [...ingest, unsubscribe, inboundTexts],
    consumers: [],
    example: { topic: 'offers', channel: 'email', source: 'unsubscribe', message: about.message },
  },
  'segment.entered': {
    data: segmentEntered,
    producers: segmentChanges,
    consumers: startCampaigns,
    example: { segment: 'vip' },
  },
  'segment.left': {
    data: segmentLeft,
    producers: segmentChanges,
    consumers: startCampaigns,
    example: { segment: 'vip' },
  },
  'list.joined': {
    data: listJoined,
    producers: lists,
    consumers: startCampaigns,
    example: { list: 'fair-riga-2026' },
  },
  'list.left': {
    data: listLeft,
    producers: lists,
    consumers: startCampaigns,
    example: { list: 'fair-riga-2026' },
  },
  'message.sent': {
    data: messageSent,
    producers: [
      'functions/messaging/send-emails.ts',
      'functions/messaging/send-texts.ts',
      'functions/messaging/send-pushes.ts',
      'functions/messaging/send-webhooks.ts',
    ],
    consumers: [],
    example: about,
  },
  'message.delayed': {
    data: messageDelayed,
    producers: emailEvents,
    consumers: [],
    example: { ...about, detail: 'MailboxFull' },
  },
  'message.delivered': {
    data: messageDelivered,
    producers: statuses,
    consumers: [],
    example: about,
  },
  'message.bounced': {
    data: messageBounced,
    producers: emailEvents,
    consumers: [],
    example: { ...about, permanent: true, detail: 'NoEmail' },
  },
  'message.complained': {
    data: messageComplained,
    producers: emailEvents,
    consumers: [],
    example: about,
  },
  'message.rejected': {
    data: messageRejected,
    producers: statuses,
    consumers: [],
    example: { ...about, detail: 'Bad content' },
  },
  'message.replied': {
    data: messageReplied,
    producers: [inboundTexts],
    consumers: [],
    example: { ...about, channel: 'sms', text: 'Is it open on Sunday?' },
  },
  'message.opened': {
    data: messageOpened,
    producers: emailEvents,
    consumers: startCampaigns,
    example: { ...about, automated: false },
  },
  'message.clicked': {
    data: messageClicked,
    producers: [...emailEvents, 'functions/tracking/record-visits.ts'],
    consumers: startCampaigns,
    example: { ...about, automated: false, link: 'https://example.com/spring' },
  },
  'canary.captured': {
    data: canaryCaptured,
    producers: ingest,
    consumers: ['functions/canary/hear-canary.ts'],
    example: {},
  },
} as const satisfies Record<string, CatalogEntry>;

export type EventType = keyof typeof catalog;

export const isEventType = (type: string): type is EventType => Object.hasOwn(catalog, type);
