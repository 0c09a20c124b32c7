import {
  defaultPolicy,
  type SendingPolicy,
  sendingPolicySchema,
} from '../domain/messaging/policy/sending-policy.ts';
import type { Table } from '../ports/table.ts';

/** The company's sending policy, in `marketing`: `sending-policy` / `-`. Absent: the default holds. */
const key = { pk: 'sending-policy', sk: '-' } as const;

/** The policy as it stands, strongly consistent: read once for every batch that decides. */
export async function getPolicy(table: Table): Promise<SendingPolicy> {
  const item = await table.get('marketing', key);
  return item === undefined ? defaultPolicy() : sendingPolicySchema.parse(item['policy']);
}

/** Puts a whole policy in place of the one before. */
export async function savePolicy(table: Table, policy: SendingPolicy, at: string): Promise<void> {
  await table.write({
    kind: 'put',
    table: 'marketing',
    // JSON drops what is absent: only storable values are left.
    item: { ...key, policy: JSON.parse(JSON.stringify(policy)), at },
  });
}
