import { isbot } from 'isbot';
import { canMove, type MessageChange, wasNeverCalled } from '../ledger.ts';
import type { Message } from '../message.ts';

/** A time somebody or something followed a link of a message. */
export type Visit = NonNullable<Message['visits']>[number];

/** The link that people do not see: who follows it is a machine. */
export const hiddenLink = -1;

/** A row keeps this many visits, the first ones: a machine that comes again and again must not fill it. */
const maxVisits = 50;

/** Seconds until a visit is judged: longer than a burst takes, so that a burst is seen whole. */
export const judgeAfterSeconds = 15;

/** Nobody follows all links of a message, or this many of them, within so short a time. */
const burstMs = 10_000;
const burstLinks = 5;

/** Around a visit of the hidden link all visits are the machine's that found it, in ms. */
const hiddenWindowMs = 60_000;

/** How many different links that people see a message has: what "all of them" is. */
type LinkCount = { readonly links: number };

/** Whether a visitor says of itself that it is a machine: it asks for no more than the head, or has a known name. */
export const saysMachine = (visitor: {
  readonly isHead: boolean;
  readonly userAgent: string | undefined;
}): boolean => visitor.isHead || isbot(visitor.userAgent);

/** The row's visits with one more; undefined when it is known already or there is no room. */
export function withVisit(
  visits: readonly Visit[] = [],
  visit: Visit,
): readonly Visit[] | undefined {
  if (visits.length >= maxVisits || isKnown(visits, visit)) return undefined;
  return [...visits, visit];
}

/** Whether a visit stands on the row: the same link at the same instant. */
export const isKnown = (visits: readonly Visit[] = [], { link, at }: Visit): boolean =>
  visits.some((known) => known.link === link && known.at === at);

/** Whether a machine made the visit, by itself or by the visits around it. More visits never make it a person's. */
export function isAutomated(visit: Visit, visits: readonly Visit[], { links }: LinkCount): boolean {
  if (visit.automated === true || visit.link === hiddenLink) return true;
  const at = Date.parse(visit.at);
  const distanceTo = (other: Visit): number => Date.parse(other.at) - at;
  const isFound = visits.some(
    (other) => other.link === hiddenLink && Math.abs(distanceTo(other)) <= hiddenWindowMs,
  );
  return isFound || isInBurst({ at, visits, links });
}

/** A second visit of a link so soon after one of the same kind is the same click once more, in ms. */
const echoMs = 10_000;

/** Whether a visit repeats the one before it: a hand that clicks twice has clicked once. */
export const isEcho = (visit: Visit, visits: readonly Visit[], count: LinkCount): boolean =>
  visits.some((other) => {
    const sinceOther = Date.parse(visit.at) - Date.parse(other.at);
    const isNear = other.link === visit.link && sinceOther > 0 && sinceOther <= echoMs;
    return isNear && isAutomated(other, visits, count) === isAutomated(visit, visits, count);
  });

/** Whether some ten seconds around an instant saw all links followed, where there are several, or five of them. */
function isInBurst({
  at,
  visits,
  links,
}: LinkCount & { readonly at: number; readonly visits: readonly Visit[] }): boolean {
  if (links < 2) return false;
  const enough = Math.min(links, burstLinks);
  const near = visits
    .filter(({ link }) => link !== hiddenLink)
    .map((other) => ({ link: other.link, at: Date.parse(other.at) }))
    .filter((other) => Math.abs(other.at - at) <= burstMs);
  return near.some(({ at: start }) => {
    if (start > at) return false;
    const within = near.filter((other) => other.at >= start && other.at <= start + burstMs);
    return at <= start + burstMs && new Set(within.map(({ link }) => link)).size >= enough;
  });
}

/** What a visit changes as soon as it is told of: it stands on the row, and proves that the message was sent. */
export function visitChange(row: Message, visit: Visit): MessageChange | undefined {
  const visits = withVisit(row.visits, visit);
  const taken = provesTaken(row)
    ? ({ state: 'accepted', at: visit.at, acceptedAt: row.acceptedAt ?? visit.at } as const)
    : {};
  const change = { ...(visits !== undefined && { visits }), ...taken };
  return Object.keys(change).length === 0 ? undefined : change;
}

/** Whether a visit is the first word that the provider took the message. Who is calling now hears its own answer. */
export const provesTaken = (row: Message): boolean =>
  row.state !== 'claimed' && !wasNeverCalled(row) && canMove(row.state, 'accepted');

/**
 * The first click of a person and of a machine, of the visits old enough to be judged. What is known
 * later may make a person's click a machine's; a click told of by the provider stays.
 */
export function judgedChange(
  row: Message,
  { links, now }: LinkCount & { readonly now: number },
): MessageChange | undefined {
  const { visits = [] } = row;
  const judged = visits.filter(({ at }) => Date.parse(at) + judgeAfterSeconds * 1_000 <= now);
  const instants = (automated: boolean): string[] =>
    judged
      .filter((visit) => isAutomated(visit, visits, { links }) === automated)
      .map(({ at }) => at);
  const isVisit = visits.some(({ at }) => at === row.clickedAt);
  const clickedAt = earliest([...instants(false), isVisit ? undefined : row.clickedAt]);
  const automatedClickedAt = earliest([...instants(true), row.automatedClickedAt]);
  const isSame = clickedAt === row.clickedAt && automatedClickedAt === row.automatedClickedAt;
  return isSame ? undefined : { clickedAt, automatedClickedAt };
}

const earliest = (instants: readonly (string | undefined)[]): string | undefined =>
  instants.filter((at) => at !== undefined).toSorted()[0];
