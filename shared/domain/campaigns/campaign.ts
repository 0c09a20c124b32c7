import * as z from 'zod';
import { slugSchema } from '../identity/slug.ts';
import { messageChannels } from '../messaging/message.ts';
import { quietHoursSchema } from '../messaging/quiet-hours.ts';
import { durationSchema } from '../time/duration.ts';
import {
  isEventSchedule,
  isStartingType,
  scheduleSchema,
  startedByMessagesOf,
} from './schedule.ts';

const audienceSchema = z.strictObject({
  include: z.array(slugSchema).max(20).default([]),
  exclude: z.array(slugSchema).max(20).default([]),
});

/** JSON in UTF-8: each run stores the whole definition. */
const maxBytes = 100_000;

/** What a marketer writes: who gets which message when, and what it is to achieve. */
export const campaignSchema = z
  .strictObject({
    name: z.string().min(1, 'must not be empty').max(200),
    /** `transactional` needs no consent, carries no unsubscribe header, and never goes to a segment. */
    kind: z.enum(['marketing', 'transactional']).default('marketing'),
    topic: slugSchema.optional().describe('The topic of consent; required for marketing.'),
    priority: z
      .int()
      .min(0)
      .max(10)
      .default(5)
      .describe('Among waiting messages the higher goes first.'),
    audience: audienceSchema.optional(),
    schedule: scheduleSchema,
    message: z.strictObject({ channel: z.enum(messageChannels), template: slugSchema }),
    quietHours: quietHoursSchema
      .optional()
      .describe("Nothing is sent from `from` to `to` on the person's own clock; it waits."),
    deadline: durationSchema
      .optional()
      .describe(
        'How long after its planned instant a message may still go out. Without one it waits for as long as it must, but what the provider refuses for 72 hours is given up: `refused-by-provider`.',
      ),
    holdout: z
      .number()
      .min(0)
      .lt(1, 'must be below 1, such as 0.1 for a tenth')
      .optional()
      .describe('The share of the audience, 0 to below 1, that gets nothing, to compare with.'),
    goal: z
      .strictObject({
        event: z
          .string()
          .min(1, 'must not be empty')
          .max(200)
          .refine((name) => !isStartingType(name), 'must be an event that people track'),
        within: durationSchema,
        value: z
          .string()
          .min(1, 'must not be empty')
          .max(200)
          .optional()
          .describe('The property of the event that is its revenue.'),
      })
      .optional(),
  })
  .superRefine((definition, context) => {
    const report = (path: string[], message: string): void =>
      context.addIssue({ code: 'custom', path, message });
    const bytes = new TextEncoder().encode(JSON.stringify(definition)).length;
    if (bytes > maxBytes) report([], `is larger than ${maxBytes} bytes: make it shorter`);
    const { kind, topic, audience, schedule } = definition;
    const includesNobody = (audience?.include.length ?? 0) === 0;
    if (kind === 'marketing' && topic === undefined) {
      report(['topic'], 'is required: marketing goes only to people who consented to a topic');
    }
    if (kind === 'transactional') {
      const never = 'a transactional campaign never goes to a segment:';
      if (audience !== undefined) report(['audience'], `${never} remove it`);
      if (!isEventSchedule(schedule)) report(['schedule'], `${never} start it with "on"`);
    } else if (!isEventSchedule(schedule) && includesNobody) {
      report(['audience', 'include'], 'must name at least one segment to send to');
    }
  });

export type CampaignDefinition = z.infer<typeof campaignSchema>;

/** `scheduled` waits for its first firing; `running` has fired, or listens; `paused` holds everything. */
export const campaignStates = [
  'draft',
  'scheduled',
  'running',
  'paused',
  'completed',
  'cancelled',
] as const;
export type CampaignState = (typeof campaignStates)[number];

/** A goal still listened for, ISO, after the campaign has ended: conversions come later than messages. */
export type KeptGoal = { readonly event: string; readonly until: string };

export type Campaign = {
  readonly id: string;
  readonly definition: CampaignDefinition;
  readonly state: CampaignState;
  /** What `resume` goes back to. */
  readonly pausedFrom: 'scheduled' | 'running' | undefined;
  /** Optimistic lock; 0 is not stored yet. */
  readonly revision: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly launchedAt: string | undefined;
  /** The template's version at launch. */
  readonly templateVersion: number | undefined;
  /** The one run of an event campaign's launch. */
  readonly run: string | undefined;
  readonly keptGoals: readonly KeptGoal[];
  /** When schedules, listeners and runs must be brought in line with the state, if that has not been done by then. */
  readonly settleAt: string | undefined;
};

/** The campaigns in a loop of messages starting messages, beginning with `id`; undefined when there is none. */
export function messageLoop(
  id: string,
  definition: CampaignDefinition,
  others: ReadonlyMap<string, CampaignDefinition>,
): readonly string[] | undefined {
  const seen = new Set<string>();
  const walk = (name: string, trail: readonly string[]): readonly string[] | undefined => {
    if (name === id && trail.length > 0) return trail;
    if (seen.has(name)) return undefined;
    seen.add(name);
    const found = name === id ? definition : others.get(name);
    if (found === undefined) return undefined;
    for (const next of startedByMessagesOf(found.schedule)) {
      const loop = walk(next, [...trail, name]);
      if (loop !== undefined) return loop;
    }
    return undefined;
  };
  return walk(id, []);
}
