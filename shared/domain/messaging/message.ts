/** Channels that messages go out on. */
export const messageChannels = ['email', 'sms', 'push', 'webhook'] as const;
export type MessageChannel = (typeof messageChannels)[number];

/** What a campaign says of its channel: one of them, or each person's `best`. */
export const messageWays = [...messageChannels, 'best'] as const;
export type MessageWay = (typeof messageWays)[number];

/**
 * A message's life. It moves forward only:
 * `reserved -> claimed -> accepted -> delivered | bounced | complained | rejected`;
 * a claimed message is being called once the record of its call stands, and free again without one;
 * `deferred` goes back to `reserved` when its time comes; `withheld`, `failed` end it before a call;
 * `unknown` is a call without an answer, until an event or time settles it. See `canMove`.
 */
export const messageStates = [
  'reserved',
  'deferred',
  'claimed',
  'unknown',
  'accepted',
  'delivered',
  'bounced',
  'complained',
  'rejected',
  'withheld',
  'failed',
] as const;
export type MessageState = (typeof messageStates)[number];

/** Why a person gets no message after all. */
export const withheldReasons = [
  'no-address',
  'no-consent',
  'suppressed',
  'control-group',
  'holdout',
  'frequency-cap',
  'missing-value',
  'too-late',
  'deadline',
  'unless',
  'left-audience',
  'cancelled',
  'restored',
  'profile-gone',
] as const;
export type WithheldReason = (typeof withheldReasons)[number];

/** Why a message waits. */
const deferredReasons = [
  'quiet-hours',
  'local-time',
  'frequency-cap',
  'experiment',
  'warm-up',
  'paused',
] as const;
export type DeferredReason = (typeof deferredReasons)[number];

/** Why the system could not send. */
const failedReasons = ['render-error', 'too-large', 'refused-by-provider', 'no-answer'] as const;
export type FailedReason = (typeof failedReasons)[number];

/**
 * What makes a message one: nobody gets two with the same key. `way` is the campaign's word for its
 * channel, so that a person whose best channel changes meanwhile has one row all the same. `trigger` is
 * the entry that started it, else ''.
 */
export type MessageKey = {
  readonly run: string;
  readonly step: string;
  readonly profileId: string;
  readonly way: MessageWay;
  readonly trigger: string;
};

/** A row of the ledger. Instants are ISO. */
export type Message = MessageKey & {
  readonly campaign: string;
  readonly kind: 'marketing' | 'transactional';
  readonly topic: string | undefined;
  /** The channel it goes out on: the way, or what was best. */
  readonly channel: MessageChannel;
  /** The arm of the campaign's experiment; undefined: there is none, or it waits for the winner. */
  readonly variant: string | undefined;
  readonly template: string;
  readonly templateVersion: number;
  readonly state: MessageState;
  readonly reason: string | undefined;
  /** Optimistic lock: one more at every write. */
  readonly revision: number;
  /** The campaign's: what waits is handed out highest first. */
  readonly priority: number;
  /** The planned instant: of the schedule, of the person's own hour, or the trigger's plus the delay. */
  readonly plannedAt: string;
  /** After this instant it is withheld with `deadline`; undefined: never. */
  readonly deadline: string | undefined;
  /** The bus event that started it, for templates (`event.properties...`) and `unless`. */
  readonly event:
    | {
        readonly id: string;
        readonly name: string;
        readonly occurredAt: string;
        readonly properties: Readonly<Record<string, unknown>>;
      }
    | undefined;
  /** A safety net while the row is open: when the sweep looks at it again; none while its campaign is paused. */
  readonly dueAt: string | undefined;
  /** The provider call it was claimed for. */
  readonly call: string | undefined;
  /** When it was claimed for that call: `message.sent` bears this instant, whoever records it. */
  readonly claimedAt: string | undefined;
  /** When the provider first refused to take it now. */
  readonly refusedAt: string | undefined;
  /** The person's own day (`2026-11-25`) that frequency caps count it on; undefined: it is not counted. */
  readonly countedOn: string | undefined;
  /** Calls that stayed without an answer, after each of which the campaign let it be sent again; absent: none. */
  readonly resent?: number | undefined;
  readonly providerId: string | undefined;
  /** When it entered its state. */
  readonly at: string;
  readonly acceptedAt: string | undefined;
  readonly openedAt: string | undefined;
  readonly clickedAt: string | undefined;
  readonly unsubscribedAt: string | undefined;
  /** When a machine first opened or clicked it: a mail scanner, a link checker. */
  readonly automatedOpenedAt?: string | undefined;
  readonly automatedClickedAt?: string | undefined;
  /** When the person first answered it, and first made contact as the goal says. */
  readonly repliedAt?: string | undefined;
  readonly contactedAt?: string | undefined;
  /** Visits of its links, `link` by its number in the message (-1: the one that people do not see), up to 50. */
  readonly visits?:
    | readonly {
        readonly link: number;
        readonly at: string;
        /** The visitor itself said that it is a machine. */
        readonly automated?: true;
      }[]
    | undefined;
  /** Ids under which the provider's events told of it that are not `providerId`: each is one more sending. */
  readonly otherProviderIds?: readonly string[] | undefined;
  /** What the provider is paid for it, in the currency's units as a decimal text; absent until it is accepted. */
  readonly cost?: { readonly amount: string; readonly currency: string } | undefined;
  /** What its rendering asked for, by path, so that it can be shown again just as it was. */
  readonly data?: Readonly<Record<string, unknown>> | undefined;
  /** The language of the template it was rendered in; absent: its main one. */
  readonly language?: string | undefined;
  /**
   * Goal events within the goal's window after it: entry id, value in the currency's units as a decimal
   * text, and the part of it, 0 to 1, that is credited to this message; `credited`: that part of the
   * value, exactly, where several messages share it.
   */
  readonly conversions: readonly {
    readonly entry: string;
    readonly value: string;
    readonly currency: string;
    readonly at: string;
    readonly credit: number;
    readonly credited?: string;
  }[];
};

const separator = '\n';

/** The public id of a message: ledger row, outbox item, SES tag and feedback id; `[A-Za-z0-9_-]`, up to 256. */
export function messageId(key: MessageKey): string {
  return toBase64Url([key.run, key.step, key.profileId, key.way, key.trigger].join(separator));
}

/** The key behind a message's id; undefined when it is not one. */
export function parseMessageId(id: string): MessageKey | undefined {
  const parts = fromBase64Url(id)?.split(separator);
  if (parts?.length !== 5) return undefined;
  const [run, step, profileId, way, trigger] = parts as [string, string, string, string, string]; // five parts, as just checked
  return isWay(way) ? { run, step, profileId, way, trigger } : undefined;
}

const isWay = (text: string): text is MessageWay =>
  (messageWays as readonly string[]).includes(text); // widened: any text may be asked about

const ascii = /^[\0-\x7f]*$/;

/** Almost every key is ASCII, whose bytes are its characters. */
const bytesAsText = (text: string): string =>
  ascii.test(text) ? text : String.fromCharCode(...new TextEncoder().encode(text));

const toBase64Url = (text: string): string =>
  btoa(bytesAsText(text)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

const fromBase64Url = (text: string): string | undefined => {
  if (!/^[A-Za-z0-9_-]+$/.test(text)) return undefined;
  try {
    const written = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    if (ascii.test(written)) return written;
    const bytes = Uint8Array.from(written, (character) => character.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
};
