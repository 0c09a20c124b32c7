import { type RfmSettings, rfmSettingsSchema } from '../../domain/rules/rfm/rfm.ts';
import { type RfmCell, rfmCellAt, rfmCells } from '../../domain/rules/rfm/rfm-cell.ts';
import {
  addShare,
  emptyShare,
  mapPosition,
  numberOf,
  type RfmShare,
} from '../../domain/rules/rfm/rfm-tally.ts';
import { dayMs } from '../../domain/time/calendar.ts';
import type { Table } from '../../ports/table.ts';
import { getRfmMap } from '../../stores/rfm-map.ts';
import { loadRules } from '../../stores/segments.ts';

/** ISO 4217 for money without a currency: orders in all currencies are added up as they are. */
const noCurrency = 'XXX';

type Money = Readonly<Record<string, number>>;

/** RFM as the API shows it. */
export type RfmStatus = {
  /** Those that come, while it is building. */
  readonly settings: RfmSettings;
  /** `off`: no rule and nobody has asked for it. */
  readonly state: 'off' | 'building' | 'ready';
  /** When the grid was counted; null before. Scores themselves are always up to date. */
  readonly asOf: string | null;
  readonly customers: number;
  /** The borders that serve, between the fifths of all customers; null while there are none. */
  readonly cuts: {
    readonly recencyDays: readonly number[];
    readonly frequency: readonly number[];
    readonly monetary: readonly number[];
  } | null;
  readonly grid: readonly {
    readonly recency: number;
    readonly frequencyMonetary: number;
    readonly cell: RfmCell;
    readonly count: number;
    readonly money: Money;
  }[];
  readonly cells: readonly {
    readonly cell: RfmCell;
    readonly count: number;
    readonly share: number;
    readonly money: Money;
  }[];
};

export async function rfmStatus(table: Table): Promise<RfmStatus> {
  const [{ rfm }, map] = await Promise.all([loadRules(table), getRfmMap(table)]);
  const serving = rfm?.serving;
  const settings = rfm?.settings ?? rfmSettingsSchema.parse({});
  const state = rfm === undefined ? 'off' : serving?.version === rfm.version ? 'ready' : 'building';
  const cuts = serving?.cuts && {
    recencyDays: serving.cuts.recencyMs.map((ms) => ms / dayMs),
    frequency: serving.cuts.frequency,
    monetary: serving.cuts.monetary,
  };
  const known = { settings, state, cuts: cuts ?? null } as const;
  // Nobody was a customer when everybody was looked at, or nobody has been looked at yet.
  if (map === undefined || serving?.cuts === undefined || map.version !== serving.version) {
    return { ...known, asOf: null, customers: 0, grid: [], cells: [] };
  }
  const customers = map.shares.reduce((sum, { count }) => sum + count, 0);
  const currency = serving.settings.currency ?? noCurrency;
  return { ...known, asOf: map.at, customers, ...shown(map.shares, { customers, currency }) };
}

const scores = [5, 4, 3, 2, 1] as const;

/** Best cells first. */
function shown(
  shares: readonly RfmShare[],
  { customers, currency }: { readonly customers: number; readonly currency: string },
): Pick<RfmStatus, 'grid' | 'cells'> {
  const moneyOf = ({ money }: RfmShare): Money => ({ [currency]: numberOf(money) });
  const byCell = new Map(rfmCells.map((cell) => [cell, emptyShare()]));
  const grid = scores.flatMap((recency) =>
    scores.map((frequencyMonetary) => {
      const share = shares[mapPosition(recency, frequencyMonetary)] ?? emptyShare();
      const cell = rfmCellAt(recency, frequencyMonetary);
      addShare(byCell.get(cell) ?? emptyShare(), share);
      return { recency, frequencyMonetary, cell, count: share.count, money: moneyOf(share) };
    }),
  );
  const cells = [...byCell].map(([cell, share]) => ({
    cell,
    count: share.count,
    share: customers === 0 ? 0 : share.count / customers,
    money: moneyOf(share),
  }));
  return { grid, cells };
}
