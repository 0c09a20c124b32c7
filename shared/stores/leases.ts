import * as z from 'zod';
import { type Table, Throttled } from '../ports/table.ts';

/** `marketing`, pk `lease#<name>`: who works on something that one worker at a time may. */
const leaseSchema = z.object({
  revision: z.number(),
  until: z.number(),
  owner: z.string().optional(),
});

const maxAttempts = 5;

export type Lease = { readonly name: string; readonly revision: number };

/**
 * The lease until `now` + `seconds`, or undefined while somebody else holds it. Instants in ms. An
 * `owner` (the id of a queue message) may take again what a try of its own has left behind.
 */
export async function takeLease(
  table: Table,
  name: string,
  term: { readonly now: number; readonly seconds: number; readonly owner?: string },
): Promise<Lease | undefined> {
  const key = { pk: `lease#${name}`, sk: '-' };
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    const item = await table.get('marketing', key);
    const held = item === undefined ? undefined : leaseSchema.parse(item);
    const isOwn = term.owner !== undefined && held?.owner === term.owner;
    if (held !== undefined && held.until > term.now && !isOwn) return undefined;
    const revision = (held?.revision ?? 0) + 1;
    const until = term.now + term.seconds * 1000;
    const owner = term.owner === undefined ? {} : { owner: term.owner };
    const result = await table.write({
      kind: 'put',
      table: 'marketing',
      item: { ...key, revision, until, ...owner },
      when:
        held === undefined ? { absent: true } : { attribute: 'revision', equals: held.revision },
    });
    if (result.kind === 'written') return { name, revision };
  }
  throw new Throttled(`The lease ${name} is contended.`);
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
