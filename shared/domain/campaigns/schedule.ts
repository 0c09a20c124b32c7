import * as z from 'zod';
import { slugSchema } from '../identity/slug.ts';
import type { PropertyCondition } from '../rules/leaf.ts';
import { dateWords, propertyConditionSchema, valueWords } from '../rules/leaf.ts';
import { type Rule, triggerRuleSchema } from '../rules/rule.ts';
import { durationSchema } from '../time/duration.ts';
import { readDate } from '../time/instant.ts';
import { canonicalName, isTimeZone } from '../time/zone.ts';

/** The catalog's events that start campaigns; any other name in `on` is a tracked event's. */
export const startingTypes = [
  'lead.captured',
  'profile.created',
  'consent.given',
  'segment.entered',
  'segment.left',
  'list.joined',
  'list.left',
  'message.opened',
  'message.clicked',
] as const;

/** The catalog's other events: no campaign starts on them. */
export const silentTypes: readonly string[] = [
  'event',
  'profile.updated',
  'consent.withdrawn',
  'message.sent',
  'message.delayed',
  'message.delivered',
  'message.bounced',
  'message.complained',
  'message.rejected',
  'message.replied',
  'canary.captured',
];

/** Each person's own zone instead of one for all. */
export const recipientZone = 'recipient';

/** Once, at a wall-clock time. Without `timeZone`: the company's. */
export type OnceSchedule = { readonly at: string; readonly timeZone?: string | undefined };

/** Again and again, by EventBridge's six fields. */
export type CronSchedule = { readonly cron: string; readonly timeZone?: string | undefined };

/** For the person an event is about. */
export type EventSchedule = {
  readonly on: string;
  readonly where?: readonly PropertyCondition[] | undefined;
  readonly delay?: string | undefined;
  readonly unless?: Rule | undefined;
  readonly repeat: 'each' | 'once' | 'restart';
  readonly cooldown?: string | undefined;
};

export type Schedule = OnceSchedule | CronSchedule | EventSchedule;

const whereSchema = propertyConditionSchema.superRefine((condition, context) => {
  const operators = [...valueWords, ...dateWords];
  const words: Readonly<Record<string, unknown>> = condition;
  if (operators.some((word) => words[word] !== undefined)) return;
  const message = `needs one of ${operators.join(', ')} beside it`;
  context.addIssue({ code: 'custom', path: ['property'], message });
});

const eventWords = ['where', 'delay', 'unless', 'repeat', 'cooldown'] as const;

const wordsSchema = z.strictObject({
  at: z
    .string()
    .refine(
      (text) => text.length >= 16 && text[10] === 'T' && readDate(text)?.kind === 'local',
      'must be a wall-clock time without an offset, such as "2027-03-08T10:00"; its zone is "timeZone"',
    )
    .refine((text) => text.length <= 19, 'must be written to the minute or the second')
    .optional()
    .describe('Once, at a wall-clock time such as 2027-03-08T10:00.'),
  cron: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe("Again and again, in EventBridge's six fields, such as `0 10 * * ? *`."),
  timeZone: z
    .string()
    .refine(
      (text) => text === recipientZone || isTimeZone(text),
      'must be an IANA time zone such as "Europe/Riga", or "recipient"',
    )
    // The scheduler knows zones by their exact names alone.
    .transform((text) => canonicalName(text) ?? text)
    .optional()
    .describe(
      "The zone of `at` and `cron`; `recipient`: each person's own. Unless set: the company's.",
    ),
  on: z
    .string()
    .min(1, 'must not be empty')
    .max(200)
    .refine(
      (name) => !silentTypes.includes(name),
      `no campaign starts on it: take ${startingTypes.join(', ')}, or an event that people track`,
    )
    .optional()
    .describe(
      `The event that starts a message for its person: ${startingTypes.join(', ')}, or else the name of one that people track.`,
    ),
  where: z
    .array(whereSchema)
    .min(1, 'must list at least one condition')
    .max(50)
    .optional()
    .describe(
      'Conditions on the properties of the event, all of which hold: `segment` of segment.entered and segment.left, `list` of list.joined and list.left, `campaign` of message.opened and message.clicked, `topic` and `channel` of consent.given.',
    ),
  delay: durationSchema.optional().describe('How long after the event the message goes out.'),
  unless: triggerRuleSchema.optional(),
  repeat: z
    .enum(['each', 'once', 'restart'])
    .optional()
    .describe(
      'each (unless set): for every such event; once: for the first one of a person; restart: every event begins the delay anew.',
    ),
  cooldown: durationSchema
    .optional()
    .describe('How far the next message of this campaign to a person must be from the last one.'),
});

