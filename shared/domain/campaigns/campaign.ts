import * as z from 'zod';
import { slugSchema } from '../identity/slug.ts';
import type { MessageChannel } from '../messaging/message.ts';
import { launchLimitsSchema } from '../messaging/policy/launch-limits.ts';
import { quietHoursSchema } from '../messaging/quiet-hours.ts';
import { durationSchema } from '../time/duration.ts';
import { experimentSchema, metricIssue } from './experiments/experiment.ts';
import { goalSchema } from './goal.ts';
import { idleWords } from './idle-words.ts';
import { linksSchema } from './message/link-words.ts';
import { messageChoiceSchema } from './message/message-choice.ts';
import type { PausedFor } from './reputation-pause.ts';
import { isEventSchedule, scheduleSchema, startedByMessagesOf } from './schedule.ts';

const audienceSchema = z.strictObject({
  include: z
    .array(slugSchema)
    .max(20)
    .default([])
    .describe(
      'Segments: who is in one of them gets it. Of an event campaign none means everybody.',
    ),
  exclude: z
    .array(slugSchema)
    .max(20)
    .default([])
    .describe('Segments: who is in one of them gets nothing.'),
});

/** JSON in UTF-8: each run stores the whole definition. */
const maxBytes = 100_000;

const wordsSchema = z.strictObject({
  name: z.string().min(1, 'must not be empty').max(200).describe('For people to read.'),
  kind: z
    .enum(['marketing', 'transactional'])
    .default('marketing')
    .describe(
      'A transactional message needs no consent, carries no unsubscribe header, and never goes to a segment.',
    ),
  topic: slugSchema.optional().describe('The topic of consent; required for marketing.'),
  priority: z
    .int()
    .min(0)
    .max(10)
    .default(5)
    .describe('Among waiting messages the higher goes first.'),
  audience: audienceSchema.optional().describe('Who gets it, as they stand when it goes out.'),
  schedule: scheduleSchema.describe('When it goes out: one of `at`, `cron` and `on`.'),
  message: messageChoiceSchema.describe('What is sent, and on which channel.'),
  experiment: experimentSchema
    .optional()
    .describe('Several variants, each person always of the same one; with `test` a winner.'),
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
  overCap: z
    .enum(['withhold', 'defer'])
    .default('withhold')
    .describe(
      'What becomes of a message to somebody who has had enough (frequency caps): withheld, or deferred until there is room, up to its deadline.',
    ),
  resend: z
    .enum(['never', 'afterUnknown'])
    .default('never')
    .describe(
      'What becomes of a message of which nobody knows whether the provider took it. `afterUnknown` sends it again after a day without a sign of it: it may duplicate.',
    ),
  links: linksSchema.optional().describe('What becomes of the links in the message.'),
  limits: launchLimitsSchema
    .optional()
    .describe('Beyond them it is not launched; for one that is not said the sending policy says.'),
  goal: goalSchema.optional().describe('What it is to bring about; reports count it.'),
});

/**
 * The shape of a definition that is stored. What was accepted once is read for ever: rules about how words
 * go together may grow stricter, and must not make what is running unreadable.
 */
export const storedDefinitionSchema = wordsSchema;

/** What a marketer writes: who gets which message when, and what it is to achieve. */
export const campaignSchema = wordsSchema.superRefine((definition, context) => {
  const report = (path: string[], message: string): void =>
    context.addIssue({ code: 'custom', path, message });
  const bytes = new TextEncoder().encode(JSON.stringify(definition)).length;
  if (bytes > maxBytes) report([], `is larger than ${maxBytes} bytes: make it shorter`);
  const { kind, topic, audience, schedule } = definition;
  checkMessage(definition, report);
  for (const { path, message } of idleWords(definition)) report([path], message);
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

type Report = (path: string[], message: string) => void;

function checkMessage(
  {
    message,
    experiment,
    overCap,
    deadline,
    schedule,
    links,
    goal,
  }: Pick<
    z.infer<typeof wordsSchema>,
    'message' | 'experiment' | 'overCap' | 'deadline' | 'schedule' | 'links' | 'goal'
  >,
  report: Report,
): void {
  if (experiment === undefined) {
    if (message.channel !== 'best' && message.template === undefined) {
      report(['message', 'template'], 'is required');
    }
  } else if (message.channel === 'best') {
    report(['experiment'], 'compares templates of one channel: name it instead of "best"');
  } else if (message.template !== undefined) {
    report(['message', 'template'], 'stands in the variants of the experiment');
  }
  if (experiment?.test !== undefined && isEventSchedule(schedule)) {
    const why = 'an event campaign has no rest to get the winner: leave it out to split for good';
    report(['experiment', 'test'], why);
  }
  const issue = experiment && metricIssue(experiment, { channel: message.channel, goal, links });
  if (issue !== undefined) report(issue.path, issue.message);
  if (links !== undefined && message.channel === 'webhook') {
    report(['links'], 'a webhook goes to a machine, its links are left alone: remove it');
  }
  if (overCap === 'defer' && deadline === undefined) {
    report(['deadline'], 'is required where messages over the cap are deferred: until when?');
  }
}

/** The templates a definition names, each with the channel it must be for and its path. */
export function templatesOf({ message, experiment }: CampaignDefinition): readonly {
  readonly id: string;
  readonly channel: MessageChannel;
  readonly path: string;
}[] {
  if (message.channel === 'best') {
    return (message.order ?? []).flatMap((channel) => {
      const id = message.templates?.[channel];
      return id === undefined ? [] : [{ id, channel, path: `message.templates.${channel}` }];
    });
  }
  const { channel, template } = message;
  const alone = template === undefined ? [] : [{ id: template, channel, path: 'message.template' }];
  const variants = experiment?.variants ?? [];
  return [
    ...alone,
    ...variants.map(({ template: id }, index) => ({
      id,
      channel,
      path: `experiment.variants[${index}].template`,
    })),
  ];
}

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
  /** Why it paused itself; undefined: it is not paused, or somebody paused it. */
  readonly pausedFor?: PausedFor | undefined;
  /** Optimistic lock; 0 is not stored yet. */
  readonly revision: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly launchedAt: string | undefined;
  /** Who wrote the definition: the subject of their token. */
  readonly editedBy: string | undefined;
  /** Who has approved the definition as it stands. */
  readonly approvedBy: string | undefined;
  /** How its templates, segments and endpoint stood when it was approved; see `standingOf`. */
  readonly approvedAs?: Readonly<Record<string, string>> | undefined;
  /** The templates' versions at launch, by template. */
  readonly templates: Readonly<Record<string, number>> | undefined;
  /** When a restored backup had it paused, ISO, until it is resumed or cancelled. */
  readonly restoredAt?: string | undefined;
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
