import type { Run } from '../../domain/campaigns/run.ts';
import { addressOf, decideMessage } from '../../domain/messaging/decision.ts';
import { standingOf } from '../../domain/messaging/ledger.ts';
import { type Message, messageId } from '../../domain/messaging/message.ts';
import { costOf, type Price } from '../../domain/messaging/policy/price.ts';
import type { Prices } from '../../domain/messaging/policy/prices.ts';
import type { Profile } from '../../domain/profiles/profile.ts';
import { computedValues } from '../../domain/segments/computed-values.ts';
import type { Ruleset } from '../../domain/segments/ruleset.ts';
import { RenderError } from '../../domain/templates/liquid.ts';
import type { Renderer } from '../../domain/templates/rendering-data.ts';
import type { Ports } from '../../ports/ports.ts';
import { logger } from '../../runtime/observability.ts';
import { writeOnce } from '../../stores/messages.ts';
import { getProfiles } from '../../stores/profiles.ts';
import { currentRuleset } from '../../stores/segments.ts';
import { getPolicy } from '../../stores/sending-policy.ts';
import { shortLinkPut } from '../../stores/short-links.ts';
import { suppressedAmong } from '../../stores/suppressions.ts';
import { stillWanted } from '../campaigns/unless.ts';
import { endClaim } from './claims.ts';
import { unsubscribeSigner } from './link-tokens.ts';
import { type LinkFinder, linker } from './tracked-links.ts';

/** A claimed message with all its recipient gets. */
export type Composed<Rendered> = {
  readonly row: Message;
  readonly to: string;
  readonly rendered: Rendered;
  readonly unsubscribeUrl: string | undefined;
  /** What the provider is paid for it, once it is accepted. */
  readonly cost: Message['cost'];
};

/** How a template renders, where its links are, and whether people's computed values are worked out for it. */
export type Rendering<Rendered> = {
  readonly render: Renderer<Rendered>;
  readonly findLinks?: LinkFinder<Rendered>;
  readonly asksComputed: boolean;
  readonly priceOf: PriceOf<Rendered>;
};

/** What a message on a channel costs. */
export type PriceOf<Rendered> = (
  message: { readonly to: string; readonly rendered: Rendered },
  prices: Prices,
) => Price;

type Recipient = {
  readonly profile: Profile;
  readonly to: string;
  readonly ruleset: Ruleset | undefined;
};

export type Composer<Rendered> = (
  claimed: readonly Message[],
) => Promise<readonly Composed<Rendered>[]>;

/**
 * Composes the messages of one run. It reads people and suppressions anew and decides again; who is
 * not to get the message after all leaves the claim here, each for itself.
 */
export async function composer<Rendered>(
  run: Run,
  { render, findLinks, asksComputed, priceOf }: Rendering<Rendered>,
  ports: Ports,
): Promise<Composer<Rendered>> {
  const sign = await unsubscribeSigner(ports.secrets);
  const link = await linker(run, ports);
  const { prices } = await getPolicy(ports.table);

  const compose = async (row: Message, { profile, to, ruleset }: Recipient) => {
    const { topic, channel } = row;
    const now = Date.parse(row.claimedAt ?? row.at);
    const token =
      topic === undefined
        ? undefined
        : await sign({ profile: row.profileId, topic, channel, message: messageId(row) });
    const unsubscribeUrl =
      token === undefined ? undefined : `${ports.settings.publicUrl}/u/${token}`;
    const rendered = render({
      profile: {
        ...profile,
        ...(ruleset && { computed: computedValues(profile, ruleset, now) }),
      },
      event: row.event,
      campaign: { id: row.campaign, name: run.definition.name },
      unsubscribeUrl,
      kind: row.kind,
      now,
      timeZone: ports.settings.timeZone,
    });
    const linked = await link(row, rendered, findLinks);
    const puts = linked.stored.map((one) => writeOnce(ports.table, shortLinkPut(one, now)));
    await Promise.all(puts);
    const cost = costOf(priceOf({ to, rendered: linked.rendered }, prices), prices);
    return { row, to, rendered: linked.rendered, unsubscribeUrl, cost };
  };

  return async (claimed) => {
    const people = await peopleOf(claimed, ports);
    const { table, settings } = ports;
    const ruleset = asksComputed ? await currentRuleset(table, settings.timeZone) : undefined;
    const composed = await Promise.all(
      claimed.map(async (row) => {
        const profile = people.profiles.get(row.profileId);
        const to = profile === undefined ? undefined : addressOf(profile, row.channel);
        const decision = await decideAgain({ row, run, profile, ...people }, ports);
        if (decision.kind !== 'send' || profile === undefined || to === undefined) {
          await endClaim(row, standingOf(decision, ports.clock.now()), ports);
          return undefined;
        }
        try {
          return await compose(row, { profile, to, ruleset });
        } catch (error) {
          if (!(error instanceof RenderError)) throw error;
          logger.warn('message-not-rendered', { template: row.template, campaign: row.campaign });
          await endClaim(row, { state: 'failed', reason: 'render-error', dueAt: undefined }, ports);
          return undefined;
        }
      }),
    );
    return composed.filter((one) => one !== undefined);
  };
}

type People = {
  readonly profiles: ReadonlyMap<string, Profile>;
  readonly suppressed: ReadonlySet<string>;
};

async function peopleOf(rows: readonly Message[], { table }: Ports): Promise<People> {
  const channel = rows[0]?.channel;
  if (channel === undefined) return { profiles: new Map(), suppressed: new Set() };
  const ids = [...new Set(rows.map((row) => row.profileId))];
  const profiles = await getProfiles(table, ids);
  const addresses = [...profiles.values()].flatMap((profile) => addressOf(profile, channel) ?? []);
  return { profiles, suppressed: await suppressedAmong(table, channel, addresses) };
}

type Situation = People & {
  readonly row: Message;
  readonly run: Run;
  readonly profile: Profile | undefined;
};

async function decideAgain({ row, run, profile, suppressed }: Situation, ports: Ports) {
  const now = ports.clock.now();
  const { definition } = run;
  const to = profile === undefined ? undefined : addressOf(profile, row.channel);
  const decision = decideMessage({
    channel: row.channel,
    kind: row.kind,
    topic: row.topic,
    profile,
    suppressed: to !== undefined && suppressed.has(to),
    quietHours: definition.quietHours,
    // Counted when it was reserved.
    cap: { kind: 'free' },
    overCap: definition.overCap,
    controlGroup: undefined,
    holdout: definition.holdout ?? 0,
    campaign: row.campaign,
    plannedAt: Date.parse(row.plannedAt),
    deadline: row.deadline === undefined ? undefined : Date.parse(row.deadline),
    now,
    companyTimeZone: ports.settings.timeZone,
  });
  if (decision.kind !== 'send' || profile === undefined) return decision;
  const isWanted = await stillWanted({ message: row, definition, profile, now }, ports);
  return isWanted ? decision : ({ kind: 'withheld', reason: 'unless' } as const);
}
