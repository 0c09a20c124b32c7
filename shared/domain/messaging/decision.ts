import type { DeferredReason, WithheldReason } from './message.ts';

/** What is to happen with one message to one person now. */
export type Decision =
  | { readonly kind: 'send' }
  | { readonly kind: 'withheld'; readonly reason: WithheldReason }
  /** `until`: the instant of the next look, ms. */
  | { readonly kind: 'deferred'; readonly until: number; readonly reason: DeferredReason };
