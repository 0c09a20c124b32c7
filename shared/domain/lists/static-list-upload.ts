import * as z from 'zod';
import type { Identifier } from '../identity/identifier.ts';
import { givenIdentifiers, type KnownPerson, resolvePerson } from '../identity/resolution.ts';
import { readIdentifiers } from '../tracking/reading.ts';

/** Rows of one upload: everybody in them is looked up within one request. */
export const maxUploadRows = 10_000;
/** Bytes of one upload. */
export const maxUploadBytes = 2 * 1024 * 1024;

/** What names a person in an upload: at least one of them. */
export const rowNames = ['email', 'phone', 'externalId', 'profile'] as const;
type RowName = (typeof rowNames)[number];

/** Somebody as an upload names them. `row`: the line of a CSV file, else the position from 1. */
export type UploadRow = {
  readonly row: number;
  readonly path: string;
  readonly given: { readonly [Name in RowName]?: string | undefined };
};

/** Why a row was not taken, for the person who uploaded it. */
export type RowError = { readonly row: number; readonly path: string; readonly message: string };

/** An upload with its rows told apart: those that could be read, and the others. */
export type ListUpload = {
  readonly rows: readonly UploadRow[];
  readonly errors: readonly RowError[];
};

const rowSchema = z.strictObject({
  email: z.string().optional(),
  phone: z.string().optional(),
  externalId: z.string().optional(),
  profile: z.string().optional(),
});

/** Each row is judged for itself, so that one that cannot be read is reported and the others are kept. */
export const listUploadSchema = z
  .strictObject({
    identifiers: z
      .array(
        z.unknown().meta({
          description:
            'One person: { "email" }, { "phone" } (E.164, or a national number of the default country), ' +
            '{ "externalId" } or { "profile" }; several of them must name the same person.',
        }),
      )
      .min(1)
      .max(maxUploadRows),
  })
  .transform(({ identifiers }) => readRows(identifiers));

function readRows(identifiers: readonly unknown[]): ListUpload {
  const rows: UploadRow[] = [];
  const errors: RowError[] = [];
  for (const [index, value] of identifiers.entries()) {
    const at = { row: index + 1, path: `identifiers[${index}]` };
    const parsed = rowSchema.safeParse(value);
    if (parsed.success) rows.push({ ...at, given: parsed.data });
    else errors.push(...parsed.error.issues.flatMap((issue) => schemaErrors(issue, at)));
  }
  return { rows, errors };
}

/** Unknown names of one row that are told: an answer tells of every row, and may have 6 MB. */
const maxNamedKeys = 3;

type Place = Pick<RowError, 'row' | 'path'>;

function schemaErrors(issue: z.core.$ZodIssue, { row, path }: Place): RowError[] {
  if (issue.code === 'unrecognized_keys') {
    const message = `is not known here: use ${rowNames.join(', ')}`;
    return issue.keys
      .slice(0, maxNamedKeys)
      .map((key) => ({ row, path: `${path}.${key}`, message }));
  }
  const field = issue.path.map((part) => `.${String(part)}`).join('');
  return [{ row, path: `${path}${field}`, message: issue.message }];
}

/** A row whose identifiers are normalised. */
export type NamedRow = Place & {
  readonly identifiers: readonly Identifier[];
  readonly profile: string | undefined;
};

/** The rows that name somebody, and what is wrong with each of the others. */
export function readUpload(
  { rows, errors }: ListUpload,
  defaultCountry: string | undefined,
): { readonly rows: readonly NamedRow[]; readonly errors: readonly RowError[] } {
  const named: NamedRow[] = [];
  const wrong: RowError[] = [...errors];
  for (const { row, path, given } of rows) {
    const { profile, ...raw } = given;
    const { identifiers, issues } = readIdentifiers(raw, defaultCountry);
    const fieldPath = (name: PropertyKey): string =>
      path === '' ? String(name) : `${path}.${String(name)}`;
    const faults = issues.map((issue) => ({
      row,
      path: fieldPath(issue.path[0] ?? ''),
      message: issue.message,
    }));
    for (const [name, value] of Object.entries(given)) {
      if (value?.isWellFormed() === false) {
        faults.push({ row, path: fieldPath(name), message: 'is no well-formed Unicode' });
      }
    }
    const found = givenIdentifiers(identifiers);
    if (faults.length === 0 && found.length === 0 && !profile) {
      const message = `nobody is named: give at least one of ${rowNames.join(', ')}`;
      faults.push({ row, path, message });
    }
    if (faults.length > 0) wrong.push(...faults);
    else named.push({ row, path, identifiers: found, profile: profile?.trim() });
  }
  return { rows: named, errors: wrong };
}

/** Who is known: owners by identifier key, and people by id. */
export type Known = {
  readonly owners: ReadonlyMap<string, string>;
  readonly people: ReadonlyMap<string, KnownPerson>;
};

/** Whom a row means: exactly one person whom somebody has told us of. */
export function resolveRow(
  { row, path, identifiers, profile }: NamedRow,
  { owners, people }: Known,
): { readonly person: string } | { readonly error: RowError } {
  const given = Object.fromEntries(identifiers.map(({ kind, value }) => [kind, value]));
  const { person, conflicts } = resolvePerson(given, owners, people);
  const failed = (message: string) => ({ error: { row, path, message } });
  if (profile !== undefined && !people.has(profile)) return failed('there is no such profile');
  const owned = new Set([person, ...conflicts.map((one) => one.person)]);
  owned.delete(undefined);
  if (profile !== undefined) owned.add(profile);
  if (owned.size > 1) {
    const names = [...identifiers.map(({ kind }) => kind), ...(profile ? ['profile'] : [])];
    return failed(`names different people by ${names.join(', ')}: give each a row of their own`);
  }
  const meant = profile ?? person;
  if (meant !== undefined) return { person: meant };
  return failed(
    owned.size > 0
      ? 'names somebody who is known by something else: correct it or leave it out'
      : 'nobody is known by it',
  );
}
