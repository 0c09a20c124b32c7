import {
  type Channel,
  channelSchema,
  consentKey,
  withConsent,
} from '../../shared/domain/consent/consent.ts';
import {
  unsubscribeConfirmation,
  unsubscribeOfTest,
  unsubscribeQuestion,
  unsubscribeRefusal,
} from '../../shared/domain/consent/unsubscribe-page.ts';
import { isoInstant } from '../../shared/domain/time/instant.ts';
import {
  isTestLink,
  readUnsubscribe,
  type UnsubscribeClaims,
} from '../../shared/flows/messaging/links/unsubscribe-tokens.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import type { HttpAnswer } from '../../shared/runtime/http/answer.ts';
import { route } from '../../shared/runtime/http/route.ts';
import { Problem } from '../../shared/runtime/problem.ts';
import { getMessages, updateMessage } from '../../shared/stores/messages.ts';
import { getProfile, profileWrites } from '../../shared/stores/profiles.ts';
import { timelineEntry } from '../../shared/stores/timeline.ts';

const refusal: HttpAnswer = { status: 404, html: unsubscribeRefusal() };

/** The page behind the link in a message: it asks, and changes nothing. */
export const unsubscribePage = route({
  method: 'GET',
  path: '/u/{token}',
  summary: 'Ask whether to unsubscribe',
  auth: 'none',
  handle: async ({ params }, { secrets }) => {
    const claims = await readUnsubscribe(secrets, params['token'] ?? '');
    if (claims === undefined) return otherLink(params['token'] ?? '', secrets);
    return { status: 200, html: unsubscribeQuestion(claims.topic, claims.channel) };
  },
});

/** Unsubscribes at once: the page's form, or a mail program's one click (RFC 8058). The body is not looked at. */
export const unsubscribe = route({
  method: 'POST',
  path: '/u/{token}',
  summary: 'Unsubscribe',
  auth: 'none',
  handle: async ({ params }, ports) => {
    const claims = await readUnsubscribe(ports.secrets, params['token'] ?? '');
    const channel = channelSchema.safeParse(claims?.channel);
    if (claims === undefined || !channel.success) {
      return otherLink(params['token'] ?? '', ports.secrets);
    }
    await withdrawConsent(claims, channel.data, ports);
    await markMessage(claims, ports);
    return { status: 200, html: unsubscribeConfirmation(claims.topic, claims.channel) };
  },
});

/** What a link says that unsubscribes nobody. */
const otherLink = async (token: string, secrets: Ports['secrets']): Promise<HttpAnswer> =>
  (await isTestLink(secrets, token)) ? { status: 200, html: unsubscribeOfTest() } : refusal;

const source = 'unsubscribe';
const attempts = 8;

/**
 * Withdraws the permission. One that is withdrawn already takes the newer date, so that no older yes
 * that is still on its way undoes it; quiet when the person is gone.
 */
async function withdrawConsent(
  { profile: profileId, topic, message }: UnsubscribeClaims,
  channel: Channel,
  { table, clock, ids }: Ports,
): Promise<void> {
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const before = await getProfile(table, profileId);
    if (before === undefined) return;
    // What was said at the click counts, even where another machine's clock is ahead.
    const known = before.consents[consentKey(topic, channel)]?.at;
    const at = isoInstant(Math.max(clock.now(), known === undefined ? 0 : Date.parse(known)));
    const said = withConsent(before.consents, { topic, channel, given: false }, { at, source });
    if (said === undefined || (!said.isNews && known === at)) return;
    const { consents } = said;
    const after = { ...before, consents, version: before.version + 1, updatedAt: at };
    const entry = {
      id: ids.next(),
      profileId,
      type: 'consent.withdrawn',
      occurredAt: at,
      recordedAt: at,
      data: { topic, channel, source, message },
    };
    const news = said.isNews ? [timelineEntry(entry)] : [];
    const writes = [...profileWrites(before, after), ...news];
    const [only, ...more] = writes;
    const written =
      only !== undefined && more.length === 0 ? table.write(only) : table.transact(writes);
    if ((await written).kind === 'written') return;
  }
  throw new Problem(503, 'Too much at once: try again in a second.');
}

/** Notes on the message's row that its link was used, for reports. */
async function markMessage({ message, profile }: UnsubscribeClaims, ports: Ports): Promise<void> {
  const [row] = await getMessages(ports.table, [message]);
  if (row?.profileId !== profile) return;
  const unsubscribedAt = isoInstant(ports.clock.now());
  await updateMessage(ports.table, row, (current) =>
    current.unsubscribedAt === undefined ? { unsubscribedAt } : undefined,
  );
}
