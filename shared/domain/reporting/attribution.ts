import type { CampaignDefinition } from '../campaigns/campaign.ts';
import type { TriggerEvent } from '../campaigns/trigger.ts';
import type { Message } from '../messaging/message.ts';
import { decimalOf } from '../rules/ledger/decimal.ts';
import { addDuration, parseDuration } from '../time/duration.ts';
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

/** A row keeps this many conversions: a bot that orders without end must not fill it. */
export const maxConversions = 100;

/** ISO 4217's code for "no currency". */
const noCurrency = 'XXX';

/**
 * The messages an event is a conversion of: per campaign whose goal it is, the last one sent before it
 * and within the goal's window (last touch). The lift compares people who were sent a campaign's message
 * with those who were held out, so each gets the conversion, with or without a credit.
 */
export function attribute(
  event: TriggerEvent,
  touches: readonly Touch[],
  known: {
    readonly definitions: ReadonlyMap<string, CampaignDefinition>;
    readonly timeZone: string;
  },
): readonly { readonly touch: Touch; readonly conversion: Conversion }[] {
  const latest = new Map<string, Touch>();
  for (const touch of touches) {
    const goal = known.definitions.get(touch.run)?.goal;
    if (goal?.event !== event.name || touch.at > event.occurredAt) continue;
    const sent = Date.parse(touch.at);
    const end = addDuration(sent, parseDuration(goal.within), known.timeZone);
    if (Date.parse(event.occurredAt) > end) continue;
    const before = latest.get(touch.campaign);
    if (before === undefined || touch.at > before.at) latest.set(touch.campaign, touch);
  }
  return [...latest.values()].map((touch) => ({
    touch,
    conversion: {
      ...conversionOf(event, known.definitions.get(touch.run)?.goal?.value),
      ...(touch.isHeldOut === true && { credit: 0 }),
    },
  }));
}

function conversionOf(event: TriggerEvent, property: string | undefined): Conversion {
  const currency = event.properties['currency'];
  const isCode = typeof currency === 'string' && /^[A-Za-z]{3}$/.test(currency);
  return {
    entry: event.id,
    at: event.occurredAt,
    value: amountText(decimalOf(property === undefined ? 0 : event.properties[property])),
    credit: 1,
    currency: isCode ? currency.toUpperCase() : noCurrency,
  };
}

/** The row's conversions with one more; undefined when it is known already or the row is full. */
export function withConversion(
  conversions: readonly Conversion[],
  conversion: Conversion,
): readonly Conversion[] | undefined {
  if (conversions.length >= maxConversions) return undefined;
  if (conversions.some(({ entry }) => entry === conversion.entry)) return undefined;
  return [...conversions, conversion];
}
