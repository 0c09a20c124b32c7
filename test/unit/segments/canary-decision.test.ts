import { describe, expect, it } from 'vitest';
import { canaryDays, canaryId, canarySource } from '../../../shared/domain/canary/canary.ts';
import { expiryOf } from '../../../shared/domain/profiles/timeline-entry.ts';
import {
  decidePerson,
  type PersonSituation,
} from '../../../shared/domain/segments/person-decision.ts';
import { newProfile } from '../../../shared/stores/profiles.ts';
import { anInput } from '../tracking/an-input.ts';
import { compiled, rulesOf } from './rules-in-memory.ts';

const start = Date.parse('2026-11-25T12:00:00.000Z');
const ruleset = compiled(
  rulesOf({
    strangers: { not: { attribute: 'city', equals: 'Riga' } },
    idle: { not: { did: 'Order Completed', within: 'P30D' } },
    buyers: { did: 'Order Completed', within: 'P30D' },
  }),
);

const decide = (id: string, changes: Partial<PersonSituation> = {}) =>
  decidePerson({
    profile: newProfile(id, start),
    inputs: [],
    ruleset,
    now: start,
    newId: () => 'id',
    ...changes,
  });

const order = anInput({
  source: canarySource,
  identifiers: { externalId: 'x', email: 'x@example.com' },
  attributes: { city: 'Oslo' },
  consents: [{ topic: 'offers', channel: 'email', given: true }],
  event: { name: 'Order Completed', properties: { total: 10 } },
});

describe('the canary', () => {
  it('learns nothing, whatever is said of it, and is in no segment', () => {
    const first = decide(canaryId, { inputs: [order], everything: true });
    expect(first).toEqual({
      profile: {
        ...newProfile(canaryId, start),
        version: 1,
        updatedAt: '2026-11-25T12:00:00.000Z',
      },
      entries: [
        {
          id: 'id',
          profileId: canaryId,
          type: 'canary.captured',
          occurredAt: order.occurredAt,
          recordedAt: '2026-11-25T12:00:00.000Z',
          data: {},
        },
      ],
      members: [],
      moves: [],
      lists: { add: [], remove: [] },
      changed: true,
      more: false,
      behind: false,
    });
    // Of a person the same would be much.
    const person = decide('p-1', { inputs: [order] });
    expect(person.members.length).toBeGreaterThan(1);
    expect(person.profile.dueAt).toBeDefined();
  });

  it('is left alone by time, rules and lists', () => {
    const { profile } = decide(canaryId, { inputs: [order] });
    const lists = { add: ['fair'], remove: [] };
    for (const changes of [{ everything: true }, { lists }, { now: start + 400 * 86_400_000 }]) {
      const decision = decide(canaryId, { profile, ...changes });
      expect([decision.changed, decision.entries, decision.profile]).toEqual([false, [], profile]);
    }
  });

  it('is forgotten on the timeline after some days, though people’s leads stay', () => {
    const at = new Date(start).toISOString();
    const entry = { occurredAt: at, recordedAt: at };
    const days = start / 1000 + canaryDays * 86_400;
    expect(expiryOf({ ...entry, type: 'canary.captured' }, undefined)).toBe(days);
    expect(expiryOf({ ...entry, type: 'lead.captured' }, undefined)).toBeUndefined();
  });
});
