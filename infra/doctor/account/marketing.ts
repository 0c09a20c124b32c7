import { randomUUID } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { DynamoTable } from '../../../shared/adapters/aws/table.ts';
import { isoInstant } from '../../../shared/domain/time/instant.ts';
import type { Table } from '../../../shared/ports/table.ts';
import { listCampaigns } from '../../../shared/stores/campaigns.ts';
import { dueKinds, slotsOf } from '../../../shared/stores/due-slots.ts';
import { listQuarantine } from '../../../shared/stores/quarantine.ts';
import { listSourceKeys, listSources } from '../../../shared/stores/sources.ts';
import { type Asked, ask, mapped } from '../asked.ts';
import {
  type CampaignFacts,
  campaignFacts,
  type QuarantineFacts,
  type SourceFacts,
} from '../checks/marketing.ts';
import type { TickFacts } from '../checks/tick.ts';
import { allPages, eachOf } from '../pages.ts';
import { type Deployed, tableNameOf } from './deployed.ts';

/** The tables through the product's own stores; undefined where the stack has not all of them. */
export function openTables(client: DynamoDBClient, deployed: Deployed): Table | undefined {
  const profiles = tableNameOf(deployed, 'profiles');
  const timeline = tableNameOf(deployed, 'timeline');
  const marketing = tableNameOf(deployed, 'marketing');
  if (profiles === undefined || timeline === undefined || marketing === undefined) return undefined;
  return new DynamoTable({
    client,
    tableNames: { profiles, timeline, marketing },
    newAttempt: randomUUID,
  });
}

/** A quarantine with more than this is one that nobody looks after: how many more does not matter. */
const quarantinePages = 10;

export async function askQuarantine(table: Table): Promise<Asked<QuarantineFacts>> {
  const read = await ask('dynamodb:Query', () =>
    allPages(async (token) => {
      const { rows, after } = await listQuarantine(table, token ?? null);
      return { rows, next: after ?? undefined };
    }, quarantinePages),
  );
  return mapped(read, ({ rows, isMore }) => ({
    count: rows.length,
    isMore,
    oldestAt: rows[0]?.at,
  }));
}

export const askSources = (table: Table): Promise<Asked<readonly SourceFacts[]>> =>
  ask('dynamodb:Query', async () => {
    const { rows } = await allPages(async (token) => {
      const { sources, after } = await listSources(table, token ?? null);
      return { rows: sources, next: after ?? undefined };
    });
    return eachOf(rows, async ({ id }) => ({
      id,
      keys: (await listSourceKeys(table, id)).length,
    }));
  });

export const askCampaigns = (table: Table): Promise<Asked<readonly CampaignFacts[]>> =>
  ask('dynamodb:Query', async () => {
    const { rows } = await allPages(async (token) => {
      const { rows: page, after } = await listCampaigns(table, {
        after: token ?? null,
        limit: 100,
      });
      return { rows: page, next: after ?? undefined };
    });
    return rows.map(campaignFacts);
  });

/** What stands first in each due slot, if it is overdue: all that the tick itself looks at. */
export const askOverdue = (table: Table, now: number): Promise<TickFacts['overdue']> =>
  ask('dynamodb:Query', async () => {
    const slots = Object.values(dueKinds).flatMap((kind) =>
      slotsOf(kind).map((slot) => ({ slot, table: kind.table })),
    );
    const heads = await eachOf(slots, async ({ slot, table: name }) => {
      const page = await table.due(name, { slot, until: isoInstant(now), limit: 1 });
      return z
        .array(z.object({ dueAt: z.string() }))
        .parse(page.items)
        .map(({ dueAt }) => ({ slot, dueAt }));
    });
    return heads.flat();
  });
