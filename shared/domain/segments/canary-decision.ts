import { canaryEvent } from '../canary/canary.ts';
import { noListsChange } from '../lists/static-list.ts';
import type { Profile } from '../profiles/profile.ts';
import { type Instant, isoInstant } from '../time/instant.ts';
import type { Input } from '../tracking/input.ts';

type Situation = {
  readonly profile: Profile;
  readonly inputs: readonly Input[];
  readonly now: Instant;
  readonly newId: () => string;
};

/**
 * What becomes of the canary: it is written and told of, as a person would be, and learns nothing. It is
 * in no segment and no list by any rule, nothing of it is counted, and it is never due.
 */
export function decideCanary({ profile, inputs, now, newId }: Situation) {
  const recordedAt = isoInstant(now);
  const changed = inputs.length > 0;
  const after = { ...profile, version: profile.version + 1, updatedAt: recordedAt };
  return {
    profile: changed ? after : profile,
    entries: inputs.map(({ occurredAt }) => {
      const entry = { id: newId(), profileId: profile.id, type: canaryEvent };
      return { ...entry, occurredAt, recordedAt, data: {} };
    }),
    members: [],
    moves: [],
    lists: noListsChange,
    changed,
    more: false,
    behind: false,
  };
}
