import type { Decision } from '../../messaging/decision.ts';
import type { Message, MessageChannel } from '../../messaging/message.ts';
import type { Profile } from '../../profiles/profile.ts';
import { type Experiment, isTester, type Variant, variantOf } from '../experiments/experiment.ts';
import type { Winner } from '../experiments/winner.ts';
import { decisionAtOf, type Run } from '../run.ts';
import { isPersonal, type MessageChoice } from './message-choice.ts';

/** What a person gets of a run, and on which channel. */
export type MessageContent = Pick<Message, 'channel' | 'variant' | 'template' | 'templateVersion'>;

type Pinned = Pick<Run, 'definition' | 'templates' | 'campaign' | 'winner'>;

/**
 * Always the same for the same person and run, so that a page that is read twice says it twice; but for
 * those who wait for the winner of an experiment: until it is chosen they have no variant, and the
 * first one's template stands in for theirs.
 */
export function contentFor(
  { definition, templates, campaign, winner }: Pinned,
  profile: Pick<Profile, 'id'>,
  best?: MessageChannel,
): MessageContent {
  const { message, experiment } = definition;
  const channel = message.channel === 'best' ? best : message.channel;
  if (channel === undefined) throw new Error('Nobody has chosen the best channel.');
  const variant =
    experiment === undefined
      ? undefined
      : variantFor(experiment, { campaign, profileId: profile.id, winner });
  const alone = message.channel === 'best' ? templateOfBest(message, channel) : message.template;
  const template = variant?.template ?? alone ?? experiment?.variants[0]?.template ?? '';
  const templateVersion = templates[template];
  if (templateVersion === undefined) throw new Error(`Run of ${campaign} pins no ${template}.`);
  return { channel, variant: variant?.id, template, templateVersion };
}

const templateOfBest = ({ templates }: MessageChoice, channel: MessageChannel) =>
  isPersonal(channel) ? templates?.[channel] : undefined;

/** The variant a person gets; undefined: the winner it will be is not known yet. */
function variantFor(
  experiment: Experiment,
  about: {
    readonly campaign: string;
    readonly profileId: string;
    readonly winner: Winner | undefined;
  },
): Variant | undefined {
  const { campaign, profileId, winner } = about;
  if (isTester(experiment, campaign, profileId)) return variantOf(experiment, campaign, profileId);
  if (winner === undefined) return undefined;
  const chosen = winner.variant ?? experiment.test?.otherwise;
  const named = experiment.variants.find(({ id }) => id === chosen);
  return named ?? variantOf(experiment, campaign, profileId);
}

/** Whether a row has no variant yet: it must not be sent before it gets the winner of its run's experiment. */
export const awaitsWinner = (
  { definition }: Pick<Run, 'definition'>,
  { variant }: Pick<Message, 'variant'>,
): boolean => definition.experiment !== undefined && variant === undefined;

/** What a waiting row gets; undefined: it waits on. */
export function contentOfWinner(
  run: Pinned,
  { profileId }: Pick<Message, 'profileId'>,
): MessageContent | undefined {
  const content = contentFor(run, { id: profileId });
  return awaitsWinner(run, content) ? undefined : content;
}

/** How long a row gives the choice of the winner, and waits on for one that was to be known by now, in ms. */
export const winnerWaitMs = 60_000;

/**
 * When a person's message is planned, and when it may be sent at the earliest, both ms. For those who
 * get the winner of an experiment both are not before it is chosen, so a deadline counts from there;
 * as long as it is not known they cannot be sent to at all.
 */
export function waitFor(
  run: Run,
  profileId: string,
  at: { readonly plannedAt: number; readonly now: number; readonly companyTimeZone: string },
): { readonly plannedAt: number; readonly notBefore: number } {
  const { experiment } = run.definition;
  const decisionAt = decisionAtOf(run, at.companyTimeZone);
  const isOfRest = experiment !== undefined && !isTester(experiment, run.campaign, profileId);
  if (!isOfRest || decisionAt === undefined)
    return { plannedAt: at.plannedAt, notBefore: at.plannedAt };
  const plannedAt = Math.max(at.plannedAt, decisionAt);
  if (run.winner !== undefined) return { plannedAt, notBefore: plannedAt };
  // A minute later, so that hardly anybody wakes before it is known and has to be put off once more.
  const known = Math.max(decisionAt, at.now) + winnerWaitMs;
  return { plannedAt, notBefore: Math.max(at.plannedAt, known) };
}

/** The decision about a person, its reason named: who waits for the planned instant may wait for the winner. */
export const namedWait = (
  decision: Decision,
  { plannedAt, notBefore }: { readonly plannedAt: number; readonly notBefore: number },
): Decision =>
  decision.kind === 'deferred' && decision.reason === 'local-time' && plannedAt < notBefore
    ? { ...decision, reason: 'experiment' }
    : decision;
