import type {
  DeferredReason,
  FailedReason,
  Message,
  WithheldReason,
} from '../../messaging/message.ts';
import { estimateSize } from '../../segments/cluster-sample.ts';

/**
 * What a pre-flight asks of everybody, in the order in which `decideMessage` gives its reasons; the
 * last step is the renderer's. Each person is lost at one step at most.
 */
export const preflightSteps = [
  'matched',
  'reachable',
  'consented',
  'not-suppressed',
  'in-time',
  'under-cap',
  'not-held-out',
  'rendered',
] as const;
export type PreflightStep = (typeof preflightSteps)[number];

/** Why somebody who matches would get nothing. */
export type LossReason = WithheldReason | FailedReason;

/** Why a message would not go out at once; `planned`: its instant is still to come. */
export type LaterReason = DeferredReason | 'planned';

export type PreflightOutcome =
  | { readonly kind: 'lost'; readonly reason: LossReason }
  | { readonly kind: 'now' }
  | { readonly kind: 'later'; readonly reason: LaterReason };

/** The step at which a reason loses somebody; the reasons of messages under way are nobody's before a launch. */
export function stepOf(reason: LossReason): PreflightStep {
  switch (reason) {
    case 'profile-gone':
    case 'no-address':
      return 'reachable';
    case 'no-consent':
      return 'consented';
    case 'suppressed':
      return 'not-suppressed';
    case 'too-late':
    case 'deadline':
      return 'in-time';
    case 'frequency-cap':
      return 'under-cap';
    case 'control-group':
    case 'holdout':
      return 'not-held-out';
    case 'missing-value':
    case 'render-error':
    case 'too-large':
      return 'rendered';
    case 'unless':
    case 'left-audience':
    case 'cancelled':
    case 'restored':
    case 'refused-by-provider':
    case 'no-answer':
      throw new Error(`Nobody is lost by ${reason} before a launch.`);
  }
}

/** What would become of a row that was decided as of the instant it is planned for. `now` in ms. */
export function outcomeOf(
  { state, reason, plannedAt }: Pick<Message, 'state' | 'reason' | 'plannedAt'>,
  now: number,
): PreflightOutcome {
  switch (state) {
    case 'withheld':
      // A row is withheld for no other reasons.
      return { kind: 'lost', reason: reason as WithheldReason };
    case 'deferred':
      return { kind: 'later', reason: reason as DeferredReason }; // as is a deferred one
    case 'reserved':
      return Date.parse(plannedAt) > now ? { kind: 'later', reason: 'planned' } : { kind: 'now' };
    case 'claimed':
    case 'unknown':
    case 'accepted':
    case 'delivered':
    case 'bounced':
    case 'complained':
    case 'rejected':
    case 'failed':
      throw new Error(`A row that was just decided cannot be ${state}.`);
  }
}

type Bucket = { people: number; readonly samples: string[] };

/** What was found among the people of one part of the audience. */
export type PreflightTally = {
  readonly buckets: Map<string, Bucket>;
  /** Messages that were rendered to see whether they can be, and those that cannot, by outcome and reason. */
  rendered: number;
  readonly unrendered: Map<string, Bucket>;
  readonly unrenderedOf: Map<string, number>;
};

export const newTally = (): PreflightTally => ({
  buckets: new Map(),
  rendered: 0,
  unrendered: new Map(),
  unrenderedOf: new Map(),
});

const maxSamples = 5;

const keyOf = (outcome: PreflightOutcome): string =>
  outcome.kind === 'now' ? 'now' : `${outcome.kind}:${outcome.reason}`;

/** Counts one person in. */
export const countOutcome = (
  { buckets }: PreflightTally,
  profileId: string,
  outcome: PreflightOutcome,
): void => addTo(buckets, keyOf(outcome), profileId);

/** Counts a message that was rendered, and the reason why it cannot be, if so. */
export function countRendered(
  tally: PreflightTally,
  message: { readonly profileId: string; readonly outcome: PreflightOutcome },
  reason: LossReason | undefined,
): void {
  tally.rendered += 1;
  if (reason === undefined) return;
  const key = keyOf(message.outcome);
  addTo(tally.unrendered, reason, message.profileId);
  tally.unrenderedOf.set(key, (tally.unrenderedOf.get(key) ?? 0) + 1);
}

function addTo(buckets: Map<string, Bucket>, key: string, profileId: string): void {
  const bucket = buckets.get(key) ?? { people: 0, samples: [] };
  buckets.set(key, bucket);
  bucket.people += 1;
  if (bucket.samples.length < maxSamples) bucket.samples.push(profileId);
}

/** One step: who came through it, and who was lost at it and why. */
export type FunnelStep = {
  readonly step: PreflightStep;
  readonly people: number;
  readonly lost: number;
  readonly reasons: Readonly<Record<string, number>>;
  /** Up to five of each reason: profile ids. */
  readonly samples: Readonly<Record<string, readonly string[]>>;
};

