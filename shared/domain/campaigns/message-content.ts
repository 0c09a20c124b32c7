import type { Message } from '../messaging/message.ts';
import type { Profile } from '../profiles/profile.ts';
import { variantOf } from './experiment.ts';
import type { Run } from './run.ts';

/** What a person gets of a run, and on which channel. */
export type MessageContent = Pick<Message, 'channel' | 'variant' | 'template' | 'templateVersion'>;

/** Always the same for the same person and run, so that a page that is read twice says it twice. */
export function contentFor(
  { definition, templates, campaign }: Pick<Run, 'definition' | 'templates' | 'campaign'>,
  profile: Pick<Profile, 'id'>,
): MessageContent {
  const { message, experiment } = definition;
  if (message.channel === 'best') throw new Error('Nothing chooses the best channel yet.');
  const variant =
    experiment === undefined ? undefined : variantOf(experiment, campaign, profile.id);
  const template = variant?.template ?? message.template ?? '';
  const templateVersion = templates[template];
  if (templateVersion === undefined) throw new Error(`Run of ${campaign} pins no ${template}.`);
  return { channel: message.channel, variant: variant?.id, template, templateVersion };
}
