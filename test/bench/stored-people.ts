import { openWorld, type World } from '../../infra/local/world.ts';
import { systemClock } from '../../shared/adapters/embedded/clock.ts';
import { openDatabase } from '../../shared/adapters/embedded/database.ts';
import { EmbeddedTable } from '../../shared/adapters/embedded/table.ts';
import { hashOf } from '../../shared/adapters/embedded/table-rows.ts';
import type { Profile } from '../../shared/domain/profiles/profile.ts';
import { decidePerson } from '../../shared/domain/segments/person-decision.ts';
import type { Ruleset } from '../../shared/domain/segments/ruleset.ts';
import { newProfile, profileWrites } from '../../shared/stores/profiles.ts';
import { currentRuleset } from '../../shared/stores/segments.ts';
import { aPerson, dayMs, personId, start } from './people.ts';
import { admin } from './shop.ts';

/** The virtual clock of the worlds with stored people. */
export const clock = new Date(start).toISOString();

/** A shop's segments: facts, behaviour in windows, a date. */
export const rules: Readonly<Record<string, unknown>> = {
  'riga-regulars': {
    all: [
      { attribute: 'city', equals: 'Riga' },
      { did: 'Order Completed', within: 'P1Y', atLeast: 3 },
    ],
  },
  'good-customers': { did: 'Order Completed', sum: 'total', within: 'P1Y', atLeast: 150 },
  visitors: { did: 'Page Viewed', within: 'P30D', atLeast: 5 },
  'has-gone': {
    all: [
      { attribute: 'plan', equals: 'pro' },
      { last: 'Order Completed', olderThan: 'P180D' },
    ],
  },
  grown: { age: 'birthDate', atLeast: 25, atMost: 60 },
};

/** Of so many people one is due in each of the first minutes. */
export const dueOneIn = 100;
export const dueMinutes = 5;

/** More people than are ever stored. */
const most = 2 ** 28;

/** Different people; the others repeat their history under another id. */
const differentPeople = 1000;

/** Stores people on disk under a shop's segments, each with the membership and due instant the rules give. */
export async function storePeople(directory: string, count: number): Promise<void> {
  const world = await openWorld({ clock, directory });
  for (const [id, rule] of Object.entries(rules)) {
    await admin(world, 'PUT', `/admin/segments/${id}`, { name: id, rule });
    await world.settle();
  }
  const ruleset = await currentRuleset(world.ports.table, 'UTC');
  await world.close();
  const templates = Array.from({ length: differentPeople }, (_, index) =>
    settled(aPerson(index, ruleset), ruleset),
  );
  const database = openDatabase(`${directory}/perennial.sqlite`);
  const table = new EmbeddedTable({ database, clock: systemClock() });
  database.exec('BEGIN');
  for (const [position, index] of inOrderOfRows(count).entries()) {
    if (position % 10_000 === 9999) database.exec('COMMIT; BEGIN');
    const template = templates[index % differentPeople];
    if (template !== undefined) await store(table, template, index);
  }
  database.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
}

/** People by where their rows lie: a million stored at random take four times as long. */
function inOrderOfRows(count: number): Float64Array {
  // One number each, which sorts by the first part and keeps the second.
  const keys = Float64Array.from(
    { length: count },
    (_, index) => hashOf(personId(index)) * most + index,
  );
  return keys.sort().map((key) => key % most);
}

/** The person in the segments that the rules say. */
function settled(person: Profile, ruleset: Ruleset): Profile {
  const situation = { profile: person, inputs: [], ruleset, now: start, newId: () => '' };
  return decidePerson({ ...situation, everything: true }).profile;
}

async function store(table: EmbeddedTable, template: Profile, index: number): Promise<void> {
  const id = personId(index);
  const usual = Math.max(template.dueAt ?? 0, start + dayMs);
  // Earlier than the rules say: looked at for nothing, as after an input that moved the instant.
  const minute = index % dueOneIn;
  const dueAt = minute < dueMinutes ? start + minute * 60_000 + 30_000 : usual;
  const identifiers = { email: `person-${index}@example.com` };
  const [write] = profileWrites(newProfile(id, start), { ...template, id, dueAt, identifiers });
  if (write !== undefined) await table.write(write);
}

/** A pass of a new definition over everybody that changes nobody. */
export async function passOverAll(world: World, name: string): Promise<void> {
  const rule = {
    all: [
      { attribute: 'city', equals: name },
      { did: 'Page Viewed', within: 'P30D', atLeast: 5 },
    ],
  };
  await admin(world, 'PUT', `/admin/segments/${name}`, { name, rule });
  await world.settle();
  const { state } = await admin(world, 'GET', `/admin/segments/${name}`);
  if (state !== 'ready') throw new Error(`The pass ended with the segment ${String(state)}.`);
}
