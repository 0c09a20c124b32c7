import type { Asked } from '../../../infra/doctor/asked.ts';
import type { Finding, State } from '../../../infra/doctor/finding.ts';

/** How each thing is that was looked at. */
export const statesOf = (findings: readonly Finding[]): Readonly<Record<string, State>> =>
  Object.fromEntries(findings.map(({ check, state }) => [check, state]));

/** What a call answers whom it is not allowed to. */
export const refused: Asked<never> = {
  kind: 'unknown',
  why: 'Not allowed: ses:GetAccount was refused.',
  permission: 'ses:GetAccount',
};

/** All that a report says of a finding, for words that must be in it. */
export const textOf = (findings: readonly Finding[]): string =>
  findings.map(({ what, fix }) => `${what}\n${fix ?? ''}`).join('\n');
