import type { AlarmProps } from 'aws-cdk-lib/aws-cloudwatch';

/** The headings of `infra/runbook.md`: every alarm names the one that says what to do, step by step. */
export const runbooks = [
  'Dead letters',
  'A queue waits',
  'A function fails',
  'Nothing runs by the minute',
  'What is due waits',
  'The timeline is not published',
  'A provider refuses or does not answer',
  'A webhook is refused',
  'Bounces and complaints',
  'A backup was restored',
  'The quarantine holds something',
  'Requests fail',
  'Leads do not come through',
  'EventBridge does not deliver',
  'The account is at a limit',
] as const;

export type Runbook = (typeof runbooks)[number];

/** Where an alarm stands on the dashboard. */
export const alarmKinds = ['dead-letters', 'waiting', 'function', 'sending', 'platform'] as const;

export type AlarmKind = (typeof alarmKinds)[number];

/** One alarm, in the words of whoever it wakes. */
export type AlarmRow = {
  /** With the name of the stack before it, its name in CloudWatch: no two are the same. */
  readonly name: string;
  readonly kind: AlarmKind;
  /** What the business loses, as a sentence. */
  readonly loss: string;
  /** What was measured, as a sentence. */
  readonly seen: string;
  /** The first thing to do, as a sentence. */
  readonly todo: string;
  readonly runbook: Runbook;
  readonly when: Omit<AlarmProps, 'alarmName' | 'alarmDescription'>;
};

/** The text of an alarm's mail, of which CloudWatch takes 1024 characters. */
export const descriptionOf = ({ loss, seen, todo, runbook }: AlarmRow): string =>
  `${loss} ${seen} To do: ${todo} See "${runbook}" in infra/runbook.md.`;
