import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { World } from '../../infra/local/world.ts';
import { ask, modes, settled } from '../support/modes.ts';
import { pathsOf, refusal } from '../support/refusal.ts';
import { aSite } from '../support/site.ts';
import { aWorld } from '../support/world.ts';

const csv = { 'content-type': 'text/csv; charset=utf-8' };

type Accepted = {
  readonly accepted: number;
  readonly errors: readonly {
    readonly row: number;
    readonly path: string;
    readonly message: string;
  }[];
};

describe.each(modes)('an upload to a static list, hostile %s', (hostile) => {
  let world: World & AsyncDisposable;
  let anna: string;
  const members = '/admin/lists/fair/members';

  beforeAll(async () => {
    world = await aWorld({ hostile, settings: { defaultCountry: 'LV' } });
    const site = await aSite(world);
    await site.post('/v1/leads', { email: 'anna@example.com', phone: '+37120000001' });
    await site.post('/v1/leads', { email: 'boris@example.com', externalId: 'c-2' });
    await site.admin('PUT', '/admin/lists/fair', { name: 'Fair' });
    await settled(world, hostile);
    const found = await site.admin('GET', '/admin/profiles?email=anna@example.com');
    anna = (found.json() as { id: string }).id; // a profile, as the API says
  });

  afterAll(() => world.close());

  const listed = async (): Promise<number> => {
    const answer = await ask(world, 'GET', members, { admin: true });
    return (answer.json() as { items: unknown[] }).items.length;
  };

  it('as CSV takes the good rows and reports each bad one by its line', async () => {
    const body = [
      '\uFEFFemail;phone;externalId;profile',
      'Anna@Example.com;20000001;;',
      ';;c-2;',
      'anna@example.com;;;',
      '',
      'nobody@;;;',
      ';12;;',
      ';;;',
      'anna@example.com;;c-2;',
      'clara@example.com;;;',
      `;;;${anna}`,
      ';;;01JDNOBODY',
      '"anna@example.com";"";"";"";"more"',
      'clara@example.com;20000001;;',
    ].join('\r\n');
    const answer = await ask(world, 'POST', members, { admin: true, body, headers: csv });
    const { accepted, errors } = answer.json() as Accepted;
    expect([answer.status, accepted]).toEqual([202, 2]);
    expect(errors.map(({ row, path, message }) => `${row} ${path}: ${message}`)).toEqual([
      '6 email: is not an email address, such as anna@example.com',
      '7 phone: is not a phone number: it must begin with + or be a number of LV',
      '8 : nobody is named: give at least one of email, phone, externalId, profile',
      '9 : names different people by externalId, email: give each a row of their own',
      '10 : nobody is known by it',
      '12 : there is no such profile',
      '13 : has 5 cells, and the first row names 4',
      '14 : names somebody who is known by something else: correct it or leave it out',
    ]);
    await settled(world, hostile);
    expect(await listed()).toBe(2);
    const out = await ask(world, 'POST', `${members}/remove`, {
      admin: true,
      body: 'email\nanna@example.com\nboris@example.com\n',
      headers: csv,
    });
    expect([out.status, out.json()]).toEqual([202, { accepted: 2, errors: [] }]);
    await settled(world, hostile);
    expect(await listed()).toBe(0);
  });

  it('as JSON takes the good rows and reports each bad one by its position', async () => {
    const identifiers = [
      { email: 'anna@example.com' },
      { email: 'nobody' },
      { phone: '20000001' },
      { mail: 'anna@example.com' },
      'anna@example.com',
      { externalId: 'c-9' },
      { externalId: 'half \ud800' },
    ];
    const body = { identifiers };
    const answer = await ask(world, 'POST', members, { admin: true, body });
    const { accepted, errors } = answer.json() as Accepted;
    expect([answer.status, accepted]).toEqual([202, 1]);
    expect(errors.map(({ row, path }) => `${row} ${path}`)).toEqual([
      '2 identifiers[1].email',
      '4 identifiers[3].mail',
      '5 identifiers[4]',
      '6 identifiers[5]',
      '7 identifiers[6].externalId',
    ]);
    expect(errors.every(({ message }) => message.length > 10)).toBe(true);
    await settled(world, hostile);
    expect(await listed()).toBe(1);
  });

  it('answers within 6 MB however many names and columns it does not know', async () => {
    const names = Array.from({ length: 100_000 }, (_, index) => `n${index}`);
    const row = Object.fromEntries(names.map((name) => [name, 1]));
    const identifiers = [{ profile: anna }, row];
    const asJson = await ask(world, 'POST', members, { admin: true, body: { identifiers } });
    expect((asJson.json() as Accepted).errors.map(({ path }) => path)).toEqual([
      'identifiers[1].n0',
      'identifiers[1].n1',
      'identifiers[1].n2',
    ]);
    await settled(world, hostile);
    const body = `${names.join(',')}\n1`;
    const asCsv = await refusal(world, 'POST', members, { body, headers: csv });
    expect(asCsv.detail).toMatch(
      /^header: has "n0", .*, "n9" and 99990 more: the first row names columns of email, /,
    );
  });

  it('takes the good rows beside what could be no profile at all', async () => {
    const identifiers = [
      { profile: 'x'.repeat(3000) },
      { profile: ' ' },
      { profile: anna },
      { profile: '\u0000' },
    ];
    const answer = await ask(world, 'POST', members, { admin: true, body: { identifiers } });
    const { accepted, errors } = answer.json() as Accepted;
    expect([answer.status, accepted]).toEqual([202, 1]);
    expect(errors).toEqual(
      [1, 2, 4].map((row) => ({
        row,
        path: `identifiers[${row - 1}]`,
        message: 'there is no such profile',
      })),
    );
    await settled(world, hostile);
    await ask(world, 'POST', `${members}/remove`, {
      admin: true,
      body: { identifiers: [{ profile: anna }] },
    });
    await settled(world, hostile);
  });

  it('with no good row is refused, each row named', async () => {
    const text = 'email\nnobody\nclara@example.com\n';
    const answer = await ask(world, 'POST', members, { admin: true, body: text, headers: csv });
    expect(answer.status).toBe(422);
    expect(answer.json()).toMatchObject({
      errors: [
        { row: 2, path: 'email', message: expect.stringContaining('email address') },
        { row: 3, path: '', message: 'nobody is known by it' },
      ],
    });
    const problem = await refusal(world, 'POST', `${members}/remove`, {
      body: { identifiers: [{ email: 'x' }] },
    });
    expect([problem.status, pathsOf(problem)]).toEqual([422, ['identifiers[0].email']]);
    const other = { email: 'clara@example.com', phone: '20000001' };
    const doubtful = await refusal(world, 'POST', members, { body: { identifiers: [other] } });
    expect(doubtful.errors).toEqual([
      { row: 1, path: 'identifiers[0]', message: expect.stringContaining('something else') },
    ]);
  });

  it.each([
    ['email,city\nanna@example.com,Riga', 422, '"city"'],
    ['email,city\nanna@example.com,Riga', 422, 'email, phone, externalId, profile'],
    ['', 422, 'is empty'],
    ['email\n', 422, 'names nobody'],
    [`email\n${'anna@example.com\n'.repeat(10_001)}`, 422, '10000 rows'],
    [`email\n${'x'.repeat(3 * 1024 * 1024)}`, 413, '2048 KB'],
  ])('as CSV is refused whole when it is no list of people', async (body, status, detail) => {
    const problem = await refusal(world, 'POST', members, { body, headers: csv });
    expect([problem.status, problem.detail]).toEqual([status, expect.stringContaining(detail)]);
  });

  it.each<[unknown, Record<string, string>, number, string]>([
    [{}, {}, 422, 'identifiers'],
    [{ identifiers: [] }, {}, 422, 'identifiers'],
    [{ identifiers: [{ email: 'anna@example.com' }], name: 'x' }, {}, 422, 'name'],
    ['{"identifiers"', {}, 400, 'JSON'],
    ['<a/>', { 'content-type': 'application/xml' }, 415, 'application/json or text/csv'],
  ])(
    'as JSON is refused whole when it is no list of people',
    async (body, headers, status, word) => {
      const problem = await refusal(world, 'POST', members, { body, headers });
      expect([problem.status, problem.detail]).toEqual([status, expect.stringContaining(word)]);
    },
  );

  it.each([
    ['PUT', '/admin/lists/fair', { name: ' ' }, 422, 'name'],
    ['PUT', '/admin/lists/fair', { name: 'Fair', size: 3 }, 422, 'size'],
    ['PUT', '/admin/lists/a%20b', { name: 'Fair' }, 422, 'id'],
    ['GET', '/admin/lists/none', undefined, 404, 'none'],
    ['DELETE', '/admin/lists/none', undefined, 404, 'none'],
    ['GET', '/admin/lists/none/members', undefined, 404, 'none'],
    ['GET', '/admin/lists/fair/members?after=x', undefined, 422, 'after'],
    ['POST', '/admin/lists/none/members', { identifiers: [{ email: 'a@b.eu' }] }, 404, 'none'],
    ['PUT', '/admin/segments/new', { name: 'New', rule: { not: { list: 'none' } } }, 422, 'none'],
  ])('%s %s is refused: %j', async (method, path, body, status, detail) => {
    const problem = await refusal(world, method, path, body === undefined ? {} : { body });
    expect([problem.status, problem.detail]).toEqual([status, expect.stringContaining(detail)]);
  });

  it('shows lists as the API says', async () => {
    const shown = { id: 'fair', name: 'Fair', createdAt: expect.any(String) };
    const one = await ask(world, 'GET', '/admin/lists/fair', { admin: true });
    expect(Object.keys(one.json() as object)).toEqual([
      'id',
      'name',
      'size',
      'createdAt',
      'updatedAt',
    ]);
    const all = await ask(world, 'GET', '/admin/lists', { admin: true });
    expect(all.json()).toEqual({ items: [expect.objectContaining(shown)], next: null });
    const renamed = { body: { name: 'Fair in Riga' }, admin: true };
    const answer = await ask(world, 'PUT', '/admin/lists/fair', renamed);
    expect(answer.json()).toMatchObject({ ...shown, name: 'Fair in Riga' });
    await ask(world, 'PUT', '/admin/lists/fair', { body: { name: 'Fair' }, admin: true });
  });
});

