import { awaitsWinner, winnerWaitMs } from '../../../domain/campaigns/message/message-content.ts';
import type { Run } from '../../../domain/campaigns/run.ts';
import { addressOf, decideMessage } from '../../../domain/messaging/decision.ts';
import { standingOf } from '../../../domain/messaging/ledger.ts';
import type { Message } from '../../../domain/messaging/message.ts';
import { costOf, type Price } from '../../../domain/messaging/policy/price.ts';
import type { Prices } from '../../../domain/messaging/policy/prices.ts';
import type { SendingPolicy } from '../../../domain/messaging/policy/sending-policy.ts';
import type { Profile } from '../../../domain/profiles/profile.ts';
import { computedValues } from '../../../domain/segments/computed-values.ts';
import type { Ruleset } from '../../../domain/segments/ruleset.ts';
import { MissingValues, RenderError } from '../../../domain/templates/liquid.ts';
import { asksComputed } from '../../../domain/templates/template.ts';
import { languageFor } from '../../../domain/templates/template-language.ts';
import type { Ports } from '../../../ports/ports.ts';
import { logger } from '../../../runtime/observability.ts';
import { writeOnce } from '../../../stores/messages.ts';
import { getProfiles } from '../../../stores/profiles.ts';
import { currentRuleset } from '../../../stores/segments.ts';
import { shortLinkPut } from '../../../stores/short-links.ts';
import { suppressedAmong } from '../../../stores/suppressions.ts';
import { stillWanted } from '../../campaigns/unless.ts';
import { endClaim } from './claims.ts';
import { countClaimed, isUncounted, questionAgain } from './decide-again.ts';
import { type MessageTemplate, messageRenderer, type RenderedMessage } from './render-message.ts';

/** A claimed message with all its recipient gets. */
export type Composed<Rendered> = Omit<RenderedMessage<Rendered>, 'links'> & {
  readonly row: Message;
  readonly to: string;
  /** What the provider is paid for it, once it is accepted. */
  readonly cost: Message['cost'];
};

/** How a channel makes and prices what it sends. */
export type Rendering<Rendered> = MessageTemplate<Rendered> & {
  readonly priceOf: PriceOf<Rendered>;
  readonly policy: Pick<SendingPolicy, 'caps' | 'prices'>;
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
  { priceOf, policy: { caps, prices }, ...of }: Rendering<Rendered>,
  ports: Ports,
): Promise<Composer<Rendered>> {
  const render = await messageRenderer(run, of, ports);
  const isComputed = asksComputed(of.template);

  const compose = async (row: Message, { profile, to, ruleset }: Recipient) => {
    const now = Date.parse(row.claimedAt ?? row.at);
    const computed = ruleset && { computed: computedValues(profile, ruleset, now) };
    const language = languageFor(of.template, profile.attributes);
    const { links, ...made } = render(row, { ...profile, ...computed }, language);
    const puts = links.map((one) => writeOnce(ports.table, shortLinkPut(one, now)));
    await Promise.all(puts);
    const cost = costOf(priceOf({ to, rendered: made.rendered }, prices), prices);
    return { row, to, ...made, cost };
  };

  return async (claimed) => {
    const people = await peopleOf(claimed, ports);
    const { table, settings } = ports;
    const ruleset = isComputed ? await currentRuleset(table, settings.timeZone) : undefined;
    const composed = await Promise.all(
      claimed.map(async (row) => {
        const profile = people.profiles.get(row.profileId);
        const to = profile === undefined ? undefined : addressOf(profile, row.channel);
        const decision = await decideAgain({ row, run, profile, ...people }, ports);
        if (decision.kind !== 'send' || profile === undefined || to === undefined) {
          await endClaim(row, standingOf(decision, ports.clock.now()), ports);
          return undefined;
        }
        const again = { row, run, profile, caps, suppressed: people.suppressed };
        const counted = isUncounted(again, ports) ? await countClaimed(again, ports) : row;
        if (counted?.state !== 'claimed') return undefined;
        try {
          return await compose(counted, { profile, to, ruleset });
        } catch (error) {
          if (!(error instanceof RenderError)) throw error;
          if (error instanceof MissingValues) {
            await endClaim(counted, standingOf(lacking, ports.clock.now()), ports);
            return undefined;
          }
          logger.warn('message-not-rendered', { template: row.template, campaign: row.campaign });
          await endClaim(
            counted,
            { state: 'failed', reason: 'render-error', dueAt: undefined },
            ports,
          );
          return undefined;
        }
      }),
    );
    return composed.filter((one) => one !== undefined);
  };
}

const lacking = { kind: 'withheld', reason: 'missing-value' } as const;

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
  const question = questionAgain({ row, run, profile, suppressed }, ports);
  // What was reserved is counted, and what is not will be once nothing else is against it.
  const decision = decideMessage({ ...question, cap: { kind: 'free' } });
  const { definition } = run;
  const { now } = question;
  if (decision.kind !== 'send' || profile === undefined) return decision;
  // Whatever brought it here: nothing goes out before it has its variant.
  if (awaitsWinner(run, row)) {
    return { kind: 'deferred', until: now + winnerWaitMs, reason: 'experiment' } as const;
  }
  const isWanted = await stillWanted({ message: row, definition, profile, now }, ports);
  return isWanted ? decision : ({ kind: 'withheld', reason: 'unless' } as const);
}
