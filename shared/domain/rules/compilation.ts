import type { Instant } from '../time/instant.ts';
import type { Answer } from './answer.ts';
import type { ComputedDefinition } from './computed/computed.ts';
import type { Ledger } from './ledger/ledger.ts';
import { longerRetention, type MetricSpec, metricKey } from './ledger/metric.ts';
import type { RfmModel } from './rfm/rfm.ts';

/** A person as rules see them. */
export type Subject = {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly identifiers: Readonly<Record<string, unknown>>;
  readonly id: string;
  /** The person's own zone, or the company's for a person without one. */
  readonly timeZone: string;
  /** The static lists the person is in, as `id@version`. */
  readonly lists: readonly string[];
  readonly ledger: Ledger;
};

export type Membership = (subject: Subject, now: Instant) => Answer;

/** What the words of a rule mean, whoever asks. */
export type RuleDefinitions = {
  readonly companyTimeZone: string;
  /** Absent, or without an answer: nobody has such a value. */
  readonly computed?: (id: string) => ComputedDefinition | undefined;
  /** Absent: nobody has scores. */
  readonly rfm?: RfmModel | undefined;
  /** The longest time between a trigger and its last check, in days; null or absent: unbounded. */
  readonly triggerDays?: number | null;
};

/** What rules find around them. */
export type RuleContext = RuleDefinitions & {
  readonly metricId: (spec: MetricSpec) => number;
  readonly segment: (id: string) => Membership;
  /** Without it, a rule that names a list must have been refused before. */
  readonly list?: (id: string) => Membership;
  /**
   * The name of the event that triggers, for `"since": "trigger"`: events of that name count when
   * they are later than the trigger, others from the trigger's instant on.
   */
  readonly triggerEvent?: string;
};

export type RuleNeeds = {
  readonly metrics: readonly MetricSpec[];
  /** Top-level names of attributes and identifiers, `timeZone` too where the person's zone matters. */
  readonly attributes: ReadonlySet<string>;
  readonly segments: ReadonlySet<string>;
  readonly lists: ReadonlySet<string>;
  /** Computed values by id. */
  readonly computed: ReadonlySet<string>;
  /** Whether it asks for RFM scores. */
  readonly rfm: boolean;
};

export type CompiledRule = RuleNeeds & {
  /** Pure. `triggeredAt` is required where the rule says `"since": "trigger"`. */
  readonly evaluate: (subject: Subject, now: Instant, triggeredAt?: Instant) => Answer;
};

export type RuleNode = (subject: Subject, now: Instant, triggeredAt: Instant | undefined) => Answer;

/** What compiling gathers on its way through a rule. */
export type Compilation = {
  readonly context: RuleContext;
  readonly metrics: Map<string, MetricSpec>;
  readonly attributes: Set<string>;
  readonly segments: Set<string>;
  readonly lists: Set<string>;
  readonly computed: Set<string>;
  rfm: boolean;
};

/** Whose calendar a leaf counts on. */
export function zoneReader(
  timeZone: string | undefined,
  { context, attributes }: Compilation,
): (subject: Subject) => string {
  if (timeZone === 'person') {
    attributes.add('timeZone');
    return (subject) => subject.timeZone;
  }
  const fixed = timeZone ?? context.companyTimeZone;
  return () => fixed;
}

/** Gathers what a leaf needs remembered; answers the id under which it is. */
export function registerMetric(spec: MetricSpec, { context, metrics }: Compilation): number {
  const key = metricKey(spec);
  const known = metrics.get(key);
  const retentionDays = longerRetention(
    spec.retentionDays,
    known === undefined ? spec.retentionDays : known.retentionDays,
  );
  metrics.set(key, { ...spec, retentionDays });
  return context.metricId(spec);
}
