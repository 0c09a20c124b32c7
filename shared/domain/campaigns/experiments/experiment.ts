import * as z from 'zod';
import { slugSchema } from '../../identity/slug.ts';
import type { MessageWay } from '../../messaging/message.ts';
import { bucketOf } from '../../rules/bucket.ts';
import { durationSchema } from '../../time/duration.ts';

const variantSchema = z.strictObject({
  id: slugSchema.describe('Stands in reports, and as `utm_content` in links.'),
  template: slugSchema.describe("For the message's channel."),
  weight: z
    .int()
    .min(1)
    .max(1000)
    .default(1)
    .describe('Its part of the people, among all weights.'),
});
export type Variant = z.infer<typeof variantSchema>;

/** What decides which variant is best: the share of people who opened, clicked or converted, or their mean revenue. */
export const metrics = ['open', 'click', 'conversion', 'revenue'] as const;
export type Metric = (typeof metrics)[number];

const testSchema = z.strictObject({
  share: z
    .number()
    .gt(0, 'must be above 0')
    .lt(1, 'must be below 1: somebody must be left to get the winner')
    .describe('The part of the audience the variants are tried on; the rest waits for the winner.'),
  metric: z
    .enum(metrics)
    .describe('What decides: people who open, click or convert, or the mean revenue of a person.'),
  wait: durationSchema.describe('How long after the first messages the winner is chosen.'),
  confidence: z
    .number()
    .min(0.5)
    .max(0.999)
    .default(0.95)
    .describe('How sure it must be that the winner is no accident.'),
  otherwise: z
    .union([z.literal('split'), slugSchema])
    .default('split')
    .describe(
      'What the rest gets when no variant is surely the best, or there is not enough data to tell: all variants, or the named one.',
    ),
});

/** An A/B/n test: everybody gets one of the variants, always the same; with `test` the rest gets the winner. */
export const experimentSchema = z
  .strictObject({
    variants: z
      .array(variantSchema)
      .min(2, 'needs at least two variants')
      .max(10)
      .describe('What is compared.'),
    test: testSchema
      .optional()
      .describe('Tries the variants on a part first; without it everybody gets one for good.'),
  })
  .superRefine(({ variants, test }, context) => {
    const ids = variants.map(({ id }) => id);
    ids.forEach((id, index) => {
      if (ids.indexOf(id) === index) return;
      context.addIssue({ code: 'custom', path: ['variants', index, 'id'], message: 'is taken' });
    });
    const otherwise = test?.otherwise;
    if (otherwise === undefined || otherwise === 'split' || ids.includes(otherwise)) return;
    const message = `must be "split" or one of ${ids.join(', ')}`;
    context.addIssue({ code: 'custom', path: ['test', 'otherwise'], message });
  });
export type Experiment = z.infer<typeof experimentSchema>;

/** What an experiment's metric needs beside it, of the campaign's other words. */
type Around = {
  readonly channel: MessageWay;
  readonly goal: { readonly value?: string | undefined } | undefined;
  readonly links: { readonly track?: boolean | undefined } | undefined;
};

/** Why the metric of a test could never be told, with the path of the word to change; undefined: it can. */
export function metricIssue(
  { test }: Experiment,
  { channel, goal, links }: Around,
): { readonly path: string[]; readonly message: string } | undefined {
  const path = ['experiment', 'test', 'metric'];
  switch (test?.metric) {
    case undefined:
      return undefined;
    case 'open':
      return channel === 'email'
        ? undefined
        : { path, message: 'only emails tell that they were opened: take another' };
    case 'click': {
      const isTold = channel === 'email' || (channel !== 'webhook' && links?.track === true);
      const message = 'only links that are tracked tell of clicks: add "links": { "track": true }';
      return isTold ? undefined : { path, message };
    }
    case 'conversion':
    case 'revenue': {
      const message = `is required: by ${test.metric} the winner is chosen`;
      if (goal === undefined) return { path: ['goal'], message };
      const needsValue = test.metric === 'revenue' && goal.value === undefined;
      return needsValue ? { path: ['goal', 'value'], message } : undefined;
    }
  }
}

/** The variant a person stably gets, in proportion to the weights, whatever other shares they fall in. */
export function variantOf({ variants }: Experiment, campaign: string, profileId: string): Variant {
  const total = variants.reduce((sum, { weight }) => sum + weight, 0);
  const place = (bucketOf(`${campaign}#variant`, profileId) / 100) * total;
  let end = 0;
  for (const variant of variants) {
    end += variant.weight;
    if (place < end) return variant;
  }
  throw new Error('An experiment has no variants.');
}

/** Whether the variants are tried on this person, who else gets the winner. */
export const isTester = ({ test }: Experiment, campaign: string, profileId: string): boolean =>
  test === undefined || bucketOf(`${campaign}#test`, profileId) < test.share * 100;
