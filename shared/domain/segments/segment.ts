import * as z from 'zod';
import { type Rule, ruleSchema } from '../rules/rule.ts';

/** What a marketer says a segment is. */
export const segmentSchema = z.strictObject({
  name: z.string().trim().min(1, 'give the segment a name').max(200),
  rule: ruleSchema,
});

/**
 * A segment as stored. `version` is the revision of the rules at which this rule was written;
 * `serving` is the definition that audiences and events go by until a pass has applied the new one to
 * everybody (absent: nobody is a member yet).
 */
export type Segment = {
  readonly id: string;
  readonly name: string;
  /** Undefined while the segment is being deleted: nobody is to stay in it. */
  readonly rule: Rule | undefined;
  readonly version: number;
  readonly serving: { readonly version: number; readonly rule: Rule } | undefined;
  readonly createdAt: string;
  readonly updatedAt: string;
};

/** The serving version of a segment that nobody is in yet. */
export const unserved = 0;

export const servingVersion = (segment: Segment): number => segment.serving?.version ?? unserved;

export const isBuilding = (segment: Segment): boolean =>
  servingVersion(segment) !== segment.version;
