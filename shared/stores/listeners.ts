import * as z from 'zod';
import { isStartingType } from '../domain/campaigns/schedule.ts';
import { stableHash } from '../domain/identity/hash.ts';
import type { Listener } from '../ports/schedules.ts';
import type { Put, Table } from '../ports/table.ts';
import { writeOnce } from './messages.ts';

/**
 * Who listens to which event, in `marketing`: a bus has 300 rules, so campaigns share one per name.
 * - `listener#<kind>#<event name>` / `-`: the campaigns that share a rule, each with a word of its own:
 *   `trigger`: the run to start messages in; `goal`: how long after a message it counts.
 */
export type ListenerKind = 'trigger' | 'goal';

/** By campaign. `revision` 0: nobody listens yet, and nobody ever did. */
export type Listening = {
  readonly campaigns: Readonly<Record<string, string>>;
  readonly revision: number;
};

const storedSchema = z.object({
  campaigns: z.record(z.string(), z.string()),
  revision: z.int(),
});

const keyOf = (kind: ListenerKind, name: string) => ({ pk: `listener#${kind}#${name}`, sk: '-' });

export async function getListening(
  table: Table,
  kind: ListenerKind,
  name: string,
): Promise<Listening> {
  const item = await table.get('marketing', keyOf(kind, name));
  return item === undefined ? { campaigns: {}, revision: 0 } : storedSchema.parse(item);
}

const maxAttempts = 20;

/** Adds a campaign with its word, or takes it out (`undefined`); answers who listens then. */
export async function changeListening(
  table: Table,
  listener: { readonly kind: ListenerKind; readonly name: string },
  campaign: { readonly id: string; readonly word: string | undefined },
): Promise<Listening['campaigns']> {
  const { kind, name } = listener;
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const { campaigns, revision } = await getListening(table, kind, name);
    if (campaigns[campaign.id] === campaign.word) return campaigns;
    const { [campaign.id]: _, ...others } = campaigns;
    const after =
      campaign.word === undefined ? others : { ...others, [campaign.id]: campaign.word };
    const put: Put = {
      kind: 'put',
      table: 'marketing',
      item: { ...keyOf(kind, name), campaigns: after, revision: revision + 1 },
      when: revision === 0 ? { absent: true } : { attribute: 'revision', equals: revision },
    };
    if ((await writeOnce(table, put)).kind === 'written') return after;
  }
  throw new Error(`The listeners of an event changed ${maxAttempts} times while one was changed.`);
}

/** The rule on the bus that campaigns share for an event name. */
export function busListener(kind: ListenerKind, name: string): Listener {
  const readable = name.replaceAll(/[^A-Za-z0-9_.-]/g, '-').slice(0, 40);
  const hash = stableHash(name).toString(16).padStart(8, '0');
  return {
    name: `${kind === 'trigger' ? 'on' : 'goal'}-${readable}-${hash}`,
    pattern:
      kind === 'trigger' && isStartingType(name)
        ? { source: ['perennial'], 'detail-type': [name] }
        : {
            source: ['perennial'],
            'detail-type': ['event'],
            detail: { data: { name: [name] } },
          },
    queue: kind === 'trigger' ? 'triggers' : 'conversions',
  };
}
