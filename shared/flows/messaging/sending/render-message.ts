import { hash } from 'node:crypto';
import type { Run } from '../../../domain/campaigns/run.ts';
import { type Message, messageId } from '../../../domain/messaging/message.ts';
import { keptValues } from '../../../domain/templates/kept-values.ts';
import type { Renderer, RenderingData } from '../../../domain/templates/rendering-data.ts';
import type { Template } from '../../../domain/templates/template.ts';
import { inLanguage } from '../../../domain/templates/template-language.ts';
import { bytesOf } from '../../../domain/templates/template-source.ts';
import { pathsOf } from '../../../domain/templates/variables.ts';
import type { Ports } from '../../../ports/ports.ts';
import type { ShortLink } from '../../../stores/short-links.ts';
import { type LinkFinder, linker } from '../links/tracked-links.ts';
import { unsubscribeSigner } from '../links/unsubscribe-tokens.ts';

/** How a channel makes a message of a template version. */
export type MessageTemplate<Rendered> = {
  readonly template: Template;
  readonly rendererOf: (template: Template) => Renderer<Rendered>;
  /** Absent: what it sends has no links of its own. */
  readonly findLinks?: LinkFinder<Rendered> | undefined;
};

/** A message as its recipient gets it. */
export type RenderedMessage<Rendered> = {
  readonly rendered: Rendered;
  readonly unsubscribeUrl: string | undefined;
  /** What must be stored before it goes out. */
  readonly links: readonly ShortLink[];
  /** What its row keeps, so that it can be rendered again. */
  readonly kept: Pick<Message, 'data' | 'language'>;
};

/** Renders one row for a person, in one of the template's languages or its main words. */
export type MessageRenderer<Rendered> = (
  row: Message,
  profile: RenderingData['profile'],
  language: string | undefined,
) => RenderedMessage<Rendered>;

/**
 * Renders the messages of one run and template version. All that a rendering depends on stands on the
 * row, in the run, in the version and in the settings: the same gives the same message, byte for byte.
 */
export async function messageRenderer<Rendered>(
  run: Run,
  { template, rendererOf, findLinks }: MessageTemplate<Rendered>,
  { secrets, settings }: Pick<Ports, 'secrets' | 'settings'>,
): Promise<MessageRenderer<Rendered>> {
  const sign = await unsubscribeSigner(secrets);
  const link = await linker(run, template, { secrets, settings });
  const paths = pathsOf(template);
  const renderers = new Map<string | undefined, Renderer<Rendered>>();
  const inWords = (language: string | undefined): Renderer<Rendered> => {
    const known = renderers.get(language) ?? rendererOf(inLanguage(template, language));
    renderers.set(language, known);
    return known;
  };
  return (row, profile, language) => {
    const { topic, channel } = row;
    const message = messageId(row);
    const token = topic && sign({ profile: row.profileId, topic, channel, message });
    const unsubscribeUrl = token && `${settings.publicUrl}/u/${token}`;
    const written = inWords(language)({
      profile,
      event: row.event,
      campaign: { id: row.campaign, name: run.definition.name },
      unsubscribeUrl,
      kind: row.kind,
      now: Date.parse(row.claimedAt ?? row.at),
      timeZone: settings.timeZone,
    });
    const { rendered, stored: links } = link(row, written, findLinks);
    const data = { ...keptValues(paths, profile), digest: digestOf(rendered) };
    const kept = {
      ...(bytesOf(JSON.stringify(data)) <= maxKeptBytes && { data }),
      ...(language !== undefined && { language }),
    };
    return { rendered, unsubscribeUrl, links, kept };
  };
}

/** What a row keeps of a person, at most: larger ones would cost more to write than they are worth. */
const maxKeptBytes = 8_192;

/** By which a rendering proves to be the one that was sent (SHA-256, cut to 72 bits). */
export const digestOf = (rendered: unknown): string =>
  hash('sha256', JSON.stringify(rendered), 'base64url').slice(0, 12);
