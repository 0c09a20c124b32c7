import * as z from 'zod';
import { slugSchema } from '../../identity/slug.ts';
import { messageChannels, messageWays } from '../../messaging/message.ts';

/** Channels that reach a person: a webhook reaches a system of the company's own. */
export const personalChannels = ['email', 'sms', 'push'] as const;
type PersonalChannel = (typeof personalChannels)[number];

const wordsSchema = z.strictObject({
  channel: z
    .enum(messageWays)
    .describe(
      'The channel; `best`: the one each person last reacted to, else the first of `order` that reaches them.',
    ),
  template: slugSchema
    .optional()
    .describe('Required, unless `templates` or an experiment names it.'),
  endpoint: slugSchema.optional().describe('Of a webhook: where it is posted to.'),
  templates: z
    .partialRecord(z.enum(personalChannels), slugSchema)
    .optional()
    .describe('Of `best`: the template for each channel.'),
  order: z
    .array(z.enum(personalChannels))
    .min(1, 'must name at least one channel')
    .refine((order) => new Set(order).size === order.length, 'names a channel twice')
    .optional()
    .describe('Of `best`: which channel is taken for those who never reacted.'),
});

/** What is sent and on which channel. */
export const messageChoiceSchema = wordsSchema.superRefine((words, context) => {
  const report = (field: keyof typeof words, message: string): void =>
    context.addIssue({ code: 'custom', path: [field], message });
  const { channel, template, endpoint, templates, order } = words;
  if (channel === 'best') {
    if (template !== undefined) report('template', 'stands in "templates", one for each channel');
    if (templates === undefined) report('templates', 'is required: a template for each channel');
    if (order === undefined) report('order', 'is required, such as ["push", "email", "sms"]');
    for (const one of order ?? []) {
      if (templates !== undefined && templates[one] === undefined) {
        report('templates', `has none for ${one}, which "order" names`);
      }
    }
    for (const one of personalChannels) {
      const isLeftOut = templates?.[one] !== undefined && order?.includes(one) === false;
      if (isLeftOut) report('order', `leaves out ${one}, for which there is a template`);
    }
  } else {
    if (templates !== undefined) report('templates', 'stands only beside "best"');
    if (order !== undefined) report('order', 'stands only beside "best"');
  }
  const isWebhook = channel === 'webhook';
  if (isWebhook && endpoint === undefined) report('endpoint', 'is required: where it is posted to');
  if (!isWebhook && endpoint !== undefined) report('endpoint', 'stands only beside "webhook"');
});
export type MessageChoice = z.infer<typeof messageChoiceSchema>;

/** The channels a choice may go out on, in the order in which they are tried. */
export const channelsOf = (choice: MessageChoice): readonly (typeof messageChannels)[number][] =>
  choice.channel === 'best' ? (choice.order ?? []) : [choice.channel];

export const isPersonal = (channel: string): channel is PersonalChannel =>
  (personalChannels as readonly string[]).includes(channel); // widened: any may be asked about
