import * as z from 'zod';
import type { Put, Table } from '../ports/table.ts';

/**
 * Links that must be short, in `marketing`, kept for 400 days.
 * - `link#<id>` / `-`: where it leads, and the link of which message it is.
 *
 * The id follows from the message and the link's number, so writing it again changes nothing.
 */
export type ShortLink = {
  readonly id: string;
  /** The message's id. */
  readonly message: string;
  readonly link: number;
  readonly links: number;
  readonly url: string;
};

const storedSchema = z.object({
  message: z.string(),
  link: z.int(),
  links: z.int(),
  url: z.string(),
});

const keptSeconds = 400 * 24 * 60 * 60;
const keyOf = (id: string) => ({ pk: `link#${id}`, sk: '-' });

export const shortLinkPut = ({ id, ...link }: ShortLink, now: number): Put => ({
  kind: 'put',
  table: 'marketing',
  item: { ...keyOf(id), ...link, expiresAt: Math.floor(now / 1000) + keptSeconds },
});

export async function getShortLink(table: Table, id: string): Promise<ShortLink | undefined> {
  const item = await table.get('marketing', keyOf(id));
  return item === undefined ? undefined : { id, ...storedSchema.parse(item) };
}
