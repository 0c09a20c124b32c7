import { shardOf } from '../../../domain/identity/hash.ts';
import type { Message } from '../../../domain/messaging/message.ts';
import {
  sharesOf,
  type WarmUpDay,
  warmUpDay,
  warmUpRoom,
} from '../../../domain/messaging/pace/warm-up-room.ts';
import type { SendingPolicy } from '../../../domain/messaging/policy/sending-policy.ts';
import type { Ports } from '../../../ports/ports.ts';
import { insist } from '../../../runtime/insist.ts';
import { addWarmUp, getWarmUpCounts, takeWarmUp } from '../../../stores/warm-up-counts.ts';

/** What one call has taken of a day. */
export type WarmUpTaken = {
  readonly date: string;
  readonly counter: number;
  readonly messages: number;
};

/** `full`: not before `nextAt`, ms. `busy`: others were faster again and again. */
export type WarmUpRoom =
  | { readonly kind: 'room'; readonly messages: number; readonly taken: WarmUpTaken | undefined }
  | { readonly kind: 'full'; readonly nextAt: number }
  | { readonly kind: 'busy' };

type Ask = Pick<SendingPolicy, 'warmUp'> & Pick<Message, 'kind'> & { readonly messages: number };

const maxClashes = 8;
const clashPauseMs = 20;

/**
 * Takes room for marketing emails of the curve's day, by one conditional write per call: so that no
 * race passes the curve. Transactional emails are counted and never wait.
 */
export async function takeWarmUpRoom(ask: Ask, ports: Ports): Promise<WarmUpRoom> {
  const { clock, settings } = ports;
  const day = warmUpDay(ask.warmUp, clock.now(), settings.timeZone);
  if (day === undefined) return { kind: 'room', messages: ask.messages, taken: undefined };
  return ask.kind === 'transactional' ? countAll(day, ask, ports) : takeOf(day, ask, ports);
}

async function countAll(
  { date, limit }: WarmUpDay,
  { messages }: Ask,
  { table, clock, ids }: Ports,
): Promise<WarmUpRoom> {
  const counter = shardOf(ids.next(), sharesOf(limit).length);
  const taken = { date, counter, messages };
  const result = await addWarmUp(table, taken, { emails: messages, now: clock.now() });
  return result.kind === 'written' ? { kind: 'room', messages, taken } : { kind: 'busy' };
}

async function takeOf(
  { date, limit, nextAt }: WarmUpDay,
  { messages: wanted }: Ask,
  { table, clock }: Ports,
): Promise<WarmUpRoom> {
  for (let clashes = 0; clashes < maxClashes; clashes += 1) {
    const counts = await getWarmUpCounts(table, date);
    const emails = new Map([...counts].map(([counter, count]) => [counter, count.emails]));
    const room = warmUpRoom(limit, emails, wanted);
    if (room === undefined) return { kind: 'full', nextAt };
    const { counter, messages } = room;
    const place = { date, counter };
    const change = { before: counts.get(counter), emails: messages, now: clock.now() };
    if ((await takeWarmUp(table, place, change)).kind === 'written') {
      return { kind: 'room', messages, taken: { ...place, messages } };
    }
    await clock.sleep(clashPauseMs);
  }
  return { kind: 'busy' };
}

/** What certainly did not go leaves its room to others. */
export async function giveBack(
  taken: WarmUpTaken | undefined,
  sent: number,
  ports: Ports,
): Promise<void> {
  if (taken === undefined || sent >= taken.messages) return;
  const change = { emails: sent - taken.messages, now: ports.clock.now() };
  await insist(ports, () => addWarmUp(ports.table, taken, change));
}
