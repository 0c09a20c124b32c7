import * as z from 'zod';
import { slugSchema } from '../../identity/slug.ts';
import { durationSchema } from '../../time/duration.ts';
import { dateWords, propertyConditionSchema, valueWords } from '../leaf.ts';
import type { Keep } from '../ledger/kept-values.ts';
import { type MetricSpec, metricSpec } from '../ledger/metric.ts';

export const computedFunctions = [
  'count',
  'sum',
  'average',
  'minimum',
  'maximum',
  'first',
  'last',
  'mostFrequent',
  'daysSince',
] as const;

export type ComputedFunction = (typeof computedFunctions)[number];

/** How each function has the values of its property kept; the others need none. */
const keepOf: Readonly<Partial<Record<ComputedFunction, Keep>>> = {
  sum: 'amounts',
  average: 'amounts',
  minimum: 'minimum',
  maximum: 'maximum',
  first: 'first',
  last: 'last',
  mostFrequent: 'counts',
};

const maxConditions = 20;
const maxNameCharacters = 200;

/** Definitions all lie in memory, and what they need in one item. */
const maxCharacters = 2000;

const nameSchema = z
  .string()
  .min(1, 'must not be empty')
  .max(maxNameCharacters, `must be at most ${maxNameCharacters} characters`);

const shape = {
  event: nameSchema.describe('The name of the event that is looked at.'),
  function: z
    .enum(computedFunctions, { error: `must be one of ${computedFunctions.join(', ')}` })
    .describe(`What is worked out, of the events up to now that satisfy the conditions:
- count: how many there are;
- sum, average, minimum, maximum: of the numbers of a property, in exact decimals; other values are passed over;
- first, last: the earliest or the latest value of a property; of one instant the first by text order;
- mostFrequent: the value that occurs most; of equals the one done last, then the first by text order;
- daysSince: the days that have begun since the last event, in the company's time zone.
Without any value it is absent; count and sum are 0.`),
  property: nameSchema
    .describe(
      'The property, or a dotted path, whose values are taken: texts, numbers, true and false. An ' +
        'event that has it has that one value; without it, each of its products[] that satisfies the ' +
        'conditions has its own and counts once. count and daysSince have none.',
    )
    .optional(),
  where: z
    .array(propertyConditionSchema)
    .min(1, 'must list at least one condition')
    .max(maxConditions, `must be at most ${maxConditions} conditions`)
    .describe(
      'Conditions on properties, or on any one of products[], all of which hold. While those on dates ' +
        'hold for one product, the event counts with all its products that satisfy the others.',
    )
    .optional(),
  within: durationSchema
    .describe('Only events of this last time count, such as "P90D"; absent: all.')
    .optional(),
};

/** A value worked out of what a person did. */
export const computedDefinitionSchema = z.strictObject(shape).superRefine(checkDefinition);

export type ComputedDefinition = z.infer<typeof computedDefinitionSchema>;

/** Templates name it after a dot. */
export const computedIdSchema = slugSchema.refine(
  (id) => !id.includes('.'),
  'use no ".": templates name it after one',
);

/** A definition with its name, as `/admin/computed` takes it. */
export const namedComputedSchema = z
  .strictObject({
    name: z.string().trim().min(1, 'give the computed value a name').max(200),
    ...shape,
  })
  .superRefine(checkDefinition);

function checkDefinition(definition: ComputedDefinition, context: z.RefinementCtx): void {
  const report = (path: (string | number)[], message: string): void =>
    context.addIssue({ code: 'custom', path, message });
  const { function: word, property, where = [] } = definition;
  const needsProperty = keepOf[word] !== undefined;
  if (needsProperty && property === undefined) {
    report(['property'], `"${word}" needs the property whose values it takes`);
  }
  if (!needsProperty && property !== undefined) {
    report(['property'], `"${word}" takes no property: leave it out`);
  }
  where.forEach((condition, index) => {
    const operators = [...valueWords, ...dateWords];
    if (operators.some((operator) => operator in condition)) return;
    report(['where', index, 'property'], `needs one of ${operators.join(', ')} beside it`);
  });
  if (JSON.stringify(definition).length > maxCharacters) {
    report([], `must be at most ${maxCharacters} characters of JSON`);
  }
}

/** What a profile remembers for it. */
export function computedSpec(definition: ComputedDefinition): MetricSpec {
  const { event, where, property, within } = definition;
  const keep = keepOf[definition.function];
  const spec = metricSpec({ did: event, ...(where && { where }), ...(within && { within }) });
  return property === undefined || keep === undefined
    ? spec
    : { ...spec, values: { property, keep } };
}