describe('the description of the API', () => {
  it('says that uploads are taken as JSON and as CSV', async () => {
    await using world = await aWorld();
    const answer = await world.request('GET', '/admin/openapi.json', { admin: true });
    expect(answer.json()).toMatchObject({
      paths: {
        '/admin/lists/{id}/members': {
          post: {
            summary: expect.stringContaining('CSV'),
            requestBody: {
              content: {
                'application/json': {
                  schema: {
                    properties: {
                      identifiers: { items: { description: expect.stringContaining('phone') } },
                    },
                  },
                },
                'text/csv': { schema: { type: 'string' } },
              },
            },
          },
        },
      },
    });
  });
});

describe('an upload of 10 000 rows', () => {
  it('is taken by one request and carried out whole', async () => {
    await using world = await aWorld();
    const site = await aSite(world);
    const count = 10_000;
    for (let from = 0; from < count; from += 500) {
      const batch = Array.from({ length: 500 }, (_, index) => ({
        type: 'identify',
        userId: `c-${from + index}`,
      }));
      await site.post('/v1/batch', { batch });
    }
    await site.settle();
    await site.admin('PUT', '/admin/lists/fair', { name: 'Fair' });
    const rows = Array.from({ length: count }, (_, index) => `c-${index}`);
    const started = performance.now();
    const answer = await world.request('POST', '/admin/lists/fair/members', {
      admin: true,
      headers: csv,
      body: `externalId\r\n${rows.join('\r\n')}\r\n`,
    });
    const accepted = performance.now();
    expect(answer.json()).toEqual({ accepted: count, errors: [] });
    await site.settle();
    const done = performance.now();
    if (process.env['MEASURE'] !== undefined) {
      process.stdout.write(`accepted ${accepted - started} ms, done ${done - accepted} ms\n`);
    }
    const list = await site.admin('GET', '/admin/lists/fair');
    expect(list.json()).toMatchObject({ size: count });
    expect(world.deadLetters()).toEqual([]);
  }, 120_000);
});
