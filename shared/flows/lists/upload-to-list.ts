import { identifierKey } from '../../domain/identity/identifier.ts';
import type { StaticList } from '../../domain/lists/static-list.ts';
import type { ListChangeMessage } from '../../domain/lists/static-list-message.ts';
import {
  type ListUpload,
  type NamedRow,
  type RowError,
  readUpload,
  resolveRow,
} from '../../domain/lists/static-list-upload.ts';
import type { Ports } from '../../ports/ports.ts';
import type { Table } from '../../ports/table.ts';
import type { HttpAnswer } from '../../runtime/http/answer.ts';
import { Problem } from '../../runtime/problem.ts';
import { findOwners } from '../../stores/identities.ts';
import { getProfiles } from '../../stores/profiles.ts';
import { noteUpload } from '../../stores/static-lists.ts';

/** People of one message: one invocation changes them within seconds. */
const peopleAtOnce = 200;
/** Rows looked up together; profiles are read only for rows that need one. */
const rowsAtOnce = 1000;

/**
 * Takes an upload: whoever it names is put into the list or taken out of it as soon as the queue comes to
 * it, in the order of the uploads. Rows that name nobody are reported; with none that does, 422.
 */
export async function uploadToList(
  list: StaticList,
  upload: { readonly change: ListChangeMessage['change']; readonly body: ListUpload },
  ports: Ports,
): Promise<HttpAnswer> {
  const { table, queue, ids, clock, settings } = ports;
  const { change, body } = upload;
  const { rows, errors: unreadable } = readUpload(body, settings.defaultCountry);
  const { people, errors: unknown } = await findPeople(table, rows);
  const errors = [...unreadable, ...unknown].toSorted((one, other) => one.row - other.row);
  if (people.length === 0) {
    const detail = 'No row names somebody who is known here: see each row.';
    throw new Problem(422, detail, errors);
  }
  const contested = await noteUpload(table, list, { change, now: clock.now() });
  const message = { list: list.id, version: list.version, change, at: ids.next(), contested };
  const chunks = Array.from({ length: Math.ceil(people.length / peopleAtOnce) }, (_, index) =>
    people.slice(index * peopleAtOnce, (index + 1) * peopleAtOnce),
  );
  const messages = chunks.map((some) => ({
    body: { ...message, people: some } satisfies ListChangeMessage,
  }));
  await queue.send('list-changes', messages);
  return { status: 202, json: { accepted: people.length, errors } };
}

/** The people the rows name, each once. */
async function findPeople(
  table: Table,
  rows: readonly NamedRow[],
): Promise<{ readonly people: readonly string[]; readonly errors: readonly RowError[] }> {
  const people = new Set<string>();
  const errors: RowError[] = [];
  for (let from = 0; from < rows.length; from += rowsAtOnce) {
    const some = rows.slice(from, from + rowsAtOnce);
    const owners = await findOwners(
      table,
      some.flatMap(({ identifiers }) => identifiers),
    );
    const known = await getProfiles(table, [
      ...new Set(some.flatMap((row) => toRead(row, owners))),
    ]);
    for (const row of some) {
      const resolved = resolveRow(row, { owners, people: known });
      if ('person' in resolved) people.add(resolved.person);
      else errors.push(resolved.error);
    }
  }
  return { people: [...people], errors };
}

/** Profiles without which it is not certain whom a row means. */
function toRead(
  { identifiers, profile }: NamedRow,
  owners: ReadonlyMap<string, string>,
): readonly string[] {
  const given = profile === undefined ? [] : [profile];
  if (identifiers.length < 2) return given;
  return [...given, ...identifiers.flatMap((one) => owners.get(identifierKey(one)) ?? [])];
}
