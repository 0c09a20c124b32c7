import * as z from 'zod';
import { type Identifier, identifierKey } from '../domain/identity/identifier.ts';
import type { Put, Table } from '../ports/table.ts';

/**
 * Identities in `marketing`: pk `identity#<kind>#<value>`, whose identifier it is. One person per
 * identifier: it is claimed on condition that nobody has it.
 */
const identitySchema = z.object({ pk: z.string(), profileId: z.string() });
const prefix = 'identity#';

/** The owners of those identifiers that have one, by identifier key; strongly consistent. */
export async function findOwners(
  table: Table,
  identifiers: readonly Identifier[],
): Promise<Map<string, string>> {
  const keys = [...new Set(identifiers.map(identifierKey))];
  if (keys.length === 0) return new Map();
  const items = await table.batchGet(
    'marketing',
    keys.map((key) => ({ pk: `${prefix}${key}`, sk: '-' })),
  );
  return new Map(
    items.map((item) => {
      const { pk, profileId } = identitySchema.parse(item);
      return [pk.slice(prefix.length), profileId];
    }),
  );
}

export const identityClaim = (identifier: Identifier, profileId: string): Put => ({
  kind: 'put',
  table: 'marketing',
  item: { pk: `${prefix}${identifierKey(identifier)}`, sk: '-', profileId },
  when: { absent: true },
});
