/** Channels that messages go out on. */
export const messageChannels = ['email', 'sms'] as const;
export type MessageChannel = (typeof messageChannels)[number];

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
  'holdout',
  'too-late',
  'deadline',
  'unless',
  'left-audience',
  'cancelled',
  'profile-gone',
] as const;
export type WithheldReason = (typeof withheldReasons)[number];

/** Why a message waits. */
const deferredReasons = ['quiet-hours', 'local-time', 'paused'] as const;
export type DeferredReason = (typeof deferredReasons)[number];

/** Why the system could not send. */
const failedReasons = ['render-error', 'too-large', 'refused-by-provider', 'no-answer'] as const;
export type FailedReason = (typeof failedReasons)[number];

/** What makes a message one: nobody gets two with the same key. `trigger` is the entry that started it, else ''. */
export type MessageKey = {
  readonly run: string;
  readonly step: string;
  readonly profileId: string;
  readonly channel: MessageChannel;
  readonly trigger: string;
};

/** A row of the ledger. Instants are ISO. */
export type Message = MessageKey & {
  readonly campaign: string;
  readonly kind: 'marketing' | 'transactional';
  readonly topic: string | undefined;
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
  readonly providerId: string | undefined;
  /** When it entered its state. */
  readonly at: string;
  readonly acceptedAt: string | undefined;
  readonly openedAt: string | undefined;
  readonly clickedAt: string | undefined;
  readonly unsubscribedAt: string | undefined;
  /** Goal events attributed to it: entry id, value in the currency's units as a decimal text. */
  readonly conversions: readonly {
    readonly entry: string;
    readonly value: string;
    readonly currency: string;
    readonly at: string;
  }[];
};

const separator = '\n';

/** The public id of a message: ledger row, outbox item, SES tag and feedback id; `[A-Za-z0-9_-]`, up to 256. */
export function messageId(key: MessageKey): string {
  return toBase64Url([key.run, key.step, key.profileId, key.channel, key.trigger].join(separator));
}

/** The key behind a message's id; undefined when it is not one. */
export function parseMessageId(id: string): MessageKey | undefined {
  const parts = fromBase64Url(id)?.split(separator);
  if (parts?.length !== 5) return undefined;
  const [run, step, profileId, channel, trigger] = parts as [
    string,
    string,
    string,
    string,
    string,
  ]; // five parts, as just checked
  if (channel !== 'email' && channel !== 'sms') return undefined;
  return { run, step, profileId, channel, trigger };
}

const toBase64Url = (text: string): string => {
  const bytes = new TextEncoder().encode(text);
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
};

const fromBase64Url = (text: string): string | undefined => {
  if (!/^[A-Za-z0-9_-]+$/.test(text)) return undefined;
  try {
    const bytes = Uint8Array.from(
      atob(text.replaceAll('-', '+').replaceAll('_', '/')),
      (character) => character.charCodeAt(0),
    );
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
};
