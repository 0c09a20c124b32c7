import * as z from 'zod';
import {
  type Campaign,
  campaignStates,
  storedDefinitionSchema,
} from '../domain/campaigns/campaign.ts';
import { namedByCampaign } from '../domain/campaigns/condition.ts';
import { pausedForSchema } from '../domain/campaigns/reputation-pause.ts';
import type { Naming } from '../domain/segments/naming.ts';
import type { Check, Item, Put, Table } from '../ports/table.ts';
import { writeOnce } from './messages.ts';
import { runSlot } from './runs.ts';

/**
 * Campaigns, in `marketing`.
 * - `campaign` / campaign id: the list, and one by id. Only marketers and firings read it: senders and
 *   triggers go by the run, which pins the definition.
 * - due slot `run#0`: campaigns whose schedules, listeners or runs are not yet as their state says.
 */
const storedSchema = z.object({
  sk: z.string(),
  definition: storedDefinitionSchema,
  state: z.enum(campaignStates),
  pausedFrom: z.enum(['scheduled', 'running']).optional(),
  pausedFor: pausedForSchema.optional(),
  revision: z.int(),
  createdAt: z.string(),
  updatedAt: z.string(),
  launchedAt: z.string().optional(),
  editedBy: z.string().optional(),
  approvedBy: z.string().optional(),
  approvedAs: z.record(z.string(), z.string()).optional(),
  templates: z.record(z.string(), z.int()).optional(),
  restoredAt: z.string().optional(),
  run: z.string().optional(),
  keptGoals: z.array(z.object({ event: z.string(), until: z.string() })),
  dueAt: z.string().optional(),
});

const campaignPartition = 'campaign';
const keyOf = (id: string) => ({ pk: campaignPartition, sk: id });

/** A stored campaign, parsed. */
export function parseCampaign(item: Item): Campaign {
  const { sk: id, dueAt, ...stored } = storedSchema.parse(item);
  return {
    id,
    definition: stored.definition,
    state: stored.state,
    pausedFrom: stored.pausedFrom,
    pausedFor: stored.pausedFor,
    revision: stored.revision,
    createdAt: stored.createdAt,
    updatedAt: stored.updatedAt,
    launchedAt: stored.launchedAt,
    editedBy: stored.editedBy,
    approvedBy: stored.approvedBy,
    approvedAs: stored.approvedAs,
    templates: stored.templates,
    restoredAt: stored.restoredAt,
    run: stored.run,
    keptGoals: stored.keptGoals,
    settleAt: dueAt,
  };
}

/** The write that makes this the campaign, on top of the revision before it. */
export function campaignPut(campaign: Campaign): Put {
  const { id, settleAt, definition, ...fields } = campaign;
  return {
    kind: 'put',
    table: 'marketing',
    item: {
      ...keyOf(id),
      ...fields,
      // JSON drops what is absent: only storable values are left.
      definition: JSON.parse(JSON.stringify(definition)),
      ...(settleAt !== undefined && { dueSlot: runSlot, dueAt: settleAt }),
    },
    when:
      campaign.revision === 1
        ? { absent: true }
        : { attribute: 'revision', equals: campaign.revision - 1 },
  };
}

/** Holds while the campaign is in this state: what follows from a state is not written once it is another. */
export const stateCheck = ({ id, state }: Pick<Campaign, 'id' | 'state'>): Check => ({
  kind: 'check',
  table: 'marketing',
  key: keyOf(id),
  when: { attribute: 'state', equals: state },
});

/** False when somebody else changed the campaign first. */
export const saveCampaign = async (table: Table, campaign: Campaign): Promise<boolean> =>
  (await writeOnce(table, campaignPut(campaign))).kind === 'written';

export async function getCampaign(table: Table, id: string): Promise<Campaign | undefined> {
  const item = await table.get('marketing', keyOf(id));
  return item === undefined ? undefined : parseCampaign(item);
}

/** Campaigns by id, page by page. */
export async function listCampaigns(
  table: Table,
  page: { readonly after: string | null; readonly limit: number },
): Promise<{ readonly rows: readonly Campaign[]; readonly after: string | null }> {
  const found = await table.query('marketing', {
    pk: campaignPartition,
    consistent: true,
    ...page,
  });
  return { rows: found.items.map(parseCampaign), after: found.after };
}

/** The campaigns that name a segment, list or computed value, or RFM, and may still go out. */
export async function campaignsNaming(
  table: Table,
  { kind, id }: Pick<Naming, 'kind' | 'id'>,
): Promise<readonly string[]> {
  const uses = (definition: Campaign['definition']): boolean =>
    namedByCampaign(definition).some((named) => named.kind === kind && named.id === id);
  const users: string[] = [];
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof listCampaigns>> = await listCampaigns(table, {
      after,
      limit: 100,
    });
    const standing = page.rows.filter(
      ({ state }) => state !== 'completed' && state !== 'cancelled',
    );
    users.push(...standing.filter(({ definition }) => uses(definition)).map(({ id }) => id));
    after = page.after;
  } while (after !== null);
  return users;
}
