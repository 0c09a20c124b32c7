import { z } from 'zod';
import { isoInstant } from '../domain/time/instant.ts';
import { type Input, inputSchema } from '../domain/tracking/input.ts';
import type { Table } from '../ports/table.ts';

/**
 * Inputs that could not be processed because of what they hold, in `marketing`: pk `quarantine`, sk a
 * time-ordered id, so the list reads oldest first. Written seldom; nothing reads it while inputs flow.
 */
const rowSchema = z.object({
  sk: z.string(),
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

const parseRow = (item: unknown): Quarantined => {
  const { sk: id, input, reason, at } = rowSchema.parse(item);
  return { id, input: inputSchema.safeParse(input).data, reason, at };
};

export async function quarantine(
  table: Table,
  row: {
    readonly id: string;
    readonly input: Input;
    readonly reason: string;
    readonly now: number;
  },
): Promise<void> {
  const { id, reason, now } = row;
  // An input came through JSON and holds nothing that JSON does not.
  const input = row.input as unknown as Record<string, never>;
  await table.write({
    kind: 'put',
    table: 'marketing',
    item: { pk: 'quarantine', sk: id, input, reason, at: isoInstant(now) },
  });
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

export async function getQuarantined(table: Table, id: string): Promise<Quarantined | undefined> {
  const item = await table.get('marketing', { pk: 'quarantine', sk: id });
  return item === undefined ? undefined : parseRow(item);
}

export async function releaseQuarantined(table: Table, id: string): Promise<void> {
  await table.write({ kind: 'delete', table: 'marketing', key: { pk: 'quarantine', sk: id } });
}
