import type { World, WorldOptions } from '../../infra/local/world.ts';
import { listMessages, updateMessage } from '../../shared/stores/messages.ts';
import { anOffice } from './campaigns.ts';
import { somePeople } from './messaging.ts';
import { aWorld } from './world.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A row of `GET /admin/runs/{id}/messages`, as far as its variant. */
type VariantRow = { readonly variant: string | null };

/** What `GET /admin/campaigns/{id}/report` says of an experiment. */
export type ExperimentReport = {
  readonly states: Readonly<Record<string, number>>;
  readonly reasons: Readonly<Record<string, number>>;
  readonly conversions: number;
  readonly variants: readonly {
    readonly id: string;
    readonly sent: number;
    readonly clicks: number;
    readonly clickRate: { readonly value: number } | null;
  }[];
  readonly winner: {
    readonly variant: string | null;
    readonly enough: boolean;
    readonly decidedAt: string;
    readonly arms: readonly { readonly people: number; readonly successes: number | null }[];
  } | null;
  readonly lift: Readonly<
    Record<
      'holdout' | 'controlGroup',
      {
        readonly sent: { readonly people: number; readonly conversions: number };
        readonly heldOut: { readonly people: number; readonly conversions: number };
        readonly difference: { readonly value: number } | null;
        readonly revenue: { readonly currency: string; readonly value: number } | null;
        readonly reason: string | null;
      }
    >
  >;
};

const variants = [
  { id: 'short', template: 'short' },
  { id: 'long', template: 'long' },
];

/** Half of the people are tried, and the click decides after an hour and a half: at 13:35. */
export const clickTest = { share: 0.5, metric: 'click', wait: 'PT90M' };

/** So many people in one segment, two templates, and a marketer who compares them. */
export async function aLaboratory(
  options: Partial<WorldOptions> & { readonly people?: number; readonly zone?: string } = {},
) {
  const { people = 60, zone, ...rest } = options;
  const world = await aWorld(rest);
  const office = await anOffice(world);
  await somePeople(world, people, (index) => ({
    attributes: { firstName: `Anna ${index}`, ...(zone !== undefined && { timeZone: zone }) },
    identifiers: { email: `p${index}@example.com`, externalId: `p${index}` },
  }));
  for (const id of ['short', 'long', 'hello']) {
    await office.template(id, { subject: id, html: `<p>${id}</p>` });
  }
  await office.segment('everyone', { attribute: 'firstName', exists: true });
  return {
    ...office,
    world,
    /** Launches a campaign to everybody that compares the two. */
    compare: async (id: string, experiment: Fields, changes: Fields = {}): Promise<void> => {
      await office.campaign(id, {
        audience: { include: ['everyone'] },
        schedule: { at: '2026-11-25T12:05' },
        message: { channel: 'email' },
        experiment: { variants, ...experiment },
        ...changes,
      });
      await office.launch(id);
    },
    /** The report, as its words are. */
    result: async (id: string) => (await office.report(id)) as unknown as ExperimentReport,
    /** How many of each were sent. */
    sent: (): Readonly<Record<string, number>> => {
      const counts: Record<string, number> = {};
      for (const { subject = '' } of world.outbox()) counts[subject] = (counts[subject] ?? 0) + 1;
      return counts;
    },
    /** How many rows there are of each variant; `none`: those that have none. */
    variants: async (id: string): Promise<Readonly<Record<string, number>>> => {
      const counts: Record<string, number> = {};
      for (const { variant } of (await office.rows(id)) as unknown as readonly VariantRow[]) {
        const name = variant ?? 'none';
        counts[name] = (counts[name] ?? 0) + 1;
      }
      return counts;
    },
    /** What waits looks as if it had been written, or woken, while the campaign was paused. */
    hold: async (id: string): Promise<void> => {
      const { table } = world.ports;
      for (const run of await office.runs(id)) {
        const found = await listMessages(table, run.id, { after: null, limit: 10_000 });
        if (found === 'wrong-cursor') throw new Error('No cursor was given.');
        for (const row of found.rows.filter(({ state }) => state === 'deferred')) {
          await updateMessage(table, row, () => ({ reason: 'paused', dueAt: undefined }));
        }
      }
    },
    /** Whether nobody got more than one message. */
    isOnce: (): boolean => Object.values(office.inbox()).every((count) => count === 1),
    /** The first so many of those who got this variant click it. */
    click: (subject: string, most: number): Promise<void> => clicks(world, subject, most),
    [Symbol.asyncDispose]: () => world.close(),
  };
}

async function clicks(world: World, subject: string, most: number): Promise<void> {
  const got = world.outbox().filter((message) => message.subject === subject);
  for (const { id } of got.slice(0, most)) {
    await world.feedback({ message: id, type: 'click' });
  }
  await world.settle();
}
