import { analyzeSync, type Variable } from 'liquidjs';
import { parseLiquid } from './liquid.ts';
import { type TemplateContent, wordsOfAll } from './template.ts';
import { kindOf, type SourceField } from './template-source.ts';
import { sourcesOf, type Words } from './template-words.ts';

/** A value that a template names, as the steps to it: names, numbers, and null for one known only later. */
export type ValuePath = readonly (string | number | null)[];

/** A value of its data that a template names, and the field that does. */
type Mention = {
  readonly words: Words;
  readonly field: SourceField;
  readonly variable: Variable;
};

/** What `{{ ... }}` can name. */
const roots = ['profile', 'event', 'campaign', 'unsubscribeUrl', 'preferencesUrl'] as const;

/** The values of its data that a template names, in all its languages, each once. */
export function pathsOf(content: TemplateContent): readonly ValuePath[] {
  const paths = new Map(
    mentionsIn(content).map(({ variable }) => [String(variable), pathOf(variable)] as const),
  );
  return [...paths.values()];
}

/** The values of its data that a template names, as it writes them, sorted. */
export const variablesOf = (content: TemplateContent): readonly string[] =>
  [...new Set(mentionsIn(content).map(({ variable }) => String(variable)))].toSorted();

/** Variables that stand for nothing that messages have, each with a field that names it. */
export const unknownVariables = (
  content: TemplateContent,
): readonly (Omit<Mention, 'variable'> & { readonly name: string })[] =>
  mentionsIn(content)
    .filter(({ variable: { segments } }) => !roots.some((root) => root === segments[0]))
    .map(({ variable, ...place }) => ({ ...place, name: String(variable) }));

/** Whether the template can ever write the value at this path. */
export const namesPath = (paths: readonly ValuePath[], path: readonly string[]): boolean =>
  paths.some((used) => {
    const known = used.slice(0, used.includes(null) ? used.indexOf(null) : undefined);
    return known.length <= path.length && known.every((step, at) => step === path[at]);
  });

const mentionsIn = (content: TemplateContent): readonly Mention[] =>
  wordsOfAll(content).flatMap((words) =>
    sourcesOf(words).flatMap(([field, source]) =>
      globalsOf(field, source).map((variable) => ({ words, field, variable })),
    ),
  );

function globalsOf(field: SourceField, source: string): readonly Variable[] {
  const parsed = parseLiquid(kindOf(field), source);
  if ('error' in parsed) return [];
  const found = analyzeSync([...parsed.source.nodes], { partials: false });
  // A name that the template itself gives a value, before or after, is its own.
  return Object.entries(found.globals).flatMap(([root, variables]) =>
    Object.hasOwn(found.locals, root) ? [] : variables,
  );
}

const pathOf = ({ segments }: Variable): ValuePath =>
  segments.map((segment) => (typeof segment === 'object' ? null : segment));
