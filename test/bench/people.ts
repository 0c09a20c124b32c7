import type { Profile } from '../../shared/domain/profiles/profile.ts';
import { encodeLedger } from '../../shared/domain/rules/ledger/ledger.ts';
import type { RfmModel } from '../../shared/domain/rules/rfm/rfm.ts';
import { type Rule, ruleSchema } from '../../shared/domain/rules/rule.ts';
import { type PastEvent, recordEvent } from '../../shared/domain/segments/history.ts';
import { withMetrics } from '../../shared/domain/segments/metric-registry.ts';
import {
  compileRuleset,
  neededMetrics,
  type Ruleset,
} from '../../shared/domain/segments/ruleset.ts';
import type { Segment } from '../../shared/domain/segments/segment.ts';
import { newProfile } from '../../shared/stores/profiles.ts';

export const dayMs = 86_400_000;

/** A Wednesday at noon in UTC. */
export const start = Date.parse('2026-11-25T12:00:00.000Z');

const orders = 10;
const pageViews = 40;

/** Mulberry32: the same numbers in every run. */
export function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Rules that serve, with all their metrics filled. */
export function rulesetOf(rules: Readonly<Record<string, unknown>>, model?: RfmModel): Ruleset {
  const segments = Object.entries(rules).map(([id, written]): Segment => {
    const rule: Rule = ruleSchema.parse(written);
    const at = new Date(start).toISOString();
    return {
      id,
      name: id,
      rule,
      version: 1,
      serving: { version: 1, rule },
      createdAt: at,
      updatedAt: at,
    };
  });
  const serving = model && { ...model, version: 1 };
  const rfm = serving && { ...serving, serving, sketched: undefined };
  const named = { computed: [], lists: [], rfm };
  const needs = neededMetrics({ ...named, segments }, 'UTC');
  const grown = withMetrics({ nextId: 1, metrics: [] }, needs);
  const registry = {
    ...grown,
    metrics: grown.metrics.map((metric) => ({ ...metric, filled: true })),
  };
  return compileRuleset({ ...named, revision: 1, settled: 1, segments, registry }, 'UTC');
}

const cities = ['Riga', 'Tallinn', 'Vilnius', 'Tartu', 'Kaunas', 'Liepaja', 'Narva', 'Jelgava'];
const languages = ['lv', 'et', 'lt', 'en'];
const plans = ['free', 'basic', 'plus', 'pro'];

/** 10 orders in two years and 40 page views in four months, whole minutes, oldest first. */
function pastOf(random: () => number): readonly PastEvent[] {
  const ago = (days: number): number =>
    start - Math.floor((random() * days * dayMs) / 60_000) * 60_000 - 60_000;
  const events: PastEvent[] = [];
  for (let order = 0; order < orders; order += 1) {
    const total = Math.round(random() * 15_000) / 100;
    const properties = { total, currency: 'EUR', order_id: `o-${order}` };
    events.push({ name: 'Order Completed', occurredAt: ago(730), properties });
  }
  for (let view = 0; view < pageViews; view += 1) {
    events.push({ name: 'Page Viewed', occurredAt: ago(120), properties: { name: 'Winter' } });
  }
  return events.sort((one, other) => one.occurredAt - other.occurredAt);
}

/** A person with 8 attributes, 10 orders and 40 page views, not stored yet and in no segment. */
export function aPerson(index: number, ruleset: Ruleset): Profile {
  const random = numbersFrom(index + 1);
  const pick = <One>(values: readonly One[]): One | undefined =>
    values[Math.floor(random() * values.length)];
  const ledger = { metrics: new Map() };
  for (const event of pastOf(random)) recordEvent(ledger, ruleset, event, start);
  const year = 1950 + Math.floor(random() * 55);
  const day = 1 + Math.floor(random() * 28);
  return {
    ...newProfile(personId(index), start - 700 * dayMs),
    identifiers: { email: `person-${index}@example.com` },
    attributes: {
      firstName: 'Anna',
      city: pick(cities),
      language: pick(languages),
      plan: pick(plans),
      points: Math.floor(random() * 1000),
      subscribed: random() < 0.5,
      birthDate: `${year}-06-${String(day).padStart(2, '0')}`,
      cars: [
        {
          model: random() < 0.5 ? '3' : 'S',
          boughtAt: `${2016 + Math.floor(random() * 10)}-05-02`,
        },
      ],
    },
    consents: {
      'offers/email': {
        given: true,
        at: new Date(start - 700 * dayMs).toISOString(),
        source: 'site',
      },
    },
    ledger: encodeLedger(ledger),
    updatedAt: new Date(start - dayMs).toISOString(),
  };
}

/** As a ULID: 26 characters. */
export const personId = (index: number): string => `01J${String(index).padStart(23, '0')}`;
