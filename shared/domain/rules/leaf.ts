import * as z from 'zod';
import { durationSchema, maxMs, parseDuration } from '../time/duration.ts';
import { readDate } from '../time/instant.ts';
import { isTimeZone } from '../time/zone.ts';
import { rfmCells } from './rfm/rfm-cell.ts';

/** What an attribute is compared with: never a list, never null. */
const scalarSchema = z.union([z.string(), z.number(), z.boolean()], {
  error: 'must be a text, a number, true or false',
});

const dateSchema = z
  .string()
  .refine(
    (text) => readDate(text) !== undefined,
    'must be an ISO 8601 date, such as "2026-11-21" or "2026-11-21T10:00:00Z"',
  );

const betweenSchema = z
  .tuple([durationSchema, durationSchema])
  .refine(
    ([longer, shorter]) => maxMs(parseDuration(longer)) > maxMs(parseDuration(shorter)),
    'must be two durations, the longer first',
  );

const shorterThanYear = durationSchema.refine(
  (text) => maxMs(parseDuration(text)) < 366 * 86_400_000,
  'must be shorter than a year',
);

const nameSchema = z.string().min(1, 'must not be empty');

const timeZoneSchema = z
  .string()
  .refine((text) => text === 'person' || isTimeZone(text), 'must be "person" or an IANA time zone');

const numbers = {
  atLeast: z.number().optional(),
  atMost: z.number().optional(),
  above: z.number().optional(),
  below: z.number().optional(),
};

const comparisons = { ...numbers, equals: z.number().optional() };

const values = {
  equals: scalarSchema.optional(),
  notEquals: scalarSchema.optional(),
  oneOf: z.array(scalarSchema).min(1, 'must list at least one value').optional(),
  contains: scalarSchema.optional(),
  startsWith: z.string().optional(),
  exists: z.boolean().optional(),
  ...numbers,
};

const pastDates = {
  within: durationSchema.optional(),
  olderThan: durationSchema.optional(),
  between: betweenSchema.optional(),
  before: dateSchema.optional(),
  after: dateSchema.optional(),
};

const dates = { ...pastDates, inNext: durationSchema.optional() };

const anniversarySchema = z.union(
  [z.literal('today'), z.strictObject({ inNext: shorterThanYear })],
  { error: 'must be "today" or { "inNext": a duration shorter than a year }' },
);

const since = { since: z.literal('trigger', { error: 'must be "trigger"' }).optional() };

export const valueWords = Object.keys(values);
export const dateWords = Object.keys(dates);
export const comparisonWords = Object.keys(comparisons);

export const attributeLeafSchema = z.strictObject({
  attribute: nameSchema,
  ...values,
  ...dates,
  anniversary: anniversarySchema.optional(),
  timeZone: timeZoneSchema.optional(),
});

export const ageLeafSchema = z.strictObject({
  age: nameSchema,
  ...comparisons,
  timeZone: timeZoneSchema.optional(),
});

/** One property of an event, its dates counted in the zone of the leaf around it. */
export const propertyConditionSchema = z.strictObject({
  property: nameSchema,
  ...values,
  ...dates,
});

const behaviour = {
  within: durationSchema.optional(),
  olderThan: durationSchema.optional(),
  between: betweenSchema.optional(),
  ...since,
  where: z.array(z.unknown()).min(1, 'must list at least one condition').optional(),
  timeZone: timeZoneSchema.optional(),
};

export const didLeafSchema = z.strictObject({
  did: nameSchema,
  sum: nameSchema.optional(),
  ...comparisons,
  ...behaviour,
});
export const didNotLeafSchema = z.strictObject({ didNot: nameSchema, ...behaviour });

const edge = { ...behaviour, before: dateSchema.optional(), after: dateSchema.optional() };
export const lastLeafSchema = z.strictObject({ last: nameSchema, ...edge });
export const firstLeafSchema = z.strictObject({ first: nameSchema, ...edge });

export const hasLeafSchema = z.strictObject({
  has: nameSchema,
  where: z.array(z.unknown()).min(1, 'must list at least one condition').optional(),
});
export const inLeafSchema = z.strictObject({ in: nameSchema });
export const listLeafSchema = z.strictObject({ list: nameSchema });

export const computedLeafSchema = z.strictObject({ computed: nameSchema, ...values });

const scoreSchema = z.int().min(1, 'scores are 1 to 5').max(5, 'scores are 1 to 5').optional();
const scoresSchema = z
  .strictObject({
    atLeast: scoreSchema,
    atMost: scoreSchema,
    above: scoreSchema,
    below: scoreSchema,
    equals: scoreSchema,
  })
  .refine(
    (scores) => Object.values(scores).some((score) => score !== undefined),
    'needs one of atLeast, atMost, above, below, equals',
  );

/** By name the cell a person is in; else bounds on their scores, all of which hold. */
export const rfmLeafSchema = z.strictObject({
  rfm: z.union(
    [
      z.enum(rfmCells),
      z
        .strictObject({
          recency: scoresSchema.optional(),
          frequency: scoresSchema.optional(),
          monetary: scoresSchema.optional(),
        })
        .refine(
          (scores) => Object.values(scores).some((score) => score !== undefined),
          'needs one of recency, frequency, monetary',
        ),
    ],
    {
      error: `must be scores, such as { "recency": { "atLeast": 4 } }, or one of ${rfmCells.join(', ')}`,
    },
  ),
});

const percentSchema = z.number().min(0, 'must be 0 to 100').max(100, 'must be 0 to 100');
export const bucketLeafSchema = z.strictObject({
  bucket: z
    .strictObject({ salt: nameSchema, from: percentSchema, to: percentSchema })
    .refine(({ from, to }) => from < to, 'needs "from" below "to"'),
});

export type Scalar = string | number | boolean;
export type AttributeLeaf = z.infer<typeof attributeLeafSchema>;
export type AgeLeaf = z.infer<typeof ageLeafSchema>;
export type PropertyCondition = z.infer<typeof propertyConditionSchema>;
type Where<Leaf, Condition> = Omit<Leaf, 'where'> & {
  readonly where?: readonly Condition[] | undefined;
};
export type DidLeaf = Where<z.infer<typeof didLeafSchema>, PropertyCondition>;
export type DidNotLeaf = Where<z.infer<typeof didNotLeafSchema>, PropertyCondition>;
export type LastLeaf = Where<z.infer<typeof lastLeafSchema>, PropertyCondition>;
export type FirstLeaf = Where<z.infer<typeof firstLeafSchema>, PropertyCondition>;
export type HasLeaf = Where<z.infer<typeof hasLeafSchema>, AttributeLeaf>;
export type InLeaf = z.infer<typeof inLeafSchema>;
export type ListLeaf = z.infer<typeof listLeafSchema>;
export type ComputedLeaf = z.infer<typeof computedLeafSchema>;
export type RfmLeaf = z.infer<typeof rfmLeafSchema>;
export type BucketLeaf = z.infer<typeof bucketLeafSchema>;
