import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { SendingQuota } from '../../domain/messaging/pace/sending-rate.ts';
import type { Clock } from '../../ports/clock.ts';
import {
  type Email,
  type EmailSender,
  NotSent,
  type Push,
  type PushAnswer,
  type PushSender,
  type SendAnswer,
  type Text,
  type TextSender,
  type Webhook,
  type WebhookSender,
} from '../../ports/senders.ts';
import {
  asciiAddress,
  callRoom,
  contentBytesPerCall,
  emailsPerCall,
  refusalOf,
  replacementData,
} from '../email-rules.ts';
import { transactions } from './database.ts';
import type { Hostility } from './hostility.ts';

/** Address, headers and tags of an entry, generously. */
const entryOverheadBytes = 2_000;
const maxTags = 50;
const maxTextCharacters = 1_600;
const throttleChance = 0.05;

const tables = `
  CREATE TABLE IF NOT EXISTS outbox (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    channel TEXT NOT NULL,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    html TEXT NOT NULL,
    text TEXT NOT NULL,
    headers TEXT NOT NULL,
    tags TEXT NOT NULL,
    at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS outbox_id ON outbox (id);
`;

/**
 * A message that was sent. A text message has no subject, HTML, headers or tags. A push message goes to
 * a token; its subject is the title, and its tags are platform, link and data. A webhook goes to a URL;
 * its text is the body.
 */
export type OutboxItem = {
  readonly id: string;
  readonly channel: 'email' | 'text' | 'push' | 'webhook';
  readonly to: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly at: number;
  /** The provider's id of this sending: a second sending of the same message has another one. */
  readonly providerId: string;
};

/** Everything that was sent, on disk and append-only: who is sent a message twice has it twice. */
export class Outbox {
  /** Called with emails just taken and their provider ids, also when the caller's answer gets lost. */
  onEmails: ((emails: readonly Email[], providerIds: readonly string[]) => void) | undefined;
  readonly #clock: Clock;
  readonly #insert: StatementSync;
  readonly #list: StatementSync;
  readonly #find: StatementSync;
  readonly #transaction: <Result>(work: () => Result) => Result;

