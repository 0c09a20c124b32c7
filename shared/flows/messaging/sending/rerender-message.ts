import type { Run } from '../../../domain/campaigns/run.ts';
import type { Message } from '../../../domain/messaging/message.ts';
import { computedValues } from '../../../domain/segments/computed-values.ts';
import { emailLinkPlan } from '../../../domain/templates/email-links.ts';
import { keptProfile } from '../../../domain/templates/kept-values.ts';
import { textLinkPlan, urlLinkPlan } from '../../../domain/templates/links.ts';
import { RenderError } from '../../../domain/templates/liquid.ts';
import { type Rendered, renderer } from '../../../domain/templates/rendering.ts';
import type { RenderingData } from '../../../domain/templates/rendering-data.ts';
import { asksComputed, type Template } from '../../../domain/templates/template.ts';
import { languageFor } from '../../../domain/templates/template-language.ts';
import type { Ports } from '../../../ports/ports.ts';
import { getProfile } from '../../../stores/profiles.ts';
import { getRun } from '../../../stores/runs.ts';
import { currentRuleset } from '../../../stores/segments.ts';
import { getTemplateVersion } from '../../../stores/templates.ts';
import type { LinkFinder } from '../links/tracked-links.ts';
import { digestOf, messageRenderer, type RenderedMessage } from './render-message.ts';

/** What a person received, or would; `exact` when it is that to the byte, else `why` it may not be. */
export type Rerendering = {
  readonly rendered: Rendered | null;
  readonly exact: boolean;
  readonly why: string | null;
};

type Reach = Pick<Ports, 'table' | 'secrets' | 'settings' | 'clock'>;

/** Renders a message again from what its row keeps; where it keeps nothing, from the person as they are today. */
export async function rerenderMessage(row: Message, ports: Reach): Promise<Rerendering> {
  if (row.state === 'withheld') return none('it was withheld');
  if (row.state === 'failed' && row.reason !== 'no-answer') return none('it could not be sent');
  const run = await getRun(ports.table, row.run);
  if (run === undefined) return none('its run is no longer stored');
  const template = await getTemplateVersion(ports.table, row.template, row.templateVersion);
  if (template === undefined) return none('its template is not chosen yet');
  const { data } = row;
  try {
    if (data === undefined) return await ofToday(row, { run, template }, ports);
    const { digest, ...kept } = data;
    const about = { profile: keptProfile(row.profileId, kept), language: row.language };
    const { rendered } = await rendering(row, { run, template, ...about }, ports);
    if (digest === digestOf(rendered)) return { rendered, exact: true, why: null };
    const why = 'the system that makes messages, its address or its time zone have changed since';
    return { rendered, exact: false, why };
  } catch (error) {
    if (error instanceof RenderError) return none(`it cannot be rendered: ${error.message}`);
    throw error;
  }
}

const none = (why: string): Rerendering => ({ rendered: null, exact: false, why });

type Pinned = { readonly run: Run; readonly template: Template };

async function ofToday(
  row: Message,
  { run, template }: Pinned,
  ports: Reach,
): Promise<Rerendering> {
  const { table, settings, clock } = ports;
  const profile = await getProfile(table, row.profileId);
  if (profile === undefined) return none('its person is no longer stored');
  const now = row.claimedAt === undefined ? clock.now() : Date.parse(row.claimedAt);
  const computed = asksComputed(template) && {
    computed: computedValues(profile, await currentRuleset(table, settings.timeZone), now),
  };
  const language = languageFor(template, profile.attributes);
  const about = { profile: { ...profile, ...computed }, language };
  const { rendered } = await rendering(row, { run, template, ...about }, ports);
  return { rendered, exact: false, why: `${whyToday(row)}: made from the profile of today` };
}

function whyToday({ state }: Message): string {
  switch (state) {
    case 'reserved':
    case 'deferred':
    case 'claimed':
      return 'it is not sent yet';
    case 'unknown':
    case 'failed':
      return 'nobody knows whether the provider took it';
    case 'accepted':
    case 'delivered':
    case 'bounced':
    case 'complained':
    case 'rejected':
      return "what it was made from is not kept (the provider's answer was lost, or it is more than 8 KB)";
    case 'withheld':
      return 'it was withheld';
  }
}

type About = Pinned & {
  readonly profile: RenderingData['profile'];
  readonly language: string | undefined;
};

async function rendering(
  row: Message,
  { run, template, profile, language }: About,
  ports: Reach,
): Promise<RenderedMessage<Rendered>> {
  const findLinks = finders[template.channel];
  const render = await messageRenderer(run, { template, rendererOf: renderer, findLinks }, ports);
  return render(row, profile, language);
}

/** The links of each channel, as its sender finds them. */
const finders: Readonly<Record<Template['channel'], LinkFinder<Rendered> | undefined>> = {
  email: (rendered) => {
    if ('html' in rendered) return emailLinkPlan(rendered);
    throw new Error('This is no email.');
  },
  sms: (rendered) => {
    if ('text' in rendered && !('title' in rendered)) return textLinkPlan(rendered);
    throw new Error('This is no SMS.');
  },
  push: (rendered) => {
    if ('title' in rendered) return urlLinkPlan(rendered);
    throw new Error('This is no push message.');
  },
  webhook: undefined,
};
