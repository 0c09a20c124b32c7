import type { Rule } from '../rules/rule.ts';
import { type Naming, namesIn } from './naming.ts';
import type { RulesetSource } from './ruleset.ts';

/** What a rule names that is not ready: a preview goes by what serves, where nobody has it yet. */
export function previewNotes(rule: Rule, source: RulesetSource): string[] {
  return [...new Set(namesIn(rule).flatMap((naming) => noteOn(naming, source)))];
}

function noteOn({ kind, id }: Naming, { segments, computed, rfm }: RulesetSource): string[] {
  const unserved = (all: readonly { readonly id: string; readonly serving: unknown }[]): boolean =>
    all.find((one) => one.id === id)?.serving === undefined;
  switch (kind) {
    case 'segment':
      return unserved(segments) ? [`Nobody is in segment "${id}" yet: it is being built.`] : [];
    case 'computed':
      return unserved(computed)
        ? [`Nobody has the computed value "${id}" yet: it is being built.`]
        : [];
    case 'rfm':
      return rfm?.serving?.cuts === undefined
        ? ['Nobody has RFM scores yet: they come once RFM is set up or a rule that asks is saved.']
        : [];
    case 'list':
      return [];
  }
}
