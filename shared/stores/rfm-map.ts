import * as z from 'zod';
import type { RfmShare, RfmTally } from '../domain/rules/rfm/rfm-tally.ts';
import type { Rfm } from '../domain/segments/named.ts';
import type { Put, Table } from '../ports/table.ts';

/** The map of all customers as the last pass counted it, in `marketing`: `rules` / `rfm`. */
const key = { pk: 'rules', sk: 'rfm' };

const mapSchema = z.object({
  version: z.number(),
  at: z.string(),
  shares: z.array(z.object({ count: z.number(), units: z.string(), scale: z.number() })),
});

export type RfmMap = {
  /** The version of RFM whose borders it was counted by. */
  readonly version: number;
  /** When the counting was done. */
  readonly at: string;
  /** As in a tally. */
  readonly shares: readonly RfmShare[];
};

/** Written with the change that makes the borders serve. */
export const rfmMapPut = ({ version }: Rfm, { map }: RfmTally, at: string): Put => ({
  kind: 'put',
  table: 'marketing',
  item: {
    ...key,
    version,
    at,
    shares: map.map(({ count, money: { units, scale } }) => ({ count, units: `${units}`, scale })),
  },
});

export async function getRfmMap(table: Table): Promise<RfmMap | undefined> {
  const item = await table.get('marketing', key);
  if (item === undefined) return undefined;
  const { version, at, shares } = mapSchema.parse(item);
  return {
    version,
    at,
    shares: shares.map(({ count, units, scale }) => ({
      count,
      money: { units: BigInt(units), scale },
    })),
  };
}
