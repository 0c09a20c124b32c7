import type { SendingQuota } from '../domain/messaging/pace/sending-rate.ts';
import type { Device } from '../domain/profiles/profile.ts';

/** How long an adapter waits for its provider, in ms: generous, because giving up means that nobody knows. */
export const sendTimeoutMs = 20_000;

/** One email as its recipient gets it. Everything is rendered; headers are complete. */
export type Email = {
  /** The message's id: ledger row, tag and feedback id. */
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Names and values `[A-Za-z0-9_-]`, values up to 256 characters. */
  readonly tags: Readonly<Record<string, string>>;
};

/** What the provider said of one recipient. `rejected` is final, `throttled` was not sent and may be tried again. */
export type SendAnswer =
  | { readonly kind: 'accepted'; readonly providerId: string }
  | { readonly kind: 'rejected'; readonly reason: string }
  | {
      readonly kind: 'throttled';
      readonly reason: string;
      /** How long the other end asks to be left alone, in seconds. */
      readonly retryAfterSeconds?: number;
      /** It was sent too fast: what follows must go slower. */
      readonly tooFast?: true;
    };

export interface EmailSender {
  /** Emails per call. */
  readonly batchSize: number;
  /** Bytes of content per call. */
  readonly batchBytes: number;
  /**
   * One provider call, without any retry. Answers stand in the order of `emails`. Throws
   * `NotSent` when the provider certainly took nothing; any other error means nobody knows.
   */
  send(emails: readonly Email[]): Promise<readonly SendAnswer[]>;
  /** What the account may send. Absent, or answering nothing: no limit is known. */
  quota?(): Promise<SendingQuota | undefined>;
}

/** A text message; `to` is E.164. */
export type Text = { readonly id: string; readonly to: string; readonly text: string };

export interface TextSender {
  /** One provider call, without any retry. Throws as `EmailSender.send` does. */
  send(text: Text): Promise<SendAnswer>;
}

/** A message to one device. What is in `data` is for the app alone. */
export type Push = {
  readonly id: string;
  readonly device: Pick<Device, 'token' | 'platform'>;
  readonly title: string;
  readonly text: string;
  readonly url?: string;
  readonly data?: Readonly<Record<string, string>>;
};

/** `gone`: the app is no longer on the device, or allows nothing any more; its token is of no use. */
export type PushAnswer = SendAnswer | { readonly kind: 'gone' };

export interface PushSender {
  /** To one device, without any retry of the sending itself. Throws as `EmailSender.send` does. */
  send(push: Push): Promise<PushAnswer>;
}

/** A call of a system of the company's own. */
export type Webhook = {
  readonly id: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body: string;
};

export interface WebhookSender {
  /**
   * One POST. Never throws: whoever receives it knows a repeat by its `webhook-id`, so whatever
   * leaves it open whether it arrived is `throttled`, to be tried again.
   */
  send(webhook: Webhook): Promise<SendAnswer>;
}

/** The provider certainly sent nothing of this call: its rows are free again. */
export class NotSent extends Error {
  override readonly name = 'NotSent';
  /** It refused the whole call for what one of the messages holds: sent each alone, only that one is refused. */
  readonly isMalformed: boolean;
  /** It was sent too fast: what follows must go slower. */
  readonly isTooFast: boolean;

  constructor(
    message: string,
    options: {
      readonly cause?: unknown;
      readonly isMalformed?: boolean;
      readonly isTooFast?: boolean;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.isMalformed = options.isMalformed ?? false;
    this.isTooFast = options.isTooFast ?? false;
  }
}
