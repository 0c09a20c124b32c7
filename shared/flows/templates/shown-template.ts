import type { Template } from '../../domain/templates/template.ts';
import { variablesOf } from '../../domain/templates/variables.ts';

/** A template as the API shows it: with the values that it names, which are not stored. */
export const shownTemplate = ({
  savedBy: _savedBy,
  ...template
}: Template): Template & { readonly variables: readonly string[] } => ({
  ...template,
  variables: variablesOf(template),
});
