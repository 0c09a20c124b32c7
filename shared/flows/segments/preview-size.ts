import type { Profile } from '../../domain/profiles/profile.ts';
import { decodeLedger } from '../../domain/rules/ledger/ledger.ts';
import type { Rule } from '../../domain/rules/rule.ts';
import { estimateSize, shuffled } from '../../domain/segments/cluster-sample.ts';
import { fillMetrics } from '../../domain/segments/history.ts';
import { previewRule, type RulePreview } from '../../domain/segments/rule-preview.ts';
import type { Ruleset } from '../../domain/segments/ruleset.ts';
import { subjectOf } from '../../domain/segments/settled.ts';
import type { Ports } from '../../ports/ports.ts';
import type { Table } from '../../ports/table.ts';
import { inParallel } from '../../runtime/parallel.ts';
import { type ProfilePage, partsFor, type ScanPart, scanPatiently } from './parts-of-everybody.ts';
import { personHistory } from './person-history.ts';

/** How many people a rule is true of, and some of them. */
export type PreviewSize = {
  readonly size: number;
  /** Whether everybody was looked at. */
  readonly exact: boolean;
  /** People looked at. */
  readonly people: number;
  /** How far off `size` may be at 95 % confidence; 0 when exact. */
  readonly error: number;
  readonly sample: readonly Profile[];
};

export type PreviewLimits = {
  /** When more were looked at, the rest is estimated. */
  readonly people: number;
  readonly isOutOfTime: () => boolean;
};

const sampleSize = 10;
/** How parts are looked at: so many at once, of about so many people each. */
type Pace = { readonly parallel: number; readonly people: number };

const paceOfProfiles: Pace = { parallel: 8, people: 500 };
/** A history takes many times as long as a profile: the first parts must be done in the time of an answer. */
const paceOfHistories: Pace = { parallel: 2, people: 50 };
const parallelHistories = 25;
/** Without two parts nothing can be said of how parts differ. */
const fewestParts = 2;

type PartCount = {
  readonly order: number;
  readonly people: number;
  readonly found: number;
  readonly sample: readonly Profile[];
};

/**
 * Asks everybody by a rule that is not saved, part by part in a random order, until all are asked,
 * enough people are, or the time is over: then the parts that were finished stand for the rest.
 */
export async function previewSize(
  rule: Rule,
  ruleset: Ruleset,
  {
    ports,
    limits,
  }: { readonly ports: Pick<Ports, 'table' | 'clock'>; readonly limits: PreviewLimits },
): Promise<PreviewSize> {
  const { table, clock } = ports;
  const seed = JSON.stringify(rule);
  const scan = scanPatiently(ports);
  const preview = previewRule(rule, ruleset);
  const asking = { preview, ruleset, now: clock.now(), table, scan };
  const pace = preview.mayBeOpen ? paceOfHistories : paceOfProfiles;
  const parts = await partsFor(pace.people, scan, seed);
  const counts: PartCount[] = [];
  let people = 0;
  const isLate = (): boolean => counts.length >= fewestParts && limits.isOutOfTime();
  const isEnough = (): boolean => counts.length >= fewestParts && people > limits.people;
  const waiting = shuffled(parts, seed);
  let order = 0;
  const worker = async (): Promise<void> => {
    for (const part of waiting) {
      if (isLate() || isEnough()) return;
      const place = order++;
      const counted = await countPart({ part, parts }, asking, isLate);
      if (counted === undefined) return;
      counts.push({ order: place, ...counted });
      people += counted.people;
    }
  };
  await inParallel(Array.from({ length: pace.parallel }), pace.parallel, worker);
  const estimate = estimateSize(
    parts,
    counts.map(({ found }) => found),
  );
  counts.sort((one, other) => one.order - other.order);
  return {
    ...estimate,
    exact: counts.length === parts,
    people,
    sample: counts.flatMap(({ sample }) => sample).slice(0, sampleSize),
  };
}

type Asking = {
  readonly preview: RulePreview;
  readonly ruleset: Ruleset;
  readonly now: number;
  readonly table: Table;
  readonly scan: ScanPart;
};

/** One part, whole; undefined when it is given up because the time is over. */
async function countPart(
  { part, parts }: { readonly part: number; readonly parts: number },
  asking: Asking,
  isLate: () => boolean,
): Promise<Omit<PartCount, 'order'> | undefined> {
  let people = 0;
  let found = 0;
  const sample: Profile[] = [];
  let after: string | null = null;
  do {
    const page: ProfilePage = await asking.scan({ segment: part, segments: parts, after });
    const members = await membersAmong(page.profiles, asking, isLate);
    if (members === undefined) return undefined;
    people += page.profiles.length;
    found += members.length;
    sample.push(...members.slice(0, sampleSize - sample.length));
    after = page.after;
  } while (after !== null);
  return { people, found, sample };
}

async function membersAmong(
  profiles: readonly Profile[],
  asking: Asking,
  isLate: () => boolean,
): Promise<readonly Profile[] | undefined> {
  const { preview, ruleset, now, table } = asking;
  const members = new Set<Profile>();
  const open: Profile[] = [];
  for (const profile of profiles) {
    const holds = preview.ask(subjectOf(profile, decodeLedger(profile.ledger), ruleset), now);
    if (holds === undefined) open.push(profile);
    else if (holds) members.add(profile);
  }
  let isGivenUp = false;
  await inParallel(open, parallelHistories, async (profile) => {
    isGivenUp ||= isLate();
    if (isGivenUp) return;
    const ledger = decodeLedger(profile.ledger);
    const events = await personHistory(table, profile.id);
    fillMetrics(ledger, preview.missing(ledger), { events, now });
    if (preview.holds(subjectOf(profile, ledger, ruleset), now)) members.add(profile);
  });
  return isGivenUp ? undefined : profiles.filter((profile) => members.has(profile));
}
