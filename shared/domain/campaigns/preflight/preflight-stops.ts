import type { LaunchLimits } from '../../messaging/policy/launch-limits.ts';
import type { FunnelStep, PreflightStep } from './preflight.ts';

/** Why a campaign must not be launched as it stands: the step, and what is wrong in a sentence. */
export type PreflightStop = {
  readonly step: PreflightStep;
  readonly message: string;
  readonly people: number;
  readonly lost: number;
};

/** What stops a launch: nobody to send to once, too many, or too many lost at a step. Who is left out on purpose is no loss. */
export function stopsOf(
  steps: readonly FunnelStep[],
  { limits = {}, isOnce }: { readonly limits?: LaunchLimits | undefined; readonly isOnce: boolean },
): readonly PreflightStop[] {
  const stops: PreflightStop[] = [];
  const [matched] = steps;
  if (matched === undefined) return stops;
  const { people } = matched;
  const { audience, loss } = limits;
  if (people === 0 && isOnce) stops.push({ ...pick(matched), message: matchesNobody });
  if (audience !== undefined && people > audience) {
    const message = `${people} people match, and the limit is ${audience}: narrow the audience, or raise the limit.`;
    stops.push({ ...pick(matched), message });
  }
  if (loss === undefined) return stops;
  for (const step of steps) {
    const before = step.people + step.lost;
    if (step.step === 'not-held-out' || before === 0 || step.lost <= loss * before) continue;
    const share = `${percent(step.lost / before)} of ${before} people`;
    const message = `"${step.step}" loses ${share}, and the limit is ${percent(loss)}: ${fixes[step.step]}, or raise the limit.`;
    stops.push({ ...pick(step), message });
  }
  return stops;
}

const matchesNobody =
  'The audience matches nobody: change its segments, or wait until somebody is in them.';

const pick = ({ step, people, lost }: FunnelStep) => ({ step, people, lost });

const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`;

const fixes: Readonly<Record<PreflightStep, string>> = {
  matched: 'change the audience',
  reachable: 'take a channel that reaches them, or narrow the audience',
  consented: 'ask for consent first, or narrow the audience',
  'not-suppressed': 'narrow the audience',
  'in-time': 'choose a later time or a longer deadline',
  'under-cap': 'defer what is over the cap, or choose a later time',
  'not-held-out': 'hold out fewer',
  rendered: 'give the template defaults for what is missing',
};
