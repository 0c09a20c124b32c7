import type { FilterImplOptions, Liquid } from 'liquidjs';

type FilterHandler = Exclude<FilterImplOptions, { readonly handler: unknown }>;

/** What an evaluation counts as, of the values that a template may make. */
const evaluationValues = 250;

/** What each item or character that a filter gets counts as, where that is more than one value. */
const itemValues: Readonly<Record<string, number>> = { sort: 25, sort_natural: 25, uniq: 25 };

/** What a character of a date's format counts as: names of days and months come slowly. */
const formatValues = 2_500;

/**
 * Limits filters by what they get: the library looks at no clock between the filters of an output, and
 * not all of its filters count what they make. A chain of thousands would hold up everybody's messages.
 */
export function chargeFilters(engine: Liquid): void {
  for (const [name, filter] of Object.entries(engine.filters)) {
    const values = itemValues[name] ?? 1;
    engine.registerFilter(
      name,
      typeof filter === 'function'
        ? charged(filter, values)
        : { ...filter, handler: charged(filter.handler, values) },
    );
  }
}

function charged(filter: FilterHandler, values: number): FilterHandler {
  const counted = asksEachItem(filter) ? chargedPerItem(filter) : filter;
  return function chargedFilter(value, ...args) {
    this.context.memoryLimit.use(1 + values * lengthOf(value));
    return counted.call(this, value, ...args);
  };
}

/** To be called with what `date` is to write, before it writes. */
export const formatCharge = (format: unknown): number => formatValues * lengthOf(format);

const lengthOf = (value: unknown): number =>
  typeof value === 'string' || Array.isArray(value) ? value.length : 0;

const asksEachItem = (filter: FilterHandler): boolean =>
  Object.prototype.toString.call(filter) === '[object GeneratorFunction]';

/** Filters that evaluate something for each item, such as `where_exp`. */
const chargedPerItem = (filter: FilterHandler): FilterHandler =>
  function* chargedFilter(value, ...args) {
    const steps: Iterator<unknown, unknown, unknown> = filter.call(this, value, ...args);
    let step = steps.next();
    while (step.done !== true) {
      this.context.memoryLimit.use(evaluationValues);
      step = steps.next(yield step.value);
    }
    return step.value;
  };
