import { consentKey } from '../consent/consent.ts';
import type { Contact } from '../messaging/contact.ts';
import { addressOf } from '../messaging/decision.ts';
import type { Message } from '../messaging/message.ts';
import { controlPlace } from '../messaging/policy/control-group.ts';
import { capCounts } from '../messaging/policy/frequency-cap.ts';
import type { SendingPolicy } from '../messaging/policy/sending-policy.ts';
import { quietHoursEnd } from '../messaging/quiet-hours.ts';
import type { Profile } from '../profiles/profile.ts';
import { bucketOf } from '../rules/bucket.ts';
import { isMember, type ServingVersions } from '../segments/membership.ts';
import { isoInstant } from '../time/instant.ts';
import { personTimeZone, toLocal } from '../time/zone.ts';
import type { Campaign } from './campaign.ts';
import { isInAudience } from './condition.ts';
import { isTooLate, type Run } from './run.ts';
import { isEventSchedule } from './schedule.ts';
import { isLive } from './transition.ts';
import { isCool } from './trigger.ts';

/** One thing a decision depends on: what it is for this person, and whether it lets the message pass. */
export type DecisionInput = {
  readonly input: string;
  /** Null: it decides nothing by itself. */
  readonly passes: boolean | null;
  readonly says: string;
  readonly [detail: string]: unknown;
};

/** All that is known when a decision is explained. Instants are milliseconds. */
export type ExplainedCase = {
  readonly campaign: Campaign;
  readonly run: Run;
  readonly profile: Profile;
  readonly serving: ServingVersions;
  readonly policy: SendingPolicy;
  readonly contact: Contact;
  readonly suppression: { readonly reason: string; readonly at: string } | undefined;
  /** As it would be reserved now for the person's planned instant. */
  readonly row: Message;
  /** Of an event campaign: whether its `unless` holds already, and its last message to the person, ISO. */
  readonly unless: boolean | undefined;
  readonly lastPlanned: string | undefined;
  /** The person's own planned instant. */
  readonly plannedAt: number;
  readonly now: number;
  readonly companyTimeZone: string;
};

/** Each input of a decision, in the order in which `decideMessage` asks. */
export const decisionInputs = (about: ExplainedCase): readonly DecisionInput[] => [
  campaignInput(about),
  audienceInput(about),
  ...triggerInput(about),
  channelInput(about),
  ...consentInput(about),
  suppressionInput(about),
  plannedInput(about),
  ...deadlineInput(about),
  ...quietHoursInput(about),
  ...capsInput(about),
  ...controlInput(about),
  ...holdoutInput(about),
  ...variantInput(about),
];

function campaignInput({
  campaign: { state, launchedAt, pausedFor },
}: ExplainedCase): DecisionInput {
  const says = {
    draft: 'It is a draft: this is what a launch now would decide.',
    scheduled: 'It waits for its first firing.',
    running: 'It is running.',
    paused: 'It is paused: nothing is sent until it is resumed.',
    completed: 'It is completed: nothing more of it is sent.',
    cancelled: 'It is cancelled: nothing more of it is sent.',
  }[state];
  const passes = state === 'draft' || (isLive(state) && state !== 'paused');
  return { input: 'campaign', passes, says, state, launchedAt, pausedFor };
}

function audienceInput({ campaign, profile, serving }: ExplainedCase): DecisionInput {
  const { audience } = campaign.definition;
  const membersOf = (segments: readonly string[]): Record<string, boolean> =>
    Object.fromEntries(segments.map((id) => [id, isMember(profile, id, serving)]));
  const include = membersOf(audience?.include ?? []);
  const exclude = membersOf(audience?.exclude ?? []);
  const passes = isInAudience(audience, profile, serving);
  const excluding = Object.keys(exclude).filter((id) => exclude[id] === true);
  const says = passes
    ? 'Is in the audience.'
    : excluding.length > 0
      ? `Is left out as a member of ${excluding.join(', ')}.`
      : 'Is in none of the segments that are included.';
  return { input: 'audience', passes, says, include, exclude };
}

function triggerInput(about: ExplainedCase): readonly DecisionInput[] {
  const { campaign } = about;
  const { schedule } = campaign.definition;
  if (!isEventSchedule(schedule)) return [];
  const { on, where, delay, unless, repeat, cooldown } = schedule;
  const says = `Starts when "${on}" comes: decided here as if it came now.`;
  return [
    { input: 'trigger', passes: null, says, on, where, delay, unless, repeat, cooldown },
    ...unlessInput(about),
    ...cooldownInput(about),
  ];
}

function unlessInput({ unless: holds }: ExplainedCase): readonly DecisionInput[] {
  if (holds === undefined) return [];
  const says = holds ? 'What "unless" asks holds now.' : 'What "unless" asks does not hold now.';
  return [{ input: 'unless', passes: !holds, says }];
}

function cooldownInput(about: ExplainedCase): readonly DecisionInput[] {
  const { campaign, lastPlanned, plannedAt, companyTimeZone: timeZone } = about;
  const { schedule } = campaign.definition;
  if (!isEventSchedule(schedule) || schedule.cooldown === undefined) return [];
  const passes = isCool(schedule, plannedAt, { plannedAt: lastPlanned, timeZone });
  const says =
    lastPlanned === undefined
      ? 'Has had no message of this campaign.'
      : `The last message of this campaign was planned for ${lastPlanned}: ${passes ? 'long enough ago' : 'too lately'}.`;
  return [{ input: 'cooldown', passes, says, last: lastPlanned }];
}

