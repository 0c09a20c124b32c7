import type { Run } from '../campaigns/run.ts';
import { isOpen, wasNeverCalled } from '../messaging/ledger.ts';
import { type Message, type MessageState, messageId } from '../messaging/message.ts';

/** How many there are, and the ids of some of them. */
type Found = { count: number; readonly sample: string[] };

const maxSample = 10;

/**
 * What a recount of a run's ledger against the provider's word has counted so far; bounded however
 * large the run. To be fed by one shard in the order of its rows.
 */
export type Recount = {
  rows: number;
  people: number;
  readonly states: Partial<Record<MessageState, number>>;
  called: number;
  confirmed: number;
  open: number;
  readonly unconfirmed: Found;
  readonly missing: Found;
  readonly unknown: Found;
  readonly extra: Found;
  /** The person of the row before: a person's rows stand together. */
  last: string | undefined;
};

const nothing = (): Found => ({ count: 0, sample: [] });

export const emptyRecount = (): Recount => ({
  rows: 0,
  people: 0,
  states: {},
  called: 0,
  confirmed: 0,
  open: 0,
  unconfirmed: nothing(),
  missing: nothing(),
  unknown: nothing(),
  extra: nothing(),
  last: undefined,
});

function find(found: Found, id: string, times = 1): void {
  found.count += times;
  if (found.sample.length < maxSample) found.sample.push(id);
}

/** Counts a row of the ledger. `resends`: whether its campaign sends again what stays unknown. */
export function recount(tally: Recount, row: Message, { resends }: { readonly resends: boolean }) {
  const id = messageId(row);
  const { state } = row;
  tally.rows += 1;
  if (row.profileId !== tally.last) tally.people += 1;
  tally.last = row.profileId;
  tally.states[state] = (tally.states[state] ?? 0) + 1;
  if (isOpen(state)) tally.open += 1;
  const tooMany = sendingsTooMany(row, resends);
  if (tooMany > 0) find(tally.extra, id, tooMany);
  if (!wasHandedOver(row)) return;
  tally.called += 1;
  if (isConfirmed(row)) {
    tally.confirmed += 1;
    return;
  }
  find(tally.unconfirmed, id);
  if (state !== 'accepted') find(tally.missing, id);
  if (state === 'unknown') find(tally.unknown, id);
}

/** Counts a sending that no row of the ledger stands for. */
export const recountStray = (tally: Recount, message: string): void => find(tally.extra, message);

/** Whether the provider was called for a message, or may have been as far as the ledger knows. */
function wasHandedOver({ state, reason, resent = 0, providerId }: Message): boolean {
  if (resent > 0 || providerId !== undefined) return true;
  switch (state) {
    case 'accepted':
    case 'delivered':
    case 'bounced':
    case 'complained':
    case 'rejected':
    case 'unknown':
      return true;
    case 'failed':
      return reason === 'no-answer';
    case 'reserved':
    case 'deferred':
    case 'claimed':
    case 'withheld':
      return false;
  }
}

/** Whether the provider has said what became of it: by its answer, which brings an id, or by an event. */
const isConfirmed = ({ state, providerId }: Message): boolean =>
  providerId !== undefined ||
  state === 'delivered' ||
  state === 'bounced' ||
  state === 'complained' ||
  state === 'rejected';

/** One sending per row is right, and one for each time the campaign let it be sent again. */
function sendingsTooMany(row: Message, resends: boolean): number {
  const others = row.otherProviderIds?.length ?? 0;
  const allowed = resends && !wasNeverCalled(row) ? (row.resent ?? 0) : 0;
  return Math.max(0, others - allowed);
}

/** Adds what another shard has counted. */
export function mergeRecount(tally: Recount, part: Recount): void {
  for (const count of ['rows', 'people', 'called', 'confirmed', 'open'] as const) {
    tally[count] += part[count];
  }
  for (const found of ['unconfirmed', 'missing', 'unknown', 'extra'] as const) {
    const { count, sample } = part[found];
    tally[found].count += count;
    tally[found].sample.push(...sample.slice(0, maxSample - tally[found].sample.length));
  }
  // Only states are counted: every key is one.
  for (const [state, count] of Object.entries(part.states) as [MessageState, number][]) {
    tally.states[state] = (tally.states[state] ?? 0) + count;
  }
}

type Counted = { readonly count: number; readonly sample: readonly string[] };

/** What a run's ledger and the provider say of each other. Samples are ids of messages, ten at the most. */
export type Verification = {
  readonly run: string;
  readonly ok: boolean;
  readonly summary: string;
  readonly rows: number;
  readonly states: Readonly<Partial<Record<MessageState, number>>>;
  /** Rows for which the provider was called, or may have been. */
  readonly called: number;
  /** Of these, those of which the provider has spoken, by its answer or an event. */
  readonly confirmed: number;
  readonly unconfirmed: Counted;
  /** What the provider should have and never spoke of. */
  readonly missing: Counted;
  /** Sendings beyond the one of a row, of rows that were not to be sent, and of no row at all. */
  readonly extra: Counted;
  /** Of what is missing: what its events may still settle. */
  readonly unknown: Counted;
  /** People the run considered. */
  readonly audience: number;
  /** Every row is called or not, and none is open once the run is completed. */
  readonly sums: {
    readonly called: number;
    readonly notCalled: number;
    readonly open: number;
    readonly ok: boolean;
  };
};

/** `run` is undefined when only sendings know of it: a restored backup has forgotten it. */
export function toVerification(
  id: string,
  run: Pick<Run, 'state'> | undefined,
  tally: Recount,
): Verification {
  const { rows, called, confirmed, open, unconfirmed, missing, extra, unknown } = tally;
  const states = Object.values(tally.states).reduce((sum, count) => sum + count, 0);
  const sumsOk = states === rows && (run?.state !== 'completed' || open === 0);
  return {
    run: id,
    ok: sumsOk && missing.count === 0 && extra.count === 0,
    summary: summaryOf(tally, sumsOk),
    rows,
    states: tally.states,
    called,
    confirmed,
    unconfirmed,
    missing,
    extra,
    unknown,
    audience: tally.people,
    sums: { called, notCalled: rows - called, open, ok: sumsOk },
  };
}

function summaryOf({ called, missing, extra, unknown }: Recount, sumsOk: boolean): string {
  if (!sumsOk) return 'The run is completed, and yet rows of its ledger are open.';
  if (missing.count === 0 && extra.count === 0) {
    return `The provider has spoken of all ${called} messages it was called for, and of no other.`;
  }
  const waits = unknown.count === 0 ? '' : ` (${unknown.count} may still be told of)`;
  return `Of ${called} messages the provider was called for, ${missing.count} were never spoken of${waits}; ${extra.count} sendings are one too many.`;
}
