import * as z from 'zod';
import type { Check, Item, Put, Table } from '../ports/table.ts';
import { writeOnce } from './messages.ts';

/**
 * Texts that people sent, in `marketing`.
 * - `inbound-text#<id>` / `-`: when it was first told of; kept 30 days. What is told again has another
 *   time, and must mean the same.
 * - `opt-out#<number>` / `-`: the last word of a number, so that one told late does not undo a later one.
 * - `delivery#<provider's id>` / `-`: the message that the provider's id of a sending belongs to; 30 days.
 */
const keptSeconds = 30 * 24 * 60 * 60;
const expiryOf = (now: number): number => Math.floor(now / 1000) + keptSeconds;

const firstSchema = z.object({ at: z.string() });

/** When a text was first told of, ISO: the same however often it is. */
export async function firstToldOf(
  table: Table,
  id: string,
  told: { readonly at: string; readonly now: number },
): Promise<string> {
  const key = { pk: `inbound-text#${id}`, sk: '-' };
  const item = { ...key, at: told.at, expiresAt: expiryOf(told.now) };
  const put: Put = { kind: 'put', table: 'marketing', item, when: { absent: true } };
  if ((await writeOnce(table, put)).kind === 'written') return told.at;
  const known = await table.get('marketing', key);
  return known === undefined ? told.at : firstSchema.parse(known).at;
}

/** The last word of a number: whether it wants texts, said when and by which text. */
export type LastWord = {
  readonly word: 'stop' | 'start';
  readonly at: string;
  readonly text: string;
  /** Optimistic lock. */
  readonly revision: number;
};

const wordSchema = z.object({
  word: z.enum(['stop', 'start']),
  at: z.string(),
  text: z.string(),
  revision: z.int(),
});

const wordKey = (number: string) => ({ pk: `opt-out#${number}`, sk: '-' });

export async function getLastWord(table: Table, number: string): Promise<LastWord | undefined> {
  const item = await table.get('marketing', wordKey(number));
  return item === undefined ? undefined : wordSchema.parse(item);
}

/** The write that makes this the last word of a number, on top of the one before. */
export const lastWordPut = (
  number: string,
  word: Omit<LastWord, 'revision'>,
  before: LastWord | undefined,
): Put => ({
  kind: 'put',
  table: 'marketing',
  item: { ...wordKey(number), ...word, revision: (before?.revision ?? 0) + 1 },
  when:
    before === undefined ? { absent: true } : { attribute: 'revision', equals: before.revision },
});

/** The check that a text still holds the last word of a number. */
export const lastWordCheck = (number: string, text: string): Check => ({
  kind: 'check',
  table: 'marketing',
  key: wordKey(number),
  when: { attribute: 'text', equals: text },
});

const deliveryKey = (providerId: string) => ({ pk: `delivery#${providerId}`, sk: '-' });
const deliverySchema = z.object({ message: z.string() });
const parseDelivery = (item: Item): string => deliverySchema.parse(item).message;

/** Keeps which message the provider's id is of: what becomes of an SMS is told by that id alone. */
export const deliveryPut = (providerId: string, message: string, now: number): Put => ({
  kind: 'put',
  table: 'marketing',
  item: { ...deliveryKey(providerId), message, expiresAt: expiryOf(now) },
});

/** The id of the message behind a provider's id; undefined when none is known. */
export async function findDelivery(table: Table, providerId: string): Promise<string | undefined> {
  const item = await table.get('marketing', deliveryKey(providerId));
  return item === undefined ? undefined : parseDelivery(item);
}
