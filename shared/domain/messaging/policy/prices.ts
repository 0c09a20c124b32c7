import * as z from 'zod';

const price = z.number().min(0).max(1000);

/** What a message costs, in units of `currency`. Unless set: the list prices of AWS for email and push. */
export const pricesSchema = z.strictObject({
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as "USD"')
    .default('USD')
    .describe('ISO 4217; all prices are in it.'),
  email: price.default(0.0001).describe('For one email.'),
  push: price.default(0.0000005).describe('For one push message.'),
  webhook: price.default(0).describe('For one call of a webhook.'),
  sms: z
    .record(
      z.string().regex(/^([A-Z]{2}|other)$/, 'must be a country such as "LV", or "other"'),
      price,
    )
    .default({})
    .describe(
      'For one part of a text message, by country of the number; `other`: every other one.',
    ),
});
export type Prices = z.infer<typeof pricesSchema>;
