import * as z from 'zod';
import { type Rule, ruleSchema } from '../rules/rule.ts';

/** What a marketer says a segment is. */
export const segmentSchema = z.strictObject({
  name: z.string().trim().min(1, 'give the segment a name').max(200),
  rule: ruleSchema,
  notify: z
    .boolean()
    .default(false)
    .describe(
      'Tell of everybody whom this edit re-labels, in this segment and in those that use it: each gets a ' +
        'timeline entry and an event `segment.entered` or `segment.left`, once, when the new definition ' +
        'serves. By default an edit re-labels in silence.',
    ),
});

type Serving = {
  readonly version: number;
  readonly rule: Rule;
  /** Present while people may wait to be told what the edit made of them; see `Announcement`. */
  readonly announces?: { readonly after: number; readonly at: string } | undefined;
};

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
  /** Whether the last edit tells of those whom it re-labels. */
  readonly notify?: boolean | undefined;
  readonly version: number;
  /** Who wrote the rule, who may not approve it; absent in what was saved before that was kept. */
  readonly savedBy?: string | undefined;
  readonly serving: Serving | undefined;
  readonly createdAt: string;
  readonly updatedAt: string;
};

/** The serving version of a segment that nobody is in yet. */
export const unserved = 0;

export const servingVersion = (segment: Segment): number => segment.serving?.version ?? unserved;

export const isBuilding = (segment: Segment): boolean =>
  servingVersion(segment) !== segment.version;

/** The last pass over everybody: what had served before it, when it was done, and how many people it found. */
export type LastPass = { readonly after: number; readonly at: string; readonly people: number };

/**
 * Which definition of a stored segment serves, when those up to `settled` do. Whoever is to be told of
 * an edit has been told by the end of the next pass at the latest: it looks at everybody.
 */
export function servingOf(
  stored: Segment,
  { settled, lastPass }: { readonly settled: number; readonly lastPass: LastPass | undefined },
): Segment['serving'] {
  const { version, rule, notify = false, serving: before } = stored;
  const after = lastPass?.after ?? unserved;
  if (version > settled || rule === undefined || before?.version === version) {
    return (
      before && { ...before, announces: before.version > after ? before.announces : undefined }
    );
  }
  const announces = notify &&
    lastPass !== undefined &&
    version > after && { after: before?.version ?? unserved, at: lastPass.at };
  return { version, rule, announces: announces || undefined };
}

/** Whether an edit that a pass is applying wants those told whom it re-labels. */
export const tellsOfEdit = (segment: Segment): boolean =>
  isBuilding(segment) && segment.notify === true && segment.rule !== undefined;
