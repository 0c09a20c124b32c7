import * as z from 'zod';
import type { Item, Page, Table, TableName } from '../../shared/ports/table.ts';
import type { PostedLead } from './post-leads.ts';

/** What is wrong with what is stored, by message id or external id. All empty: nothing lost, nothing twice. */
export type Proof = {
  readonly people: number;
  readonly leads: number;
  /** Accepted, and not there. */
  readonly lost: readonly string[];
  /** There more than once: leads and people. */
  readonly doubled: readonly string[];
  /** There though it was refused (4xx), or with somebody else than who posted it. */
  readonly strange: readonly string[];
};

const acceptedStatus = 202;

const personSchema = z.object({
  pk: z.string(),
  identifiers: z.object({ externalId: z.string() }),
});
const leadSchema = z.object({
  pk: z.string(),
  type: z.literal('lead.captured'),
  data: z.object({ context: z.object({ mark: z.string() }) }),
});

/** Reads back every person and every lead there is, and holds them against what was posted. */
export async function proofOf(table: Table, posted: readonly PostedLead[]): Promise<Proof> {
  const doubled: string[] = [];
  const personOf = new Map<string, string>();
  const known = new Set<string>();
  for await (const item of itemsOf(table, 'profiles')) {
    const { pk, identifiers } = personSchema.parse(item);
    if (known.has(identifiers.externalId)) doubled.push(identifiers.externalId);
    known.add(identifiers.externalId);
    personOf.set(pk, identifiers.externalId);
  }
  const stored = new Map<string, string | undefined>();
  for await (const item of itemsOf(table, 'timeline')) {
    const { data: lead } = leadSchema.safeParse(item);
    if (lead === undefined) continue;
    const { mark } = lead.data.context;
    if (stored.has(mark)) doubled.push(mark);
    stored.set(mark, personOf.get(lead.pk));
  }
  return { people: known.size, leads: stored.size, doubled, ...compared(posted, stored) };
}

function compared(
  posted: readonly PostedLead[],
  stored: ReadonlyMap<string, string | undefined>,
): Pick<Proof, 'lost' | 'strange'> {
  const expected = new Map(posted.map((lead) => [lead.messageId, lead.person]));
  // Of a lead and its repeats one that was accepted is enough.
  const accepted = new Set(
    posted.filter(({ status }) => status === acceptedStatus).map(({ messageId }) => messageId),
  );
  const unknown = new Set(posted.filter(isUnknown).map(({ messageId }) => messageId));
  return {
    lost: [...accepted].filter((messageId) => !stored.has(messageId)),
    strange: [...stored.keys()].filter(
      (messageId) =>
        stored.get(messageId) !== expected.get(messageId) ||
        !(accepted.has(messageId) || unknown.has(messageId)),
    ),
  };
}

/** Nobody answered, or what was answered does not say whether it was taken before something failed. */
const isUnknown = ({ status }: PostedLead): boolean => status === undefined || status >= 500;

async function* itemsOf(table: Table, name: TableName): AsyncGenerator<Item> {
  let after: string | null = null;
  do {
    const page: Page = await table.scan(name, { segment: 0, segments: 1, after, consistent: true });
    yield* page.items;
    after = page.after;
  } while (after !== null);
}
