import type { Profile } from '../profiles/profile.ts';
import { computedSpec } from '../rules/computed/computed.ts';
import { shownValue, valueAt } from '../rules/computed/computed-value.ts';
import type { Scalar } from '../rules/leaf.ts';
import { decodeLedger, readMetric } from '../rules/ledger/ledger.ts';
import type { Instant } from '../time/instant.ts';
import { findMetric } from './metric-registry.ts';
import type { Ruleset } from './ruleset.ts';

/** Computed values by id, as people see them; absent ones are left out. */
export type ComputedValues = Readonly<Record<string, Scalar>>;

/** A person's computed values at an instant, by the definitions that serve. */
export function computedValues(
  profile: Pick<Profile, 'ledger'>,
  { named, registry, companyTimeZone: zone }: Ruleset,
  now: Instant,
): ComputedValues {
  const ledger = decodeLedger(profile.ledger);
  const entries = named.computed.flatMap(({ id, serving }) => {
    const definition = serving?.definition;
    if (definition === undefined) return [];
    const metric = findMetric(registry, computedSpec(definition));
    const remembered = metric === undefined ? undefined : readMetric(ledger, metric.id);
    const value = valueAt(definition, remembered, { zone, now });
    return value === undefined ? [] : [[id, shownValue(definition, value)] as const];
  });
  return Object.fromEntries(entries);
}