function channelInput({ profile, row, campaign }: ExplainedCase): DecisionInput {
  const { channel } = row;
  const address = addressOf(profile, channel);
  const passes = address !== undefined;
  const says = passes ? `Is reached by ${channel}.` : `Has no address for ${channel}.`;
  const way = campaign.definition.message.channel;
  return { input: 'channel', passes, says, way, channel, address: address ?? null };
}

function consentInput({ profile, row }: ExplainedCase): readonly DecisionInput[] {
  const { kind, topic, channel } = row;
  if (kind === 'transactional' || channel === 'webhook' || topic === undefined) return [];
  const consent = profile.consents[consentKey(topic, channel)];
  const passes = consent?.given === true;
  const verb = passes ? 'Allowed' : consent === undefined ? 'Never allowed' : 'Withdrew';
  const from = consent === undefined ? '' : ` at ${consent.at}, by ${consent.source}`;
  const says = `${verb} "${topic}" by ${channel}${from}.`;
  const { at, source, text } = consent ?? {};
  return [{ input: 'consent', passes, says, topic, channel, at, source, text }];
}

function suppressionInput({ suppression, row }: ExplainedCase): DecisionInput {
  const passes = suppression === undefined;
  const says = passes
    ? `The address is not suppressed.`
    : `The address has been suppressed since ${suppression.at}: ${suppression.reason}.`;
  const { reason, at } = suppression ?? {};
  return { input: 'suppression', passes, says, channel: row.channel, reason, at };
}

/** A wall clock's reading: `2026-11-25T13:00`. */
const wallText = (instant: number, timeZone: string): string =>
  isoInstant(toLocal(instant, timeZone)).slice(0, 16);

const zoneOf = ({ profile, companyTimeZone }: ExplainedCase): string =>
  personTimeZone(profile.attributes['timeZone'], companyTimeZone);

/** When the decision is made: at the planned instant, if that is still to come. */
const decidedAt = ({ plannedAt, now }: ExplainedCase): number => Math.max(plannedAt, now);

function plannedInput(about: ExplainedCase): DecisionInput {
  const { run, plannedAt } = about;
  const timeZone = zoneOf(about);
  const isGone = isTooLate(run, plannedAt);
  const at = isoInstant(plannedAt);
  const local = wallText(plannedAt, timeZone);
  const says = isGone
    ? `Their local time was gone at the launch: ${local} in ${timeZone}.`
    : `Is planned for ${local} in ${timeZone}.`;
  return { input: 'planned', passes: !isGone, says, run: run.id, at, timeZone, local };
}

function deadlineInput(about: ExplainedCase): readonly DecisionInput[] {
  const { deadline } = about.row;
  if (deadline === undefined) return [];
  const passes = decidedAt(about) <= Date.parse(deadline);
  const says = passes ? `May go out until ${deadline}.` : `Could go out until ${deadline}.`;
  return [{ input: 'deadline', passes, says, at: deadline }];
}

function quietHoursInput(about: ExplainedCase): readonly DecisionInput[] {
  const { quietHours } = about.campaign.definition;
  if (quietHours === undefined) return [];
  const end = quietHoursEnd(quietHours, decidedAt(about), zoneOf(about));
  const until = end === undefined ? undefined : isoInstant(end);
  const says = until === undefined ? 'Is outside the quiet hours.' : `Waits until ${until}.`;
  return [{ input: 'quiet-hours', passes: until === undefined, says, ...quietHours, until }];
}

function capsInput(about: ExplainedCase): readonly DecisionInput[] {
  const { policy, contact, row, campaign } = about;
  const asked = { caps: policy.caps, contact, message: row, now: decidedAt(about) };
  return capCounts({ ...asked, timeZone: zoneOf(about) }).map((cap) => ({
    input: 'frequency-cap',
    passes: cap.count < cap.limit,
    says: `${cap.count} of at most ${cap.limit} a ${cap.per}, ${cap.channel === 'all' ? 'on all channels' : `by ${cap.channel}`}.`,
    ...cap,
    overCap: campaign.definition.overCap,
  }));
}

const placeText = (place: number, share: number): string =>
  `place ${place.toFixed(2)} of 100, of which those below ${share * 100} are`;

function controlInput({ policy, profile, row }: ExplainedCase): readonly DecisionInput[] {
  const { controlGroup } = policy;
  if (controlGroup === undefined || row.kind === 'transactional') return [];
  const place = controlPlace(controlGroup, profile.id);
  const passes = place >= controlGroup.share * 100;
  const says = `Is ${passes ? 'not ' : ''}in the control group: ${placeText(place, controlGroup.share)}.`;
  return [{ input: 'control-group', passes, says, ...controlGroup, place }];
}

function holdoutInput({ campaign, profile, row }: ExplainedCase): readonly DecisionInput[] {
  const { holdout = 0 } = campaign.definition;
  if (holdout === 0 || row.kind === 'transactional') return [];
  const place = bucketOf(campaign.id, profile.id);
  const passes = place >= holdout * 100;
  const says = `Is ${passes ? 'not ' : ''}held out: ${placeText(place, holdout)}.`;
  return [{ input: 'holdout', passes, says, share: holdout, place }];
}

function variantInput({ campaign, row }: ExplainedCase): readonly DecisionInput[] {
  const { variant, template, templateVersion } = row;
  if (campaign.definition.experiment === undefined) {
    const says = `Gets the template "${template}", version ${templateVersion}.`;
    return [{ input: 'template', passes: null, says, template, templateVersion }];
  }
  const says =
    variant === undefined
      ? 'Waits for the winner of the experiment.'
      : `Gets the variant "${variant}": template "${template}", version ${templateVersion}.`;
  return [{ input: 'variant', passes: null, says, variant, template, templateVersion }];
}
