import type { StaticList } from '../lists/static-list.ts';
import type { RuleDefinitions } from '../rules/compile.ts';
import type { ComputedDefinition } from '../rules/computed/computed.ts';
import { type RfmCuts, type RfmSettings, rfmSettingsSchema } from '../rules/rfm/rfm.ts';

/**
 * A computed value as stored. Like a segment's, its old definition serves until a pass has applied the
 * new one to everybody; absent: nobody has the value yet.
 */
export type ComputedValue = {
  readonly id: string;
  readonly name: string;
  /** Undefined while it is being deleted. */
  readonly definition: ComputedDefinition | undefined;
  /** The revision of the rules at which the definition was written. */
  readonly version: number;
  readonly serving:
    | { readonly version: number; readonly definition: ComputedDefinition }
    | undefined;
  readonly createdAt: string;
  readonly updatedAt: string;
};

/** RFM as stored, with the cut points that come and, until they serve, the ones that do. */
export type Rfm = {
  readonly settings: RfmSettings;
  /** Absent until everybody has been looked at once. */
  readonly cuts: RfmCuts | undefined;
  /** When the cuts were decided on, or that there are none to be had yet. */
  readonly cutAt?: string | undefined;
  readonly version: number;
  readonly serving:
    | {
        readonly version: number;
        readonly settings: RfmSettings;
        readonly cuts: RfmCuts | undefined;
      }
    | undefined;
  /** What the last pass found: tomorrow's cuts. */
  readonly sketched: RfmCuts | undefined;
};

/** RFM as the first rule that asks for it finds it: the usual orders, and no cuts yet. */
export const firstRfm = (version: number): Rfm => ({
  settings: rfmSettingsSchema.parse({}),
  cuts: undefined,
  version,
  serving: undefined,
  sketched: undefined,
});

/** Computed values, and static lists, a company may have. */
export const maxNamed = 200;

/** What rules name besides segments. */
export type Named = {
  readonly computed: readonly ComputedValue[];
  readonly lists: readonly StaticList[];
  /** Undefined until a rule or a marketer asks for it. */
  readonly rfm: Rfm | undefined;
};

/** What words mean to those who go by what serves now. */
export function servingDefinitions(named: Named, companyTimeZone: string): RuleDefinitions {
  const byId = new Map(named.computed.map(({ id, serving }) => [id, serving?.definition]));
  return { companyTimeZone, computed: (id) => byId.get(id), rfm: named.rfm?.serving };
}

/** What words mean to those who go by what comes. */
export function nextDefinitions(named: Named, companyTimeZone: string): RuleDefinitions {
  const byId = new Map(named.computed.map(({ id, definition }) => [id, definition]));
  return { companyTimeZone, computed: (id) => byId.get(id), rfm: named.rfm };
}