  constructor({ database, clock }: { readonly database: DatabaseSync; readonly clock: Clock }) {
    database.exec(tables);
    this.#clock = clock;
    this.#insert = database.prepare(
      `INSERT INTO outbox (id, channel, recipient, subject, html, text, headers, tags, at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#list = database.prepare('SELECT * FROM outbox ORDER BY number');
    this.#find = database.prepare('SELECT * FROM outbox WHERE id = ? ORDER BY number LIMIT 1');
    this.#transaction = transactions(database);
  }

  /** Answers the provider ids, in the order of `emails`. */
  addEmails(emails: readonly Email[]): readonly string[] {
    const providerIds = this.#transaction(() =>
      emails.map(({ id, to, subject, html, text, headers, tags }) => {
        const json = [JSON.stringify(headers), JSON.stringify(tags)] as const;
        return this.#add([id, 'email', to, subject, html, text, ...json]);
      }),
    );
    this.onEmails?.(emails, providerIds);
    return providerIds;
  }

  addText({ id, to, text }: Text): string {
    return this.#add([id, 'text', to, '', '', text, '{}', '{}']);
  }

  addPush({ id, device, title, text, url, data }: Push): string {
    const tags = { platform: device.platform, ...(url !== undefined && { url }), ...data };
    return this.#add([id, 'push', device.token, title, '', text, '{}', JSON.stringify(tags)]);
  }

  addWebhook({ id, url, headers, body }: Webhook): string {
    return this.#add([id, 'webhook', url, '', '', body, JSON.stringify(headers), '{}']);
  }

  /** In the order of sending. */
  list(): readonly OutboxItem[] {
    return this.#list.all().map(readItem);
  }

  /** The first sending of a message. */
  find(id: string): OutboxItem | undefined {
    const row = this.#find.get(id);
    return row === undefined ? undefined : readItem(row);
  }

  #add(columns: readonly string[]): string {
    return providerId(this.#insert.run(...columns, this.#clock.now()).lastInsertRowid);
  }
}

type EmailOptions = {
  readonly hostility?: Hostility | undefined;
  /**
   * What the provider says instead of accepting, to try out its failures. When it throws, emails
   * before this one are sent and the caller's answer is lost.
   */
  readonly answer?: ((email: Email) => SendAnswer | undefined) | undefined;
  /** What the account may send; throws when the provider does not say. None: no limit. */
  readonly quota?: (() => SendingQuota | undefined) | undefined;
};

/** SES into the outbox, with SES's limits and its refusal of addresses that cannot be. */
export const outboxEmailSender = (outbox: Outbox, options: EmailOptions = {}): EmailSender => ({
  batchSize: emailsPerCall,
  batchBytes: contentBytesPerCall,
  ...quotaOf(options),
  async send(emails) {
    refuseCall(emails);
    const sent: Email[] = [];
    const answers: (SendAnswer | undefined)[] = [];
    let ids: readonly string[] = [];
    const later = callRoom();
    try {
      for (const email of emails) {
        const answer =
          options.answer?.(email) ?? refusal(email, later) ?? badDay(options.hostility);
        answers.push(answer);
        if (answer === undefined) sent.push({ ...email, to: asciiAddress(email.to) ?? email.to });
      }
    } finally {
      ids = outbox.addEmails(sent);
    }
    const accepted = ids.values();
    return answers.map(
      (answer): SendAnswer =>
        answer ?? { kind: 'accepted', providerId: accepted.next().value ?? '' },
    );
  },
});

const quotaOf = ({ quota }: EmailOptions): Pick<EmailSender, 'quota'> =>
  quota === undefined ? {} : { quota: async () => quota() };

/** SNS into the outbox. */
export const outboxTextSender = (outbox: Outbox): TextSender => ({
  async send(text) {
    const isNumber = /^\+[1-9]\d{1,14}$/.test(text.to);
    const isText = text.text.length > 0 && text.text.length <= maxTextCharacters;
    if (!isNumber || !isText) return { kind: 'rejected', reason: 'InvalidParameterException' };
    return { kind: 'accepted', providerId: outbox.addText(text) };
  },
});

/** SNS's platform applications into the outbox. `answer`: what the platform says instead of accepting. */
export const outboxPushSender = (
  outbox: Outbox,
  options: { readonly answer?: ((push: Push) => PushAnswer | undefined) | undefined } = {},
): PushSender => ({
  send: async (push) =>
    options.answer?.(push) ?? { kind: 'accepted', providerId: outbox.addPush(push) },
});

/** The company's own systems into the outbox. `answer`: what they say instead of accepting. */
export const outboxWebhookSender = (
  outbox: Outbox,
  options: {
    readonly hostility?: Hostility | undefined;
    readonly answer?: ((webhook: Webhook) => SendAnswer | undefined) | undefined;
  } = {},
): WebhookSender => ({
  async send(webhook) {
    const answer = options.answer?.(webhook);
    if (answer !== undefined) return answer;
    if (options.hostility?.chance(throttleChance) === true) {
      return { kind: 'throttled', reason: 'http-503' };
    }
    return { kind: 'accepted', providerId: outbox.addWebhook(webhook) };
  },
});

const providerId = (number: number | bigint): string => `outbox-${number}`;

/** A call that SES takes as a whole or not at all. */
const refuseCall = (emails: readonly Email[]): void => {
  if (emails.length === 0 || emails.length > emailsPerCall) {
    throw new NotSent(`A call sends 1 to ${emailsPerCall} emails, not ${emails.length}.`);
  }
  for (const { id, tags, headers } of emails) {
    const entries = Object.entries(tags);
    const badTag = entries.some((tag) => tag.some((part) => !/^[A-Za-z0-9_-]{1,256}$/.test(part)));
    if (badTag || entries.length > maxTags) throw new NotSent(`SES refuses the tags of ${id}.`);
    const badHeader = Object.entries(headers).some(
      ([name, value]) => !/^[!-9;-~]+$/.test(name) || /[^\t -~]/.test(value),
    );
    if (badHeader) throw new NotSent(`SES refuses the headers of ${id}: printable ASCII only.`);
  }
};

const refusal = (
  email: Email,
  later: (entryBytes: number) => SendAnswer | undefined,
): SendAnswer | undefined => {
  const data = replacementData(email);
  const refused = refusalOf(email, data);
  if (refused !== undefined) return refused;
  if (!isAddress(asciiAddress(email.to) ?? '')) {
    return { kind: 'rejected', reason: 'INVALID_ADDRESS' };
  }
  // The data are a text within the JSON of their entry.
  return later(Buffer.byteLength(JSON.stringify(data)) + entryOverheadBytes);
};

const badDay = (hostility: Hostility | undefined): SendAnswer | undefined =>
  hostility?.chance(throttleChance) === true
    ? { kind: 'throttled', reason: 'Maximum sending rate exceeded.', tooFast: true }
    : undefined;

/** What SES finds an address malformed for, besides. */
const isAddress = (address: string): boolean => {
  const at = address.lastIndexOf('@');
  const local = address.slice(0, Math.max(at, 0));
  const labels = address.slice(at + 1).split('.');
  return (
    address.length <= 320 &&
    local.length <= 64 &&
    /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/.test(local) &&
    labels.length > 1 &&
    labels.every((label) => /^[A-Za-z\d](?:[A-Za-z\d-]{0,61}[A-Za-z\d])?$/.test(label))
  );
};

const readItem = (row: Record<string, unknown>): OutboxItem => ({
  id: String(row['id']),
  channel: row['channel'] as OutboxItem['channel'], // written by the methods that add, alone
  to: String(row['recipient']),
  subject: String(row['subject']),
  html: String(row['html']),
  text: String(row['text']),
  headers: readTexts(row['headers']),
  tags: readTexts(row['tags']),
  at: Number(row['at']),
  providerId: providerId(Number(row['number'])),
});

/** Written by the methods that add, alone. */
const readTexts = (column: unknown): Readonly<Record<string, string>> =>
  JSON.parse(String(column)) as Record<string, string>;
