import { type Naming, usersOf } from '../../domain/segments/naming.ts';
import type { Table } from '../../ports/table.ts';
import { Problem } from '../../runtime/problem.ts';
import { campaignsNaming } from '../../stores/campaigns.ts';
import { loadRules } from '../../stores/segments.ts';

/** 409 with its users while a segment, or a campaign that may still go out, goes by what is to be deleted. */
export async function requireUnused(
  named: Pick<Naming, 'kind' | 'id'>,
  { table, shown }: { readonly table: Table; readonly shown: string },
): Promise<void> {
  const { segments } = await loadRules(table);
  const users = [
    ...usersOf(named, segments).map(({ id }) => `segment "${id}"`),
    ...(await campaignsNaming(table, named)).map((id) => `campaign "${id}"`),
  ];
  if (users.length === 0) return;
  throw new Problem(409, `${shown} is used by ${users.join(', ')}: change those first.`);
}
