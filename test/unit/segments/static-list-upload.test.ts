import { describe, expect, it } from 'vitest';
import { readListCsv } from '../../../shared/domain/lists/static-list-csv.ts';
import {
  listUploadSchema,
  maxUploadRows,
  type NamedRow,
  readUpload,
  resolveRow,
} from '../../../shared/domain/lists/static-list-upload.ts';

/** The rows that can be read, as `row: kind value`, and the faults of the others. */
const shown = (reading: ReturnType<typeof readUpload>) => ({
  rows: reading.rows.map(({ row, identifiers, profile }) => {
    const named = identifiers.map(({ kind, value }) => `${kind} ${value}`);
    return `${row}: ${[...named, ...(profile === undefined ? [] : [`profile ${profile}`])].join(', ')}`;
  }),
  errors: reading.errors.map(({ row, path, message }) => `${row} ${path}: ${message}`),
});

const fromCsv = (text: string, country?: string) => {
  const reading = readListCsv(text);
  return reading.ok ? shown(readUpload(reading.value, country)) : reading.issues;
};
const fromJson = (identifiers: unknown, country?: string) =>
  shown(readUpload(listUploadSchema.parse({ identifiers }), country));

const three = ['2: email anna@example.com', '3: email boris@example.com'];

describe('a CSV upload', () => {
  it.each([
    ['as databases write it', 'email\nanna@example.com\nboris@example.com\n'],
    ['without a last line end', 'email\nanna@example.com\nboris@example.com'],
    ['of Windows', 'email\r\nanna@example.com\r\nboris@example.com\r\n'],
    ['of old Macs', 'email\ranna@example.com\rboris@example.com\r'],
    ['with a byte order mark', '\uFEFFemail\r\nanna@example.com\r\nboris@example.com\r\n'],
    ['in quotes', '"email"\n"anna@example.com"\n"boris@example.com"\n'],
    ['with a mark and quotes', '\uFEFF"email"\n"anna@example.com"\n"boris@example.com"\n'],
    ['with spaces around', ' Email \n anna@example.com \n BORIS@example.com\n'],
    ['of Excel in Europe', 'email;phone\nanna@example.com;\nboris@example.com;\n'],
    ['with tabs', 'email\tphone\nanna@example.com\t\nboris@example.com\t\n'],
    ['with cells left off', 'email,phone,externalId\nanna@example.com\nboris@example.com,\n'],
  ])('%s is read', (_, text) => {
    expect(fromCsv(text)).toEqual({ rows: three, errors: [] });
  });

  it('may name people by each of four columns, in any order and any case', () => {
    const text =
      'PROFILE,externalid,Phone,email\n01JD,,,\n,c-42,,\n,,+371 20 000 000,\n,,,a@b.eu\n';
    expect(fromCsv(text)).toEqual({
      rows: ['2: profile 01JD', '3: externalId c-42', '4: phone +37120000000', '5: email a@b.eu'],
      errors: [],
    });
  });

  it('keeps delimiters, quotes and line ends that stand within quotes', () => {
    const text = 'externalId;email\n"c;1";\n"c ""2""";\n"c\n3";\nc-4;';
    expect(fromCsv(text)).toEqual({
      rows: ['2: externalId c;1', '3: externalId c "2"', '5: externalId c\n3', '6: externalId c-4'],
      errors: [],
    });
  });

  it('counts empty lines and reads none of them', () => {
    const text = '\nemail\n\nanna@example.com\n\n\nnobody\n';
    expect(fromCsv(text)).toEqual({
      rows: ['4: email anna@example.com'],
      errors: ['7 email: is not an email address, such as anna@example.com'],
    });
  });

  it('reports each row that cannot be read by its line, and keeps the others', () => {
    const text = [
      'email;phone',
      'anna@example.com;',
      'anna@;',
      ';12',
      ';',
      'nobody;20000000',
      ';20000000;x',
      'an"na@example.com;',
      ';20000000',
    ].join('\r\n');
    const email = 'email: is not an email address, such as anna@example.com';
    expect(fromCsv(text)).toEqual({
      rows: ['2: email anna@example.com'],
      errors: expect.arrayContaining([
        `3 ${email}`,
        expect.stringMatching(/^4 phone: is not a phone number/),
        expect.stringMatching(/^5 : nobody is named/),
        `6 ${email}`,
        expect.stringMatching(/^6 phone: is not a phone number: it must begin with \+/),
        '7 : has 3 cells, and the first row names 2',
        `8 ${email}`,
        expect.stringMatching(/^9 phone/),
      ]),
    });
  });

  it('reads national numbers of the default country', () => {
    expect(fromCsv('phone\n20000000\n+49 30 123456\n0\n', 'LV')).toEqual({
      rows: ['2: phone +37120000000', '3: phone +4930123456'],
      errors: ['4 phone: is not a phone number: it must begin with + or be a number of LV'],
    });
  });

  it('says from where on an open quote swallows everything', () => {
    expect(fromCsv('email\nanna@example.com\n"boris@example.com\nclara@example.com\n')).toEqual({
      rows: ['2: email anna@example.com'],
      errors: ['3 : opens a quote that is never closed: nothing from here on could be read'],
    });
  });

  it.each([
    ['', [], /is empty.*email, phone, externalId, profile/],
    ['\n\n', [], /is empty/],
    ['email\n', [], /names nobody/],
    ['e-mail\nanna@example.com', ['header'], /"e-mail".*email, phone, externalId, profile/],
    ['email,city\nanna@example.com,Riga', ['header'], /"city".*email, phone, externalId, profile/],
    ['anna@example.com\nboris@example.com', ['header'], /"anna@example\.com"/],
    ['email,Email\na@b.eu,b@b.eu', ['header'], /twice/],
    ['email,\na@b.eu,', ['header'], /""/],
    [`email\n${'a@b.eu\n'.repeat(maxUploadRows + 1)}`, [], /more than 10000 rows/],
  ])('is refused whole when its first row or size is not taken: %j', (text, path, message) => {
    expect(fromCsv(text)).toEqual([{ path, message: expect.stringMatching(message) }]);
  });

  it('takes as many rows as it says', () => {
    const reading = readListCsv(`email\n${'a@b.eu\n'.repeat(maxUploadRows)}`);
    expect(reading.ok && reading.value.rows.length).toBe(maxUploadRows);
  });
});

