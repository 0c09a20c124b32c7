import { always, never } from '../rules/answer.ts';
import type { Membership, RuleDefinitions } from '../rules/compile.ts';
import type { ComputedDefinition } from '../rules/computed.ts';
import { type RfmCuts, type RfmSettings, rfmSettingsSchema } from '../rules/rfm.ts';

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

/**
 * A static list as stored. Who is in it says `id@version`: a list that is deleted and made again starts
 * empty.
 */
export type StaticList = {
  readonly id: string;
  readonly name: string;
  readonly version: number;
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

/** What rules name besides segments. */
export type Named = {
  readonly computed: readonly ComputedValue[];
  readonly lists: readonly StaticList[];
  /** Undefined until a rule or a marketer asks for it. */
  readonly rfm: Rfm | undefined;
};

/** How a person says that they are in a list. */
export const listMark = ({ id, version }: Pick<StaticList, 'id' | 'version'>): string =>
  `${id}@${version}`;

/** Whether a person is in a list; nobody is in one that is not there. */
export function listMembership(lists: readonly StaticList[]): (id: string) => Membership {
  const marks = new Map(lists.map((list) => [list.id, listMark(list)]));
  return (id) => {
    const mark = marks.get(id);
    return mark === undefined
      ? () => never
      : (subject) => (subject.lists.includes(mark) ? always : never);
  };
}

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
