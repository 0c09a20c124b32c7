import type { CampaignDefinition } from '../campaigns/campaign.ts';
import type { Goal } from '../campaigns/goal.ts';
import type { TriggerEvent } from '../campaigns/trigger.ts';
import type { MessageChange } from '../messaging/ledger.ts';
import type { Message } from '../messaging/message.ts';
import { decimalOf } from '../rules/ledger/decimal.ts';
import { addDuration, parseDuration } from '../time/duration.ts';
import { amountOf, creditOf, type Place } from './credit.ts';
import { amountText } from './report.ts';

/**
 * A message that went out to the person, as the timeline says, or would have: of somebody who was held
 * out. `at` is ISO. A row of the latter gets conversions without any credit, for the lift alone: it
 * counts in no report, and takes no credit from other campaigns' messages.
 */
export type Touch = {
  readonly message: string;
  readonly run: string;
  readonly campaign: string;
  readonly at: string;
  readonly isHeldOut?: boolean;
};

export type Conversion = Message['conversions'][number];

/** What an event means for one message before it. */
export type Outcome = { readonly touch: Touch } & (
  | { readonly kind: 'contact'; readonly at: string }
  | { readonly kind: 'conversion'; readonly conversion: Conversion }
);

/** A row keeps this many conversions: a bot that orders without end must not fill it. */
export const maxConversions = 100;

/** Messages to a person that can share one conversion, the latest ones. */
export const maxTouches = 200;

/** ISO 4217's code for "no currency". */
const noCurrency = 'XXX';

type Known = {
  readonly definitions: ReadonlyMap<string, CampaignDefinition>;
  readonly timeZone: string;
};

/**
 * What an event means for the messages before it, each as long as its own campaign's window. All that
 * have the event as their goal compete, whichever campaign they are of: each gets the conversion, with
 * the credit its own campaign's model gives it. Who made contact did so after every one of them.
 */
export function attribute(
  event: TriggerEvent,
  touches: readonly Touch[],
  known: Known,
): readonly Outcome[] {
  const reached = touches.flatMap((touch) => {
    const goal = known.definitions.get(touch.run)?.goal;
    return goal !== undefined && isWithin(event, touch, { goal, ...known }) ? { touch, goal } : [];
  });
  const contacts = reached
    .filter(({ goal }) => goal.contact?.includes(event.name) === true)
    .map(({ touch }) => ({ kind: 'contact', touch, at: event.occurredAt }) as const);
  const converted = reached.filter(({ goal }) => goal.event === event.name);
  const heldOut = converted
    .filter(({ touch }) => touch.isHeldOut === true)
    .map(({ touch, goal }) => conversionOf(event, touch, { goal, place: undefined }));
  const competing = converted
    .filter(({ touch }) => touch.isHeldOut !== true)
    .toSorted((left, right) => (orderOf(left.touch) < orderOf(right.touch) ? -1 : 1));
  const count = competing.length;
  const credited = competing.map(({ touch, goal }, index) =>
    conversionOf(event, touch, { goal, place: { index, count } }),
  );
  return [...contacts, ...heldOut, ...credited];
}

/** Of two messages of one instant the ids decide, so that everybody who asks gets the same answer. */
const orderOf = ({ at, message }: Touch): string => `${at}#${message}`;

function isWithin(
  { occurredAt }: TriggerEvent,
  touch: Touch,
  { goal, timeZone }: { readonly goal: Goal; readonly timeZone: string },
): boolean {
  if (touch.at > occurredAt) return false;
  const end = addDuration(Date.parse(touch.at), parseDuration(goal.within), timeZone);
  return Date.parse(occurredAt) <= end;
}

function conversionOf(
  event: TriggerEvent,
  touch: Touch,
  { goal, place }: { readonly goal: Goal; readonly place: Place | undefined },
): Outcome {
  const { value: property, attribution } = goal;
  const currency = event.properties['currency'];
  const isCode = typeof currency === 'string' && /^[A-Za-z]{3}$/.test(currency);
  const amount = decimalOf(property === undefined ? 0 : event.properties[property]);
  const isShared = attribution === 'linear' && place !== undefined && place.count > 1;
  const conversion: Conversion = {
    entry: event.id,
    at: event.occurredAt,
    value: amountText(amount),
    credit: place === undefined ? 0 : creditOf(attribution, place),
    currency: isCode ? currency.toUpperCase() : noCurrency,
    ...(isShared && { credited: amountText(amountOf(attribution, amount, place)) }),
  };
  return { kind: 'conversion', touch, conversion };
}

/** What an outcome changes on its message's row; undefined when it is known already. */
export function outcomeChange(row: Message, outcome: Outcome): MessageChange | undefined {
  if (outcome.kind === 'contact') {
    const { at: contactedAt } = outcome;
    const isNews = row.contactedAt === undefined || contactedAt < row.contactedAt;
    return isNews ? { contactedAt } : undefined;
  }
  const conversions = withConversion(row.conversions, outcome.conversion);
  return conversions === undefined ? undefined : { conversions };
}

/**
 * The row's conversions with one more; undefined when it is known already or the row is full. One that
 * is told again takes its newest credit: a message that was known late competes too.
 */
export function withConversion(
  conversions: readonly Conversion[],
  conversion: Conversion,
): readonly Conversion[] | undefined {
  const at = conversions.findIndex(({ entry }) => entry === conversion.entry);
  const known = conversions[at];
  if (known === undefined) {
    return conversions.length >= maxConversions ? undefined : [...conversions, conversion];
  }
  const isSame = known.credit === conversion.credit && known.credited === conversion.credited;
  return isSame ? undefined : conversions.with(at, conversion);
}