describe('a JSON upload', () => {
  it('reports each entry that cannot be read by its position, and keeps the others', () => {
    const entries = [
      { email: 'Anna@Example.com' },
      { email: 'nobody' },
      { email: 7 },
      { city: 'Riga' },
      {},
      null,
      'anna@example.com',
      { phone: '20000000' },
      { externalId: ' ' },
      { externalId: 'half a pair \ud800' },
      { email: 'x@example.com', externalId: 'c-1' },
      { profile: '01JD' },
    ];
    const { rows, errors } = fromJson(entries);
    expect(rows).toEqual([
      '1: email anna@example.com',
      '11: externalId c-1, email x@example.com',
      '12: profile 01JD',
    ]);
    expect(errors.map((text) => text.slice(0, text.indexOf(':'))).toSorted()).toEqual(
      [
        '2 identifiers[1].email',
        '3 identifiers[2].email',
        '4 identifiers[3].city',
        '5 identifiers[4]',
        '6 identifiers[5]',
        '7 identifiers[6]',
        '8 identifiers[7].phone',
        '9 identifiers[8].externalId',
        '10 identifiers[9].externalId',
      ].toSorted(),
    );
  });

  it.each([[{}], [{ identifiers: [] }], [{ identifiers: {} }], [{ identifiers: [{}], more: 1 }]])(
    'is refused whole when it is no list: %j',
    (body) => {
      expect(listUploadSchema.safeParse(body).success).toBe(false);
    },
  );
});

describe('whom a row means', () => {
  const owners = new Map([
    ['email#anna@example.com', 'anna'],
    ['phone#+37120000001', 'anna'],
    ['phone#+37120000002', 'boris'],
    ['externalId#c-2', 'boris'],
  ]);
  const people = new Map([
    ['anna', { id: 'anna', identifiers: { email: 'anna@example.com', phone: '+37120000001' } }],
    ['boris', { id: 'boris', identifiers: { externalId: 'c-2', email: 'boris@example.com' } }],
  ]);
  const email = (value: string) => ({ kind: 'email', value }) as const;
  const phone = (last: number) => ({ kind: 'phone', value: `+3712000000${last}` }) as const;
  const externalId = (value: string) => ({ kind: 'externalId', value }) as const;
  const anna = email('anna@example.com');

  const resolved = (identifiers: NamedRow['identifiers'], profile?: string) =>
    resolveRow({ row: 3, path: 'identifiers[2]', identifiers, profile }, { owners, people });

  it.each<[string, NamedRow['identifiers'], string | undefined, string]>([
    ['an email', [anna], undefined, 'anna'],
    ['several that agree', [anna, phone(1)], undefined, 'anna'],
    ['a known and an unknown one', [anna, phone(9)], undefined, 'anna'],
    ['a profile', [], 'boris', 'boris'],
    ['a profile and what is its own', [externalId('c-2')], 'boris', 'boris'],
  ])('is one person by %s', (_, identifiers, profile, person) => {
    expect(resolved(identifiers, profile)).toEqual({ person });
  });

  it.each<[string, NamedRow['identifiers'], string | undefined, string]>([
    ['an unknown email', [email('x@example.com')], undefined, 'nobody is known'],
    ['two unknown', [email('x@example.com'), phone(9)], undefined, 'nobody is known'],
    ['an unknown profile', [], 'clara', 'no such profile'],
    ['two people', [anna, phone(2)], undefined, 'different people by email, phone'],
    ['two people, one a profile', [anna], 'boris', 'different people by email, profile'],
    [
      'the phone of somebody with another email',
      [email('x@example.com'), phone(2)],
      undefined,
      'something else',
    ],
  ])('is nobody by %s', (_, identifiers, profile, message) => {
    expect(resolved(identifiers, profile)).toEqual({
      error: { row: 3, path: 'identifiers[2]', message: expect.stringContaining(message) },
    });
  });
});