export type Funnel = {
  /** False: estimated from the parts that were looked at. */
  readonly exact: boolean;
  /** How far off the number of people who match may be at 95 % confidence; 0 when exact. */
  readonly error: number;
  /** People of the audience who were looked at. */
  readonly looked: number;
  /** Messages that were rendered to see whether they can be; their share of failures stands for all. */
  readonly rendered: number;
  readonly steps: readonly FunnelStep[];
  readonly now: { readonly people: number; readonly samples: readonly string[] };
  readonly later: Pick<FunnelStep, 'people' | 'reasons' | 'samples'>;
};

/** The funnel, from the parts that were looked at of all `parts`. */
export function funnelOf(parts: number, tallies: readonly PreflightTally[]): Funnel {
  const whole = mergeAll(tallies);
  const sizeOf = (key: string): number =>
    estimateSize(
      parts,
      tallies.map(({ buckets }) => buckets.get(key)?.people ?? 0),
    ).size;
  const matchedOf = ({ buckets }: PreflightTally): number =>
    [...buckets.values()].reduce((sum, { people }) => sum + people, 0);
  const sizes = new Map([...whole.buckets.keys()].map((key) => [key, sizeOf(key)]));
  const failing = failingAmong(whole, sizes);
  const losses = [...lossesOf(whole, sizes), ...failing.losses];
  // Of sizes that were rounded each, the sum is the whole.
  let people = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  const steps = preflightSteps.map((step): FunnelStep => {
    const at = losses.filter(({ reason }) => stepOf(reason) === step);
    const lost = at.reduce((sum, loss) => sum + loss.people, 0);
    people -= lost;
    return { step, people, lost, ...byReason(at) };
  });
  const sends = sendsOf(whole, sizes, failing.ofKey);
  const { error } = estimateSize(parts, tallies.map(matchedOf));
  return {
    exact: tallies.length >= parts,
    error,
    looked: matchedOf(whole),
    rendered: whole.rendered,
    steps,
    ...sends,
  };
}

type Reasoned<Reason> = Bucket & { readonly reason: Reason };

function mergeAll(tallies: readonly PreflightTally[]): PreflightTally {
  const whole = newTally();
  for (const tally of tallies) {
    whole.rendered += tally.rendered;
    for (const field of ['buckets', 'unrendered'] as const) {
      for (const [key, { people, samples }] of tally[field]) {
        const known = whole[field].get(key);
        whole[field].set(key, {
          people: (known?.people ?? 0) + people,
          samples: [...(known?.samples ?? []), ...samples].slice(0, maxSamples),
        });
      }
    }
    for (const [key, people] of tally.unrenderedOf) {
      whole.unrenderedOf.set(key, (whole.unrenderedOf.get(key) ?? 0) + people);
    }
  }
  return whole;
}

const reasonIn = (key: string): string => key.slice(key.indexOf(':') + 1);

const lossesOf = (
  { buckets }: PreflightTally,
  sizes: ReadonlyMap<string, number>,
): readonly Reasoned<LossReason>[] =>
  [...buckets].flatMap(([key, { samples }]) =>
    key.startsWith('lost:')
      ? // The key was made of such a reason.
        [{ reason: reasonIn(key) as LossReason, people: sizes.get(key) ?? 0, samples }]
      : [],
  );

/** The messages that cannot be rendered: the share among those that were stands for all. */
function failingAmong(
  { rendered, unrendered, unrenderedOf, buckets }: PreflightTally,
  sizes: ReadonlyMap<string, number>,
): {
  readonly losses: readonly Reasoned<LossReason>[];
  readonly ofKey: ReadonlyMap<string, number>;
} {
  const keys = [...buckets.keys()].filter((key) => !key.startsWith('lost:'));
  const sendable = keys.reduce((sum, key) => sum + (sizes.get(key) ?? 0), 0);
  const scale = rendered === 0 ? 0 : sendable / rendered;
  const losses = [...unrendered].map(([reason, { people, samples }]) => ({
    reason: reason as LossReason, // the key is one
    people: Math.round(people * scale),
    samples,
  }));
  const ofKey = new Map(
    [...unrenderedOf].map(([key, people]) => [key, Math.round(people * scale)] as const),
  );
  return { losses, ofKey };
}

function sendsOf(
  { buckets }: PreflightTally,
  sizes: ReadonlyMap<string, number>,
  failing: ReadonlyMap<string, number>,
): Pick<Funnel, 'now' | 'later'> {
  const left = (key: string): number =>
    Math.max(0, (sizes.get(key) ?? 0) - (failing.get(key) ?? 0));
  const waiting = [...buckets].flatMap(([key, { samples }]) =>
    key.startsWith('later:') ? [{ reason: reasonIn(key), people: left(key), samples }] : [],
  );
  return {
    now: { people: left('now'), samples: buckets.get('now')?.samples ?? [] },
    later: {
      people: waiting.reduce((sum, { people }) => sum + people, 0),
      ...byReason(waiting),
    },
  };
}

function byReason(buckets: readonly Reasoned<string>[]): Pick<FunnelStep, 'reasons' | 'samples'> {
  const some = buckets.filter(({ people }) => people > 0);
  return {
    reasons: Object.fromEntries(some.map(({ reason, people }) => [reason, people])),
    samples: Object.fromEntries(some.map(({ reason, samples }) => [reason, samples])),
  };
}
