import type { Message } from './message.ts';

/** Why people get nothing so that others can be compared with them. */
export const heldOutReasons = ['holdout', 'control-group'] as const;
export type HeldOutReason = (typeof heldOutReasons)[number];

/** Whose group of comparison a row stands for; undefined: it is compared with nobody. */
export const heldOutReason = ({
  state,
  reason,
}: Pick<Message, 'state' | 'reason'>): HeldOutReason | undefined =>
  state === 'withheld' ? heldOutReasons.find((one) => one === reason) : undefined;
