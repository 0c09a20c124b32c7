import type { FilterImplOptions, Liquid } from 'liquidjs';

type FilterHandler = Exclude<FilterImplOptions, { readonly handler: unknown }>;

/** What an evaluation counts as, of the values that a template may make. */
const evaluationValues = 250;

/**
 * Limits filters that evaluate something for each item, such as `where_exp`: the library looks at no
 * clock between the items, so many of them would hold up everybody's messages.
 */
export function chargeEvaluations(engine: Liquid): void {
  for (const [name, filter] of Object.entries(engine.filters)) {
    if (typeof filter === 'function' && asksEachItem(filter)) {
      engine.registerFilter(name, charged(filter));
    }
  }
}

const asksEachItem = (filter: FilterHandler): boolean =>
  Object.prototype.toString.call(filter) === '[object GeneratorFunction]';

const charged = (filter: FilterHandler): FilterHandler =>
  function* chargedFilter(value, ...args) {
    const steps: Iterator<unknown, unknown, unknown> = filter.call(this, value, ...args);
    let step = steps.next();
    while (step.done !== true) {
      this.context.memoryLimit.use(evaluationValues);
      step = steps.next(yield step.value);
    }
    return step.value;
  };
