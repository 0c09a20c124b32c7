import {
  computedDefinitionSchema,
  computedSpec,
} from '../../../shared/domain/rules/computed/computed.ts';
import { computedValue } from '../../../shared/domain/rules/computed/computed-value.ts';
import {
  addEvent,
  decodeLedger,
  encodeLedger,
  foldLedger,
  type Ledger,
  readMetric,
} from '../../../shared/domain/rules/ledger/ledger.ts';
import { matchEvent } from '../../../shared/domain/rules/ledger/metric.ts';

export const dayMs = 86_400_000;
export const now = Date.parse('2026-11-21T10:00:00Z');

export type Event = readonly [at: string, properties?: object];

export const parse = (definition: object) =>
  computedDefinitionSchema.parse({ event: 'Order Completed', ...definition });

/** The ledger of somebody whose past is folded as soon as it may be. */
export function ledgerOf(definition: object, events: Iterable<Event>): Ledger {
  const spec = computedSpec(parse(definition));
  const ledger = decodeLedger(undefined);
  for (const [at, properties] of events) {
    const match = matchEvent(spec, { ...properties });
    if (match !== undefined) addEvent(ledger, 1, spec, Date.parse(at), match);
    foldLedger(ledger, 1, spec, now);
  }
  return decodeLedger(encodeLedger(ledger));
}

/** The value at 10:00 UTC on 21 November 2026, and the instant at which it changes. */
export function valueOf(definition: object, events: readonly Event[], zone = 'Europe/Riga') {
  const metric = readMetric(ledgerOf(definition, events), 1);
  const { value, until } = computedValue(parse(definition), metric, { zone, now });
  return [value, Number.isFinite(until) ? new Date(until).toISOString() : 'ever'];
}

export const bought = (category: unknown) => ({ category });
