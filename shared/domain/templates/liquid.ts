import { Liquid, LiquidError, type Template as LiquidNode } from 'liquidjs';
import { chargeFilters, formatCharge } from './charged-filters.ts';
import { missingNote } from './missing-values.ts';

/** Data of one rendering: what `{{ ... }}` can name. */
export type LiquidData = Readonly<Record<string, unknown>>;

/** When and where a rendering stands, so that `"now" | date` gives the same text every time. */
export type RenderingTime = {
  readonly now: number;
  readonly timeZone: string;
  /** Gets the paths of values that an output needs and the data lack. */
  readonly missing?: Set<string> | undefined;
};

/** A parsed source. Parse once, render for many people. */
export type LiquidSource = { readonly engine: Liquid; readonly nodes: readonly LiquidNode[] };

/**
 * `html` escapes every output, unless its author writes `| raw`; `json` escapes it for a JSON text, and
 * writes lists and objects as JSON; `plain` never does.
 */
export type LiquidKind = 'html' | 'plain' | 'json';

/** Tags that read other files. */
const refusedTags = ['include', 'render', 'layout', 'block'];

/** Filters that give another answer each time, or in the clock of the machine. */
const refusedFilters = [
  'sample',
  'date_to_xmlschema',
  'date_to_rfc822',
  'date_to_string',
  'date_to_long_string',
];

/** Against templates that would hold up everybody's messages: characters, milliseconds, values made. */
const limits = { parseLimit: 300_000, renderLimit: 300, memoryLimit: 10_000_000 };

/** Made when they are first needed: a text message has no HTML. */
const engines = new Map<LiquidKind, Liquid>();

function engineOf(kind: LiquidKind): Liquid {
  const engine = engines.get(kind) ?? makeEngine(kind);
  engines.set(kind, engine);
  return engine;
}

function makeEngine(kind: LiquidKind): Liquid {
  const engine = new Liquid({
    ...limits,
    strictFilters: true,
    ownPropertyOnly: true,
    locale: 'en-US',
    ...(kind === 'html' && { outputEscape: 'escape' as const }),
    ...(kind === 'json' && { outputEscape: escapedForJson }),
  });
  for (const tag of refusedTags) Reflect.deleteProperty(engine.tags, tag);
  for (const filter of refusedFilters) Reflect.deleteProperty(engine.filters, filter);
  const ofLibrary = engine.filters['date'];
  if (typeof ofLibrary !== 'function') throw new Error('Liquid has no filter "date".');
  engine.registerFilter('date', function dateOfRendering(value, format, timeZone) {
    this.context.memoryLimit.use(formatCharge(format));
    const { $now, $timeZone } = this.context.globals;
    const instant = value === 'now' || value === 'today' ? $now / 1000 : value;
    return ofLibrary.call(this, instant, format, timeZone ?? $timeZone);
  });
  // Its quotes are the JSON's own: they are not escaped.
  if (kind === 'json') {
    engine.registerFilter('json', { raw: true, handler: (value) => JSON.stringify(value ?? null) });
  }
  chargeFilters(engine);
  return engine;
}

function escapedForJson(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return JSON.stringify(value).slice(1, -1);
  return JSON.stringify(value) ?? '';
}

/** The parsed source, or what is wrong with it, where, and what to do. */
export function parseLiquid(
  kind: LiquidKind,
  source: string,
): { readonly source: LiquidSource } | { readonly error: string } {
  const engine = engineOf(kind);
  try {
    return { source: { engine, nodes: engine.parse(source) } };
  } catch (error) {
    if (error instanceof LiquidError || error instanceof Error) return { error: withFix(error) };
    throw error;
  }
}

/** Throws `RenderError` when the data does not fit the source or a limit is passed. */
export function renderLiquid(source: LiquidSource, data: LiquidData, time: RenderingTime): string {
  try {
    const globals = { $now: time.now, $timeZone: time.timeZone, [missingNote]: time.missing };
    return String(source.engine.renderSync([...source.nodes], data, { globals }));
  } catch (cause) {
    throw new RenderError(cause instanceof Error ? firstLine(cause) : String(cause), { cause });
  }
}

/** A template that cannot be rendered with somebody's data. */
export class RenderError extends Error {
  override readonly name: string = 'RenderError';
}

/** Values that the template needs and this person lacks, by path. */
export class MissingValues extends RenderError {
  override readonly name = 'MissingValues';
  readonly paths: readonly string[];

  constructor(paths: readonly string[]) {
    super(`there is no value for ${paths.join(', ')}`);
    this.paths = paths;
  }
}

/** Something that people must see is empty with this data; with other data it may not be. */
export class EmptyRendering extends RenderError {
  override readonly name = 'EmptyRendering';
}

const firstLine = (error: Error): string => error.message.split('\n')[0] ?? '';

/** Liquid's own words, with line and column, and the way out. */
function withFix(error: Error): string {
  const said = firstLine(error);
  return `${said}; ${fixOf(said)}`;
}

function fixOf(said: string): string {
  const tag = /tag "(\w+)" not found/.exec(said)?.[1];
  if (tag !== undefined && refusedTags.includes(tag)) {
    return `templates stand alone, so "${tag}" is not possible: put its content here`;
  }
  if (tag !== undefined) return 'use a tag of Liquid such as "if", "unless", "case" or "for"';
  if (said.includes('undefined filter')) {
    return 'use a filter of Liquid such as "default", "upcase" or "date"';
  }
  if (/^output .* not closed/.test(said)) return 'close it with "}}"';
  const isOpen = said.includes('{%') && !said.includes('%}') && !said.endsWith('}');
  if (said.startsWith('tag ') && isOpen) return 'close it with "%}"';
  if (said.includes('not closed'))
    return 'add its end tag, such as "{% endif %}" or "{% endfor %}"';
  if (said.includes('call stack')) return 'nest fewer tags in each other';
  if (said.includes('limit')) return 'make the template smaller';
  return 'correct this place';
}
