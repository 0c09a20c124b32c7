import { linkRefusal } from '../../shared/domain/messaging/links/link-page.ts';
import { saysMachine } from '../../shared/domain/messaging/links/visits.ts';
import { messageId } from '../../shared/domain/messaging/message.ts';
import { isoInstant } from '../../shared/domain/time/instant.ts';
import type { Visited } from '../../shared/flows/messaging/links/link-visit.ts';
import { isShortId, readLinkToken } from '../../shared/flows/messaging/links/visit-tokens.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { nameOf } from '../../shared/runtime/error-name.ts';
import type { HttpAnswer } from '../../shared/runtime/http/answer.ts';
import { route } from '../../shared/runtime/http/route.ts';
import { logger } from '../../shared/runtime/observability.ts';
import { getShortLink } from '../../shared/stores/short-links.ts';

const refusal: HttpAnswer = { status: 404, html: linkRefusal() };

/**
 * Sends on to where the link leads, at once; whether a person or a machine came is judged later. It
 * leads only where it was made to lead: a link of another hand ends on a page.
 */
export const visitLink = route({
  method: 'GET',
  path: '/l/{token}',
  summary: 'Follow a link of a message',
  auth: 'none',
  handle: async ({ params, isHead, userAgent }, ports) => {
    const found = await linkOf(params['token'] ?? '', ports);
    if (found === undefined || !URL.canParse(found.url)) return refusal;
    await tell(
      {
        kind: 'visit',
        ...found,
        at: isoInstant(ports.clock.now()),
        automated: saysMachine({ isHead, userAgent }),
      },
      ports,
    );
    return { status: 302, html: '', headers: { location: new URL(found.url).href } };
  },
});

type Found = Pick<Visited, 'message' | 'link' | 'links' | 'url'>;

async function linkOf(token: string, { secrets, table }: Ports): Promise<Found | undefined> {
  if (isShortId(token)) {
    const stored = await getShortLink(table, token);
    if (stored === undefined) return undefined;
    const { message, link, links, url } = stored;
    return { message, link, links, url };
  }
  const signed = await readLinkToken(secrets, token);
  return signed === undefined ? undefined : { ...signed, message: messageId(signed.message) };
}

/** A visit that cannot be told of is lost: nobody waits for a page because of it. */
async function tell(visited: Visited, { queue }: Ports): Promise<void> {
  try {
    await queue.send('link-visits', [{ body: visited }]);
  } catch (error) {
    logger.error('visit-not-told', { ledgerId: visited.message, error: nameOf(error) });
  }
}
