import { isTracked, utmOf, withUtm } from '../../../domain/campaigns/message/utm.ts';
import type { Run } from '../../../domain/campaigns/run.ts';
import { hiddenLink } from '../../../domain/messaging/links/visits.ts';
import { type Message, messageId } from '../../../domain/messaging/message.ts';
import { knownHosts } from '../../../domain/templates/known-hosts.ts';
import type { LinkPlan } from '../../../domain/templates/links.ts';
import type { Template } from '../../../domain/templates/template.ts';
import type { Secrets } from '../../../ports/secrets.ts';
import type { Settings } from '../../../ports/settings.ts';
import type { ShortLink } from '../../../stores/short-links.ts';
import { type LinkSigner, linkSigner, type TrackedLink } from './visit-tokens.ts';

/** A message whose links lead through this system, and what must be stored before it goes out. */
export type Linked<Rendered> = {
  readonly rendered: Rendered;
  readonly stored: readonly ShortLink[];
};

/** How a channel finds the links in what it sends. */
export type LinkFinder<Rendered> = (rendered: Rendered) => LinkPlan<Rendered>;

/** Puts the links of a message in order; the same message always gets the same ones. */
export type Linker = <Rendered>(
  row: Message,
  rendered: Rendered,
  find: LinkFinder<Rendered> | undefined,
) => Linked<Rendered>;

/** A path's parameter is cut no longer than this; what a longer token would say is stored. */
const maxTokenLength = 1_000;

/**
 * Links as the campaign wants them: with its UTM parameters, and leading through `/l/` where clicks
 * are told of. Those of this system itself, to unsubscribe with, stay as they are, and so do those that
 * somebody's data leads to hosts the company has not named.
 */
export async function linker(
  { definition }: Pick<Run, 'definition'>,
  template: Template,
  { secrets, settings }: { readonly secrets: Secrets; readonly settings: Settings },
): Promise<Linker> {
  const { links } = definition;
  const signer = await linkSigner(secrets);
  const isKnown = knownHosts(template, settings.sender);
  return (row, rendered, find) => {
    const tracked = isTracked(links, row);
    const utm = utmOf(links?.utm, row);
    if (find === undefined || (!tracked && utm.length === 0)) return { rendered, stored: [] };
    const plan = find(rendered);
    const isOwn = (target: string): boolean =>
      ['/u/', '/l/'].some((path) => target.startsWith(`${settings.publicUrl}${path}`));
    const wanted = plan.targets.map((target) =>
      isOwn(target) || !isKnown(target) ? undefined : withUtm(target, utm),
    );
    if (wanted.every((url) => url === undefined)) return { rendered, stored: [] };
    if (!tracked) return { rendered: plan.withUrls(wanted), stored: [] };
    return tracking(row, { plan, wanted, signer, settings });
  };
}

type Tracking<Rendered> = {
  readonly plan: LinkPlan<Rendered>;
  readonly wanted: readonly (string | undefined)[];
  readonly signer: LinkSigner;
  readonly settings: Settings;
};

function tracking<Rendered>(
  row: Message,
  { plan, wanted, signer, settings }: Tracking<Rendered>,
): Linked<Rendered> {
  const { run, step, profileId, way, trigger } = row;
  const message = { run, step, profileId, way, trigger };
  const stored: ShortLink[] = [];
  const links = wanted.filter((url) => url !== undefined).length;
  const through = (link: TrackedLink): string => {
    const isShort = row.channel === 'sms';
    const token = isShort ? undefined : signer.token(link);
    if (token !== undefined && token.length <= maxTokenLength) {
      return `${settings.publicUrl}/l/${token}`;
    }
    const id = signer.shortId(messageId(message), link.link);
    stored.push({ ...link, id, message: messageId(message) });
    return `${settings.publicUrl}/l/${id}`;
  };
  let number = 0;
  const urls = wanted.map((url) => {
    if (url === undefined) return undefined;
    number += 1;
    return through({ message, link: number, links, url });
  });
  const first = wanted.find((url) => url !== undefined);
  const hides = row.kind === 'marketing' && row.channel === 'email' && first !== undefined;
  const hidden = hides ? through({ message, link: hiddenLink, links, url: first }) : undefined;
  return { rendered: plan.withUrls(urls, hidden), stored };
}
