import { never } from './answer.ts';
import type { Compilation, RuleNode } from './compilation.ts';
import type { ComputedLeaf } from './leaf.ts';

/** Whether a computed value satisfies its conditions. */
export function computedNode(leaf: ComputedLeaf, compilation: Compilation): RuleNode {
  compilation.computed.add(leaf.computed);
  return () => never;
}
