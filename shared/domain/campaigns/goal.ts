import * as z from 'zod';
import { durationSchema } from '../time/duration.ts';
import { isStartingType } from './schedule.ts';

const trackedEvent = z
  .string()
  .min(1, 'must not be empty')
  .max(200)
  .refine((name) => !isStartingType(name), 'must be an event that people track');

/** How a conversion is shared among the messages before it. */
export const attributionModels = ['last', 'first', 'linear'] as const;
export type AttributionModel = (typeof attributionModels)[number];

/** What a campaign is to bring about, in three levels: people react, make contact, pay. */
export const goalSchema = z
  .strictObject({
    event: trackedEvent.describe('The event that is the conversion.'),
    within: durationSchema.describe('How long after a message it counts.'),
    value: z
      .string()
      .min(1, 'must not be empty')
      .max(200)
      .optional()
      .describe('The property of the event that is its revenue.'),
    contact: z
      .array(trackedEvent)
      .min(1, 'must name at least one event')
      .max(10)
      .optional()
      .describe('Events by which a person makes contact: a call, a chat, a visit.'),
    attribution: z
      .enum(attributionModels)
      .default('last')
      .describe(
        'Who is credited among all messages of campaigns with this goal: the last, the first, or all alike.',
      ),
  })
  .superRefine(({ event, contact = [] }, context) => {
    const index = contact.indexOf(event);
    if (index < 0) return;
    const message = 'is the conversion already: a contact comes before it';
    context.addIssue({ code: 'custom', path: ['contact', index], message });
  });
export type Goal = z.infer<typeof goalSchema>;

/** All events that say something of a goal. */
export const goalEvents = ({ event, contact = [] }: Goal): readonly string[] => [event, ...contact];
