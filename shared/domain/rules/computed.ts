import * as z from 'zod';
import { durationSchema } from '../time/duration.ts';
import { propertyConditionSchema } from './leaf.ts';
import { type MetricSpec, metricSpec } from './metric.ts';

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

/** A value worked out of what a person did. */
export const computedDefinitionSchema = z.strictObject({
  event: z.string().min(1),
  function: z.enum(computedFunctions),
  /** The property that is summed, averaged, compared or shown; `count` and `daysSince` have none. */
  property: z.string().min(1).optional(),
  where: z.array(propertyConditionSchema).min(1).optional(),
  /** Only events of this time count; absent: all. */
  within: durationSchema.optional(),
});

export type ComputedDefinition = z.infer<typeof computedDefinitionSchema>;

/** What a profile remembers for it. */
export function computedSpec(definition: ComputedDefinition): MetricSpec {
  const { event, where, property, within } = definition;
  const sum = property === undefined ? {} : { sum: property };
  return metricSpec({ did: event, ...(where && { where }), ...(within && { within }), ...sum });
}
