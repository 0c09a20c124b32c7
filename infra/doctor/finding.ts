import type { Asked } from './asked.ts';

/** `unknown`: it could not be looked at, which is neither good nor bad. */
export const states = ['wrong', 'warning', 'unknown', 'ok'] as const;

export type State = (typeof states)[number];

/** What was looked at, how it is, and what to do: a command to copy stands on a line of its own, indented. */
export type Finding = {
  readonly check: string;
  readonly state: State;
  readonly what: string;
  /** Null: nothing is to be done. */
  readonly fix: string | null;
};

export const ok = (check: string, what: string): Finding => ({
  check,
  state: 'ok',
  what,
  fix: null,
});

export const warning = (check: string, what: string, fix: string): Finding => ({
  check,
  state: 'warning',
  what,
  fix,
});

export const wrong = (check: string, what: string, fix: string): Finding => ({
  check,
  state: 'wrong',
  what,
  fix,
});

export const unknown = (check: string, what: string, fix: string): Finding => ({
  check,
  state: 'unknown',
  what,
  fix,
});

/** Judges what was answered; what was not is `unknown`, with the permission that is missing. */
export function judged<Value>(
  check: string,
  asked: Asked<Value>,
  judge: (value: Value) => Finding | readonly Finding[],
): readonly Finding[] {
  if (asked.kind === 'known') return [judge(asked.value)].flat();
  const { why, permission } = asked;
  const again =
    permission === undefined
      ? 'Run the doctor again; when it stays so, the answer above says why.'
      : `Let who runs the doctor do this (IAM action): ${permission}`;
  const fix = asked.fix ?? again;
  return [unknown(check, why, fix)];
}

/** What somebody removed by hand; a deployment of an unchanged template does not look for it. */
export const madeAnew = (what: string): string =>
  `Somebody removed it by hand, which CloudFormation does not see: make ${what} anew by hand as it was, ` +
  'or leave it out of the template in one deployment and put it back in the next.';

/** A step in words, then the command to copy. */
export const command = (words: string, ...lines: readonly string[]): string =>
  [words, ...lines.map((line) => `  ${line}`)].join('\n');
