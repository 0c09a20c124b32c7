import * as z from 'zod';
import { durationSchema } from '../time/duration.ts';
import { type MetricSpec, metricSpec } from './metric.ts';

/** Which event is an order, and which of its properties is the money. */
export const rfmSettingsSchema = z.strictObject({
  event: z.string().min(1).default('Order Completed'),
  value: z.string().min(1).default('total'),
  /** ISO 4217: only orders with this `currency` count. Absent: all, whatever their currency. */
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'must be a currency of ISO 4217, such as USD')
    .optional(),
  /** Only orders of this time count; absent: all. */
  within: durationSchema.optional(),
});

export type RfmSettings = z.infer<typeof rfmSettingsSchema>;

/**
 * Four borders each between the fifths of all customers: time since the last order in ms, orders, money.
 * Ascending.
 */
export type RfmCuts = {
  readonly recencyMs: readonly number[];
  readonly frequency: readonly number[];
  readonly monetary: readonly number[];
};

/** What `rfm` means in a rule; without cuts nobody has scores yet. */
export type RfmModel = { readonly settings: RfmSettings; readonly cuts: RfmCuts | undefined };

/** What a profile remembers for its scores: orders with their money. */
export function rfmSpec({ event, value, currency, within }: RfmSettings): MetricSpec {
  const where =
    currency === undefined ? {} : { where: [{ property: 'currency', equals: currency }] };
  return metricSpec({ did: event, sum: value, ...where, ...(within && { within }) });
}
