import { never } from './answer.ts';
import type { Compilation, RuleNode } from './compilation.ts';
import type { RfmLeaf } from './leaf.ts';

/** Whether a person's scores, or the cell they are in, are those asked for. */
export function rfmNode(_leaf: RfmLeaf, compilation: Compilation): RuleNode {
  compilation.rfm = true;
  return () => never;
}
