import {
  analyzeSync,
  CaseTag,
  type Context,
  EchoTag,
  IfTag,
  type Template as LiquidNode,
  Output,
  toValueSync,
  UnlessTag,
  type Value,
  type Variable,
} from 'liquidjs';

/** Where a rendering notes the paths of missing values. */
export const missingNote = '$missing';

/** Filters that say what is written for a value that is missing: `json` writes `null`. */
const excusing = ['default', 'json'];

/**
 * Makes every output note what it lacks: a variable that is undefined, null or '', or a result that
 * is. Not where a `default` says what to write, nor within a condition that asks about that very
 * variable. Liquid's own strict mode does not do: it throws at the first one, passes null and '', and
 * takes every condition for a default.
 */
export function noteMissing(
  nodes: readonly LiquidNode[],
  asked: ReadonlySet<string> = new Set(),
): void {
  for (const node of nodes) {
    const value = outputOf(node);
    if (value !== undefined) watch(value, asked);
    const within = isCondition(node) ? new Set([...asked, ...namesOf(node)]) : asked;
    const children = node.children?.(false, true);
    if (children !== undefined) noteMissing(toValueSync(children), within);
  }
}

const isCondition = (node: LiquidNode): boolean =>
  node instanceof IfTag || node instanceof UnlessTag || node instanceof CaseTag;

/** What a node writes; undefined when it is no output. */
function outputOf(node: LiquidNode): Value | undefined {
  if (node instanceof Output) return node.value;
  if (!(node instanceof EchoTag)) return undefined;
  const [value] = node.arguments();
  return value as Value | undefined; // `echo` has one value, or none
}

/** The variables of a node itself, without those of what stands within it. */
const variablesOf = (node: Pick<LiquidNode, 'arguments'>): readonly Variable[] => {
  const alone = { arguments: () => node.arguments?.() ?? [] } as LiquidNode; // all that is analysed
  return Object.values(analyzeSync([alone], { partials: false }).variables).flat();
};

const namesOf = (node: LiquidNode): readonly string[] => variablesOf(node).map(String);

function watch(value: Value, asked: ReadonlySet<string>): void {
  if (value.filters.some(({ name }) => excusing.includes(name))) return;
  const variables = variablesOf({ arguments: () => [value] }).filter(
    (variable) => !asked.has(String(variable)) && !isOfMessage(variable),
  );
  if (variables.length === 0) return;
  const resultOf = value.value.bind(value);
  value.value = function* (context, lenient) {
    // The library hands back what it is given.
    const result: unknown = yield resultOf(context, lenient);
    const note = context.globals[missingNote];
    if (note instanceof Set) {
      const absent = variables.filter((variable) => isMissing(valueOf(variable, context)));
      const isEmpty = isMissing(result) || (Array.isArray(result) && result.length === 0);
      const lacking = absent.length === 0 && isEmpty ? variables : absent;
      for (const variable of lacking) note.add(String(variable));
    }
    return result;
  };
}

/** What the message has and not the person: where it is absent, nothing is to be unsubscribed from. */
const isOfMessage = ({ segments: [root] }: Variable): boolean =>
  root === 'unsubscribeUrl' || root === 'preferencesUrl';

const isMissing = (value: unknown): boolean =>
  value === undefined || value === null || value === '';

const valueOf = ({ segments }: Variable, context: Context): unknown =>
  context.getSync(
    segments.map((segment) =>
      typeof segment === 'object' ? String(valueOf(segment, context)) : segment,
    ),
  );
