import type { TableName } from '../../../shared/ports/table.ts';
import type { Asked } from '../asked.ts';
import type { QuotaFacts } from '../checks/quotas.ts';
import type { Clients } from './clients.ts';
import { type Deployed, tableNameOf, tableNames } from './deployed.ts';
import type { MetricQuestion } from './metrics.ts';
import { askUse } from './quotas.ts';
import { countTables } from './tables.ts';

export type Use = { readonly what: string; readonly facts: Asked<QuotaFacts> };

/** The quotas that marketing comes near to first, and what was used of them within a day. */
export async function askUses(
  clients: Clients,
  deployed: Deployed,
  now: number,
): Promise<readonly Use[]> {
  const ofAccount = [
    { which: 'putEvents', what: 'events', unit: 'calls of PutEvents a second' },
    { which: 'firings', what: 'schedules firing', unit: 'firings a second' },
  ] as const;
  const perTable = tableNames.flatMap((table) => tableQuestions(deployed, table));
  const count = await countTables(clients.tables);
  const tables = { which: 'tables', what: 'tables', unit: 'tables in the region', count } as const;
  return Promise.all(
    [...ofAccount, tables, ...perTable].map(async (question) => ({
      what: question.what,
      facts: await askUse(clients, { ...question, now }),
    })),
  );
}

function tableQuestions(deployed: Deployed, table: TableName) {
  const name = tableNameOf(deployed, table);
  if (name === undefined) return [];
  return [
    {
      which: 'tableWrites',
      what: `writes to ${table}`,
      unit: 'write units a second',
      metric: unitsOf(name, 'ConsumedWriteCapacityUnits'),
    },
    {
      which: 'tableReads',
      what: `reads of ${table}`,
      unit: 'read units a second',
      metric: unitsOf(name, 'ConsumedReadCapacityUnits'),
    },
  ] as const;
}

const unitsOf = (table: string, name: string): MetricQuestion => ({
  namespace: 'AWS/DynamoDB',
  name,
  dimensions: { TableName: table },
  statistic: 'Sum',
  periodSeconds: 60,
  take: 'highest',
});
