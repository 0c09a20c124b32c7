import * as z from 'zod';
import { durationSchema } from '../../time/duration.ts';
import { type MetricSpec, metricSpec } from '../ledger/metric.ts';

const maxNameCharacters = 200;
const nameSchema = z
  .string()
  .min(1, 'must not be empty')
  .max(maxNameCharacters, `must be at most ${maxNameCharacters} characters`);

/** Which event is an order, and which of its properties is the money. */
export const rfmSettingsSchema = z.strictObject({
  event: nameSchema.default('Order Completed').describe('The name of the event of an order.'),
  value: nameSchema.default('total').describe("The property with the order's money."),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'must be a currency of ISO 4217, such as USD')
    .optional()
    .describe(
      'ISO 4217: only orders whose property `currency` is this count. Absent: all, added up as they are.',
    ),
  within: durationSchema
    .optional()
    .describe(
      'ISO 8601: only orders of this time count, on the calendar of the company. Absent: all.',
    ),
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
