import * as z from 'zod';
import { stableHash } from '../domain/identity/hash.ts';
import { isoInstant } from '../domain/time/instant.ts';
import { type Input, inputSchema } from '../domain/tracking/input.ts';
import { type Table, Throttled } from '../ports/table.ts';

/**
 * Inputs that could not be processed because of what they hold, in `marketing`: pk `quarantine`, sk when
 * it was received and a hash of its message id, so that the list reads oldest first and an input that
 * is delivered twice lies there once. `token` is new at each writing. Written seldom; nothing reads it
 * while inputs flow.
 */
const rowSchema = z.object({
  sk: z.string(),
  token: z.string(),
  input: z.unknown(),
  reason: z.string(),
  at: z.string(),
});

export type Quarantined = {
  readonly id: string;
  readonly input: Input | undefined;
  readonly reason: string;
  readonly at: string;
};

const idOf = ({ receivedAt, source, messageId }: Input): string => {
  const name = `${source} ${messageId}`;
  const hashes = [name, ` ${name}`].map((text) => stableHash(text).toString(36));
  return [receivedAt, ...hashes].join('-');
};

const parseRow = (item: unknown): Quarantined => {
  const { sk: id, input, reason, at } = rowSchema.parse(item);
  return { id, input: inputSchema.safeParse(input).data, reason, at };
};

/** Answers the id under which the input lies there. */
export async function quarantine(
  table: Table,
  row: {
    readonly input: Input;
    readonly token: string;
    readonly reason: string;
    readonly now: number;
  },
): Promise<string> {
  const { token, reason, now } = row;
  const id = idOf(row.input);
  // An input came through JSON and holds nothing that JSON does not.
  const input = row.input as unknown as Record<string, never>;
  await table.write({
    kind: 'put',
    table: 'marketing',
    item: { pk: 'quarantine', sk: id, token, input, reason, at: isoInstant(now) },
  });
  return id;
}

export async function listQuarantine(
  table: Table,
  after: string | null,
): Promise<{ readonly rows: readonly Quarantined[]; readonly after: string | null }> {
  const page = await table.query('marketing', {
    pk: 'quarantine',
    after,
    limit: 100,
    consistent: true,
  });
  return { rows: page.items.map(parseRow), after: page.after };
}

export async function getQuarantined(
  table: Table,
  id: string,
): Promise<(Quarantined & { readonly token: string }) | undefined> {
  const item = await table.get('marketing', { pk: 'quarantine', sk: id });
  return item === undefined ? undefined : { ...parseRow(item), token: rowSchema.parse(item).token };
}

/** Takes an input out; quiet when it has come back meanwhile, with another token. */
export async function releaseQuarantined(table: Table, id: string, token: string): Promise<void> {
  const key = { pk: 'quarantine', sk: id };
  const when = { attribute: 'token', equals: token };
  const result = await table.write({ kind: 'delete', table: 'marketing', key, when });
  if (result.kind === 'contended') throw new Throttled('The quarantine is busy.');
}
