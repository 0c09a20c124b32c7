import { expect } from 'vitest';
import type { World } from '../../infra/local/world.ts';
import { isCounted } from '../../shared/domain/messaging/ledger.ts';
import type { Message } from '../../shared/domain/messaging/message.ts';
import type { Page } from '../../shared/ports/table.ts';
import { insist } from '../../shared/runtime/insist.ts';
import { getContact } from '../../shared/stores/contacts.ts';
import { parseMessage } from '../../shared/stores/messages.ts';

/** Every row of every ledger. */
export async function allRows(world: World): Promise<readonly Message[]> {
  const rows: Message[] = [];
  let after: string | null = null;
  do {
    const from: string | null = after;
    const page: Page = await insist(world, () =>
      world.ports.table.scan('marketing', {
        segment: 0,
        segments: 1,
        after: from,
        consistent: true,
      }),
    );
    const items = page.items.filter(({ pk }) => pk.startsWith('message#'));
    rows.push(...items.map(parseMessage));
    after = page.after;
  } while (after !== null);
  return rows;
}

/**
 * Contacts say what a recount of the ledger says: each row is counted once when its message went, may
 * have gone or is about to, and never else; who waits for room stands in line.
 */
export async function expectCounted(world: World): Promise<void> {
  const rows = await allRows(world);
  expect(rows.filter((row) => row.countedOn !== undefined && !isCounted(row))).toEqual([]);
  for (const [profileId, own] of Map.groupBy(rows, (row) => row.profileId)) {
    const contact = await insist(world, () => getContact(world.ports.table, profileId));
    const counts: Record<string, Record<string, number>> = {};
    for (const { countedOn, channel } of own) {
      if (countedOn === undefined) continue;
      const day = (counts[countedOn] ??= {});
      day[channel] = (day[channel] ?? 0) + 1;
    }
    expect(contact.sent).toEqual(counts);
    const inLine = own.filter((row) => row.state === 'deferred' && row.reason === 'frequency-cap');
    expect(contact.waiting.length).toBe(inLine.length);
  }
}
