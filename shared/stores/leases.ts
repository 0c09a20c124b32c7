import * as z from 'zod';
import { type Table, Throttled } from '../ports/table.ts';

/**
 * `marketing`, pk `lease#<name>`: who works on something that one worker at a time may. While `waiting`
 * nobody does yet, but a worker has been sent for: another need not be.
 */
const leaseSchema = z.object({
  revision: z.number(),
  until: z.number(),
  owner: z.string().optional(),
  waiting: z.boolean().optional(),
});
type Held = z.infer<typeof leaseSchema>;

const maxAttempts = 5;

export type Lease = { readonly name: string; readonly revision: number };

type Term = { readonly now: number; readonly seconds: number; readonly owner?: string };

/**
 * The lease until `now` + `seconds`, or undefined while somebody else holds it. Instants in ms. An
 * `owner` (the id of a queue message) may take again what a try of its own has left behind.
 */
export const takeLease = (table: Table, name: string, term: Term): Promise<Lease | undefined> =>
  take(table, name, term, {
    isFree: (held) =>
      held.until <= term.now ||
      held.waiting === true ||
      (term.owner !== undefined && held.owner === term.owner),
    mark: term.owner === undefined ? {} : { owner: term.owner },
  });

/**
 * To be asked before a worker is sent for: undefined while one holds the lease or is on its way. What
 * is answered is to be released when none could be sent; `seconds` later a lost one is made up for.
 */
export const awaitWorker = (table: Table, name: string, term: Term): Promise<Lease | undefined> =>
  take(table, name, term, {
    isFree: (held) => held.until <= term.now,
    mark: { waiting: true },
  });

type Taking = {
  readonly isFree: (held: Held) => boolean;
  readonly mark: { readonly owner?: string; readonly waiting?: true };
};

async function take(
  table: Table,
  name: string,
  term: Term,
  { isFree, mark }: Taking,
): Promise<Lease | undefined> {
  const key = { pk: `lease#${name}`, sk: '-' };
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    const item = await table.get('marketing', key);
    const held = item === undefined ? undefined : leaseSchema.parse(item);
    if (held !== undefined && !isFree(held)) return undefined;
    const revision = (held?.revision ?? 0) + 1;
    const until = term.now + term.seconds * 1000;
    const result = await table.write({
      kind: 'put',
      table: 'marketing',
      item: { ...key, revision, until, ...mark },
      when:
        held === undefined ? { absent: true } : { attribute: 'revision', equals: held.revision },
    });
    if (result.kind === 'written') return { name, revision };
  }
  throw new Throttled(`The lease ${name} is contended.`);
}

/**
 * Gives the lease back; quiet when it has passed to somebody else meanwhile. `waitingUntil`: the rest
 * is another worker's, who is on the way.
 */
export async function releaseLease(
  table: Table,
  lease: Lease,
  { waitingUntil = 0 }: { readonly waitingUntil?: number } = {},
): Promise<void> {
  await table.write({
    kind: 'update',
    table: 'marketing',
    key: { pk: `lease#${lease.name}`, sk: '-' },
    set: { until: waitingUntil, waiting: waitingUntil > 0 },
    when: { attribute: 'revision', equals: lease.revision },
  });
}
