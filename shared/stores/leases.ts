import { z } from 'zod';
import type { Table } from '../ports/table.ts';

/** `marketing`, pk `lease#<name>`: who works on something that one worker at a time may. */
const leaseSchema = z.object({ revision: z.number(), until: z.number() });

export type Lease = { readonly name: string; readonly revision: number };

/** The lease until `now` + `seconds`, or undefined while somebody else holds it. Instants in ms. */
export async function takeLease(
  table: Table,
  name: string,
  term: { readonly now: number; readonly seconds: number },
): Promise<Lease | undefined> {
  const key = { pk: `lease#${name}`, sk: '-' };
  const item = await table.get('marketing', key);
  const held = item === undefined ? undefined : leaseSchema.parse(item);
  if (held !== undefined && held.until > term.now) return undefined;
  const revision = (held?.revision ?? 0) + 1;
  const result = await table.write({
    kind: 'put',
    table: 'marketing',
    item: { ...key, revision, until: term.now + term.seconds * 1000 },
    when: held === undefined ? { absent: true } : { attribute: 'revision', equals: held.revision },
  });
  return result.kind === 'written' ? { name, revision } : undefined;
}

/** Gives the lease back; quiet when it has passed to somebody else meanwhile. */
export async function releaseLease(table: Table, lease: Lease): Promise<void> {
  await table.write({
    kind: 'update',
    table: 'marketing',
    key: { pk: `lease#${lease.name}`, sk: '-' },
    set: { until: 0 },
    when: { attribute: 'revision', equals: lease.revision },
  });
}