type Words = z.infer<typeof wordsSchema>;

/** When a campaign goes out: one of `at`, `cron` and `on`, each with its own words beside it. */
export const scheduleSchema = wordsSchema.superRefine(checkWords).transform(toSchedule);

type Report = {
  addIssue(issue: { code: 'custom'; path: string[]; message: string }): void;
};

function checkWords(words: Words, context: Report): void {
  const report = (path: string[], message: string): void =>
    context.addIssue({ code: 'custom', path, message });
  const [kind, second] = (['at', 'cron', 'on'] as const).filter(
    (word) => words[word] !== undefined,
  );
  if (kind === undefined) return report([], 'needs one of "at", "cron" and "on"');
  if (second !== undefined) report([second], `stands instead of "${kind}", not beside it`);
  if (kind !== 'on') {
    for (const word of eventWords) {
      if (words[word] !== undefined) report([word], 'stands only beside "on"');
    }
    return;
  }
  if (words.timeZone !== undefined) report(['timeZone'], 'stands only beside "at" or "cron"');
  if (words.repeat === 'restart' && words.delay === undefined) {
    report(['repeat'], '"restart" begins a delay anew: add "delay", or use "each" or "once"');
  }
  if (isMessageType(words.on ?? '') && namedCampaigns(words.where).length === 0) {
    const example = '{ "property": "campaign", "equals": "another-campaign" }';
    report(['where'], `must name the campaign whose messages are meant: ${example}`);
  }
}

function toSchedule({
  at,
  cron,
  timeZone,
  on,
  where,
  delay,
  unless,
  repeat,
  cooldown,
}: Words): Schedule {
  const zone = timeZone === undefined ? {} : { timeZone };
  if (at !== undefined) return { at, ...zone };
  if (cron !== undefined) return { cron, ...zone };
  return {
    on: on ?? '', // one of the three is there, as checked
    ...(where === undefined ? {} : { where }),
    ...(delay === undefined ? {} : { delay }),
    ...(unless === undefined ? {} : { unless }),
    repeat: repeat ?? 'each',
    ...(cooldown === undefined ? {} : { cooldown }),
  };
}

const isMessageType = (name: string): boolean => name.startsWith('message.');

/** The campaigns that a `where` pins `campaign` to. */
const namedCampaigns = (where: readonly PropertyCondition[] | undefined): string[] =>
  (where ?? []).flatMap(({ property, equals }) =>
    property === 'campaign' && typeof equals === 'string' && slugSchema.safeParse(equals).success
      ? [equals]
      : [],
  );

/** The campaigns whose messages start this one: the edges in which a loop of messages could run. */
export const startedByMessagesOf = (schedule: Schedule): readonly string[] =>
  isEventSchedule(schedule) && isMessageType(schedule.on) ? namedCampaigns(schedule.where) : [];

export const isEventSchedule = (schedule: Schedule): schedule is EventSchedule => 'on' in schedule;

export const isOnceSchedule = (schedule: Schedule): schedule is OnceSchedule => 'at' in schedule;

/** The name a bus event is listened to by: a tracked event's own, else its type. Undefined: nothing can listen. */
export function listenedName(event: {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}): string | undefined {
  if (event.type !== 'event') return isStartingType(event.type) ? event.type : undefined;
  const name = event.data['name'];
  return typeof name === 'string' && !isStartingType(name) ? name : undefined;
}

export const isStartingType = (name: string): boolean =>
  (startingTypes as readonly string[]).includes(name); // widened: any name may be asked about
